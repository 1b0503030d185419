//! Configuration of Latitude.sh.

use api_keys_core::{Result, SecretSource};
use api_keys_runtime::{self as runtime, HttpConfig};
use serde::Deserialize;

use crate::generated::{Client, DEFAULT_BASE_URL, token_auth};
use crate::provider::{LatitudeSh, VENDOR};

/// Settings of a [`LatitudeSh`] provider.
///
/// ```
/// use api_keys_latitude_sh::LatitudeShConfig;
///
/// let config = LatitudeShConfig::new("0123456789abcdef");
/// # #[cfg(feature = "rustls")]
/// let provider = config.build()?;
/// # Ok::<(), api_keys_core::Error>(())
/// ```
#[derive(Debug, Clone, Deserialize)]
#[must_use]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LatitudeShConfig {
    /// The token of an API key with permission to manage keys, without the word `Bearer`.
    pub token: SecretSource,
    /// Base URL of the API. The default is Latitude.sh's.
    #[serde(default)]
    pub base_url: Option<String>,
    /// HTTP settings.
    #[serde(default)]
    pub http: HttpConfig,
}

impl LatitudeShConfig {
    /// Creates a configuration for the account of this token.
    pub fn new(token: impl Into<SecretSource>) -> Self {
        Self { token: token.into(), base_url: None, http: HttpConfig::default() }
    }

    /// Sets the base URL.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(base_url.into());
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
    pub fn build(self) -> Result<LatitudeSh> {
        let base_url = self.base_url.unwrap_or_else(|| DEFAULT_BASE_URL.to_owned());
        let builder = runtime::Client::builder(base_url)
            .vendor(VENDOR)
            .authentication(token_auth(self.token.read().map_err(|error| error.into_error(VENDOR))?));
        let client = self.http.apply(builder).build().map_err(|error| error.into_error(VENDOR))?;
        Ok(LatitudeSh::new(Client::new(client)))
    }
}
