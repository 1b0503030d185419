//! The part of a provider's configuration that every HTTP vendor shares.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error as _};

use crate::transports::Transports;
use crate::{ClientBuilder, Transport};

/// Settings of the HTTP client, as they stand in a configuration file; times are in seconds.
///
/// Clones share connections and what is set up for TLS: give a clone of one configuration to every provider, or
/// [`share`](Self::share) where each has a configuration of its own. Like connections, such providers belong to one
/// tokio runtime.
///
/// ```
/// use api_keys_runtime::{Client, HttpConfig};
///
/// let config: HttpConfig = serde_json::from_str(r#"{ "timeout": 10, "attempt_timeout": 2.5 }"#)?;
/// # #[cfg(feature = "reqwest")]
/// let client = config.apply(Client::builder("https://api.example.com")).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct HttpConfig {
    /// The limit on connecting; 5 s by default.
    #[serde(deserialize_with = "seconds")]
    pub connect_timeout: Option<Duration>,
    /// The limit on one attempt; 15 s by default.
    #[serde(deserialize_with = "seconds")]
    pub attempt_timeout: Option<Duration>,
    /// The limit on a whole call, retries included; 30 s by default.
    #[serde(deserialize_with = "seconds")]
    pub timeout: Option<Duration>,
    /// How many times a request is sent at most; 3 by default.
    #[serde(deserialize_with = "api_keys_core::de::option_from_text")]
    pub max_attempts: Option<u32>,
    /// Whether `http://` is allowed to other machines; not by default.
    #[serde(deserialize_with = "api_keys_core::de::option_from_text")]
    pub allow_http: Option<bool>,
    /// The application's name and version, for `User-Agent`.
    pub user_agent: Option<String>,
    /// What sends the requests; not part of a configuration file.
    #[serde(skip)]
    pub transport: Option<Arc<dyn Transport>>,
    #[serde(skip)]
    transports: Transports,
}

impl HttpConfig {
    /// Nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Limits connecting.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = Some(limit);
        self
    }

    /// Limits one attempt.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.attempt_timeout = Some(limit);
        self
    }

    /// Limits a whole call, retries included.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Sets how many times a request is sent at most.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }

    /// Allows `http://` to other machines. The credential then travels in the clear.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = Some(allow);
        self
    }

    /// Names the application in `User-Agent`.
    pub fn user_agent(mut self, application: impl Into<String>) -> Self {
        self.user_agent = Some(application.into());
        self
    }

    /// Sends requests with this; several providers can share one. An application's own `reqwest::Client` becomes a
    /// transport by [`ReqwestTransport::from`](crate::ReqwestTransport).
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Shares connections and what is set up for TLS with another configuration, and leaves all settings.
    pub fn share(mut self, other: &Self) -> Self {
        self.transports = other.transports.clone();
        self
    }

    /// Applies what is set to a builder, and leaves the rest.
    pub fn apply(self, mut builder: ClientBuilder) -> ClientBuilder {
        let timeouts = &mut builder.timeouts;
        timeouts.connect = self.connect_timeout.unwrap_or(timeouts.connect);
        timeouts.attempt = self.attempt_timeout.unwrap_or(timeouts.attempt);
        timeouts.total = self.timeout.unwrap_or(timeouts.total);
        if let Some(attempts) = self.max_attempts {
            builder.retry = builder.retry.max_attempts(attempts);
        }
        builder.allow_http = self.allow_http.unwrap_or(builder.allow_http);
        builder.user_agent = self.user_agent.or(builder.user_agent);
        builder.transport = self.transport.or(builder.transport);
        builder.transports = self.transports;
        builder
    }
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    api_keys_core::de::option_from_text::<f64, D>(deserializer)?
        .map(|seconds| {
            Duration::try_from_secs_f64(seconds)
                .map_err(|_| D::Error::custom("expected a positive number of seconds"))
        })
        .transpose()
}
