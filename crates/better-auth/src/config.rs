//! Configuration of a better-auth server.

use api_keys_core::{Result, SecretSource};
use api_keys_runtime::{self as runtime, HttpConfig};
use serde::Deserialize;

use crate::generated::{Client, api_key_header, bearer_auth};
use crate::provider::{BetterAuth, VENDOR};

/// The default path of better-auth.
const DEFAULT_BASE_PATH: &str = "/api/auth";

/// The kind of the token in a [`BetterAuthConfig`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Credential {
    /// A session token, plain or signed, sent as `Authorization: Bearer`. The server needs its `bearer` plugin.
    #[default]
    Session,
    /// An API key, sent as `x-api-key`. The server needs `enableSessionForAPIKeys`, and every call counts against
    /// the key's own rate limit.
    ApiKey,
}

/// Settings of a [`BetterAuth`] provider.
///
/// ```
/// use api_keys_better_auth::BetterAuthConfig;
///
/// let config = BetterAuthConfig::new("https://app.example.com", "session-token").config_id("ci");
/// # #[cfg(feature = "rustls")]
/// let provider = config.build()?;
/// # Ok::<(), api_keys_core::Error>(())
/// ```
#[derive(Debug, Clone, Deserialize)]
#[must_use]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BetterAuthConfig {
    /// Base URL of the server, with the path where better-auth is mounted. Without a path, it is the default mount,
    /// `/api/auth`.
    pub base_url: String,
    /// The credential.
    pub token: SecretSource,
    /// The token.
    #[serde(default)]
    pub credential: Credential,
    /// The server's API-key configuration, for servers of version 1.5 or later that have several. Required for keys of
    /// organizations.
    #[serde(default)]
    pub config_id: Option<String>,
    /// HTTP settings.
    #[serde(default)]
    pub http: HttpConfig,
}

impl BetterAuthConfig {
    /// Creates a configuration for a server and a session token.
    pub fn new(base_url: impl Into<String>, token: impl Into<SecretSource>) -> Self {
        Self {
            base_url: base_url.into(),
            token: token.into(),
            credential: Credential::Session,
            config_id: None,
            http: HttpConfig::default(),
        }
    }

    /// Sets the kind of the token.
    pub fn credential(mut self, credential: Credential) -> Self {
        self.credential = credential;
        self
    }

    /// Sets the server's API-key configuration.
    pub fn config_id(mut self, id: impl Into<String>) -> Self {
        self.config_id = Some(id.into());
        self
    }

    /// Sets the HTTP settings.
    pub fn http(mut self, http: HttpConfig) -> Self {
        self.http = http;
        self
    }

    /// Builds the provider. No request is sent.
    ///
    /// # Errors
    /// [`Configuration`](api_keys_core::ErrorKind::Configuration) for an invalid base URL or token.
    pub fn build(self) -> Result<BetterAuth> {
        let token = self.token.read().map_err(|error| error.into_error(VENDOR))?;
        let authentication = match self.credential {
            Credential::Session => bearer_auth(token),
            Credential::ApiKey => api_key_header(token),
        };
        let builder =
            runtime::Client::builder(mounted(self.base_url)).vendor(VENDOR).authentication(authentication);
        let client = self.http.apply(builder).build().map_err(|error| error.into_error(VENDOR))?;
        Ok(BetterAuth::new(Client::new(client), self.config_id))
    }
}

fn mounted(base_url: String) -> String {
    let trimmed = base_url.trim_end_matches('/');
    match trimmed.split_once("://") {
        Some((_, authority)) if !authority.contains(['/', '?', '#']) => {
            format!("{trimmed}{DEFAULT_BASE_PATH}")
        }
        // It has a path, or the client reports the problem.
        _ => base_url,
    }
}
