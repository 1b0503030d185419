//! Configuration of Clerk.

use api_keys_core::{Result, SecretSource};
use api_keys_runtime::{self as runtime, HttpConfig};
use serde::Deserialize;

use crate::generated::{CLERK_API_VERSION, Client, DEFAULT_BASE_URL, bearer_auth};
use crate::provider::{Clerk, VENDOR};

/// Settings of a [`Clerk`] provider.
///
/// ```
/// use api_keys_clerk::ClerkConfig;
///
/// let config = ClerkConfig::new("sk_test_0123456789");
/// # #[cfg(feature = "rustls")]
/// let provider = config.build()?;
/// # Ok::<(), api_keys_core::Error>(())
/// ```
#[derive(Debug, Clone, Deserialize)]
#[must_use]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ClerkConfig {
    /// The secret key of the Clerk instance, `sk_live_…` or `sk_test_…`.
    #[serde(alias = "secret_key")]
    pub token: SecretSource,
    /// Base URL of the API, including the version. The default is Clerk's.
    #[serde(default)]
    pub base_url: Option<String>,
    /// The value of `Clerk-API-Version`. The default is the date of the OpenAPI document.
    #[serde(default)]
    pub api_version: Option<String>,
    /// HTTP settings.
    #[serde(default)]
    pub http: HttpConfig,
}

impl ClerkConfig {
    /// Creates a configuration for the instance with this secret key.
    pub fn new(token: impl Into<SecretSource>) -> Self {
        Self { token: token.into(), base_url: None, api_version: None, http: HttpConfig::default() }
    }

    /// Sets the base URL.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(base_url.into());
        self
    }

    /// Sets the version of the API.
    pub fn api_version(mut self, version: impl Into<String>) -> Self {
        self.api_version = Some(version.into());
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
    /// [`Configuration`](api_keys_core::ErrorKind::Configuration) for an invalid base URL or secret key.
    pub fn build(self) -> Result<Clerk> {
        let base_url = self.base_url.unwrap_or_else(|| DEFAULT_BASE_URL.to_owned());
        let mut builder = runtime::Client::builder(base_url)
            .vendor(VENDOR)
            .authentication(bearer_auth(self.token.read().map_err(|error| error.into_error(VENDOR))?));
        if let Some(version) = self.api_version.as_deref().or(CLERK_API_VERSION.default) {
            builder = builder.header(CLERK_API_VERSION.name, version);
        }
        let client = self.http.apply(builder).build().map_err(|error| error.into_error(VENDOR))?;
        Ok(Clerk::new(Client::new(client)))
    }
}
