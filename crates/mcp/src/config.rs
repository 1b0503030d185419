//! Configuration of an MCP server.

use api_keys_core::{Result, SecretSource};
use api_keys_runtime::{self as runtime, Authentication, HttpConfig};
use serde::Deserialize;

use crate::generated::bearer_auth;
use crate::provider::{Mcp, VENDOR};

/// The location of the token in requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CredentialPlace {
    /// In the `Authorization` header, since November 2025.
    #[default]
    Header,
    /// In the body of every request, as documented for servers before November 2025.
    Body,
}

/// Settings of an [`Mcp`] provider.
///
/// ```
/// use api_keys_mcp::McpConfig;
///
/// let config = McpConfig::new("https://mcp.example.com", "eyJhbGciOi...");
/// # #[cfg(feature = "rustls")]
/// let provider = config.build()?;
/// # Ok::<(), api_keys_core::Error>(())
/// ```
#[derive(Debug, Clone, Deserialize)]
#[must_use]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct McpConfig {
    /// Base URL of the server, without `/api/v1`.
    pub base_url: String,
    /// The user's JSON Web Token.
    pub token: SecretSource,
    /// The location of the token in requests.
    #[serde(default)]
    pub credential_place: CredentialPlace,
    /// HTTP settings.
    #[serde(default)]
    pub http: HttpConfig,
}

impl McpConfig {
    /// Creates a configuration for a server and a user's token.
    pub fn new(base_url: impl Into<String>, token: impl Into<SecretSource>) -> Self {
        Self {
            base_url: base_url.into(),
            token: token.into(),
            credential_place: CredentialPlace::Header,
            http: HttpConfig::default(),
        }
    }

    /// Sets the location of the token in requests.
    pub fn credential_place(mut self, place: CredentialPlace) -> Self {
        self.credential_place = place;
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
    pub fn build(self) -> Result<Mcp> {
        let token = self.token.read().map_err(|error| error.into_error(VENDOR))?;
        // A body could hold any text, but what cannot be a credential in a header is none in a body either.
        bearer_auth(token.clone()).check().map_err(|error| error.into_error(VENDOR))?;
        let (authentication, body_token) = match self.credential_place {
            CredentialPlace::Header => (bearer_auth(token), None),
            CredentialPlace::Body => (Authentication::none(), Some(token)),
        };
        let builder = runtime::Client::builder(self.base_url).vendor(VENDOR).authentication(authentication);
        let client = self.http.apply(builder).build().map_err(|error| error.into_error(VENDOR))?;
        Ok(Mcp::new(client, body_token))
    }
}
