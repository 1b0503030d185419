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
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LatitudeShConfig {
    /// The token of an API key that may manage keys, bare: without the word `Bearer`.
    pub token: SecretSource,
    /// Address of the API; Latitude.sh's own by default.
    #[serde(default)]
    pub base_url: Option<String>,
    /// Settings of the HTTP client.
    #[serde(default)]
    pub http: HttpConfig,
}

impl LatitudeShConfig {
    /// Latitude.sh, by the token of an API key.
    pub fn new(token: impl Into<SecretSource>) -> Self {
        Self { token: token.into(), base_url: None, http: HttpConfig::default() }
    }

    /// Sets the address of the API.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(base_url.into());
        self
    }

    /// Sets the HTTP client up.
    pub fn http(mut self, http: HttpConfig) -> Self {
        self.http = http;
        self
    }

    /// Makes the provider. Nothing is sent.
    ///
    /// # Errors
    /// [`Configuration`](api_keys_core::ErrorKind::Configuration) for a base URL or token that cannot be right.
    pub fn build(self) -> Result<LatitudeSh> {
        let base_url = self.base_url.unwrap_or_else(|| DEFAULT_BASE_URL.to_owned());
        let builder = runtime::Client::builder(base_url)
            .vendor(VENDOR)
            .authentication(token_auth(self.token.read().map_err(|error| error.into_error(VENDOR))?));
        let client = self.http.apply(builder).build().map_err(|error| error.into_error(VENDOR))?;
        Ok(LatitudeSh::new(Client::new(client)))
    }
}
