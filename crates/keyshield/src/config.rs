//! Configuration of an application that mounts keyshield's router.

use api_keys_core::{Result, SecretSource};
use api_keys_runtime::{self as runtime, Authentication, HttpConfig, TrailingSlash};
use serde::Deserialize;

use crate::generated::{Client, bearer_auth};
use crate::provider::{Keyshield, VENDOR};

/// The documented path of the collection.
const DOCUMENTED_PREFIX: &str = "/api-keys";

/// Settings of a [`Keyshield`] provider.
///
/// ```
/// use api_keys_keyshield::KeyshieldConfig;
///
/// let config = KeyshieldConfig::new("https://app.example.com", "admin-token").prefix("/internal/api-keys");
/// # #[cfg(feature = "rustls")]
/// let provider = config.build()?;
/// # Ok::<(), api_keys_core::Error>(())
/// ```
#[derive(Debug, Clone, Deserialize)]
#[must_use]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct KeyshieldConfig {
    /// Base URL of the application.
    pub base_url: String,
    /// The credential that the application requires for the router.
    pub token: SecretSource,
    /// Path of the collection relative to the base URL. The default is `/api-keys`. Other paths are below it.
    #[serde(default)]
    pub prefix: Option<String>,
    /// If true, the path of the collection ends in a slash. The default is `true`. The router redirects the other form,
    /// and redirects are not followed.
    #[serde(default)]
    pub collection_slash: Option<bool>,
    /// Header for the bare token, such as `X-API-Key`, in place of `Authorization: Bearer`.
    #[serde(default)]
    pub header: Option<String>,
    /// HTTP settings.
    #[serde(default)]
    pub http: HttpConfig,
}

impl KeyshieldConfig {
    /// Creates a configuration for an application and the token that it requires.
    pub fn new(base_url: impl Into<String>, token: impl Into<SecretSource>) -> Self {
        Self {
            base_url: base_url.into(),
            token: token.into(),
            prefix: None,
            collection_slash: None,
            header: None,
            http: HttpConfig::default(),
        }
    }

    /// Sets the path of the collection.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// Sets whether the path of the collection ends in a slash.
    pub fn collection_slash(mut self, slash: bool) -> Self {
        self.collection_slash = Some(slash);
        self
    }

    /// Sends the bare token in this header.
    pub fn header(mut self, name: impl Into<String>) -> Self {
        self.header = Some(name.into());
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
    /// [`Configuration`](api_keys_core::ErrorKind::Configuration) for an invalid base URL, prefix, token or header.
    pub fn build(self) -> Result<Keyshield> {
        let token = self.token.read().map_err(|error| error.into_error(VENDOR))?;
        let authentication = match self.header {
            None => bearer_auth(token),
            Some(name) => Authentication::header(name, token),
        };
        let mut builder =
            runtime::Client::builder(self.base_url).vendor(VENDOR).authentication(authentication);
        if let Some(prefix) = self.prefix {
            builder = builder.mount(DOCUMENTED_PREFIX, prefix);
        }
        if self.collection_slash == Some(false) {
            builder = builder.trailing_slash(TrailingSlash::Never);
        }
        let client = self.http.apply(builder).build().map_err(|error| error.into_error(VENDOR))?;
        Ok(Keyshield::new(Client::new(client)))
    }
}
