//! Configuration of a FastAPI service.

use api_keys_core::{Error, Result, SecretSource};
use api_keys_runtime::{self as runtime, Authentication, HttpConfig, TimeZone, TrailingSlash};
use serde::Deserialize;

use crate::generated::{Client, bearer_auth};
use crate::provider::{FastApi, VENDOR};

/// The documented path of the collection.
const DOCUMENTED_PREFIX: &str = "/auth/api_keys";

/// Settings of a [`FastApi`] provider.
///
/// ```
/// use api_keys_fastapi::FastApiConfig;
///
/// let config = FastApiConfig::new("https://engine.example.com", "master-key").time_zone("UTC");
/// # #[cfg(feature = "rustls")]
/// let provider = config.build()?;
/// # Ok::<(), api_keys_core::Error>(())
/// ```
#[derive(Debug, Clone, Deserialize)]
#[must_use]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FastApiConfig {
    /// Base URL of the service.
    pub base_url: String,
    /// The master key, or the token of a user with permission to manage keys.
    pub token: SecretSource,
    /// Path of the collection relative to the base URL. The default is `/auth/api_keys`. Other paths are below it.
    #[serde(default)]
    pub prefix: Option<String>,
    /// If true, the path of the collection ends in a slash. The default is `true`. The service redirects the other
    /// form, and redirects are not followed.
    #[serde(default, deserialize_with = "api_keys_core::de::option_from_text")]
    pub collection_slash: Option<bool>,
    /// Header for the bare token, such as `X-API-Key`, in place of `Authorization: Bearer`.
    #[serde(default)]
    pub header: Option<String>,
    /// The IANA name of the server's time zone, such as `UTC` or `America/New_York`. The service reports times without
    /// an offset. Without a time zone such times are not parsed, and keys contain them only as extra fields.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// HTTP settings.
    #[serde(default)]
    pub http: HttpConfig,
}

impl FastApiConfig {
    /// Creates a configuration for a service and its master key.
    pub fn new(base_url: impl Into<String>, token: impl Into<SecretSource>) -> Self {
        Self {
            base_url: base_url.into(),
            token: token.into(),
            prefix: None,
            collection_slash: None,
            header: None,
            time_zone: None,
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

    /// Sets the server's time zone.
    pub fn time_zone(mut self, name: impl Into<String>) -> Self {
        self.time_zone = Some(name.into());
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
    /// [`Configuration`](api_keys_core::ErrorKind::Configuration) for an invalid base URL, prefix, token, header or
    /// time zone.
    pub fn build(self) -> Result<FastApi> {
        let token = self.token.read().map_err(|error| error.into_error(VENDOR))?;
        let authentication = match self.header {
            None => bearer_auth(token),
            Some(name) => Authentication::header(name, token),
        };
        let zone = match &self.time_zone {
            None => None,
            Some(name) => Some(TimeZone::get(name).map_err(|_| {
                Error::configuration(
                    VENDOR,
                    format!("the time zone `{name}` is not an IANA name that is known here"),
                )
            })?),
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
        Ok(FastApi::new(Client::new(client), zone))
    }
}
