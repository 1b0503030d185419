//! The configuration of the HTTP client, shared by all vendors.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error as _};

use super::builder::ClientBuilder;
use super::transports::Transports;
use crate::transport::Transport;

/// Settings of the HTTP client, as in a configuration file. Times are in seconds.
///
/// Clones share connections and TLS setup: give a clone of one configuration to every provider, or call
/// [`share`](Self::share) if each provider has its own. Providers that share connections must run in the same tokio
/// runtime.
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
#[must_use]
#[non_exhaustive]
pub struct HttpConfig {
    /// The timeout for connecting. The default is 5 s.
    #[serde(deserialize_with = "seconds")]
    pub connect_timeout: Option<Duration>,
    /// The timeout for one attempt. The default is 15 s.
    #[serde(deserialize_with = "seconds")]
    pub attempt_timeout: Option<Duration>,
    /// The timeout for a call, including retries. The default is 30 s.
    #[serde(deserialize_with = "seconds")]
    pub timeout: Option<Duration>,
    /// The time after which an unused connection is closed. The default is 4 s; see
    /// [`PoolSettings::idle_timeout`](crate::PoolSettings::idle_timeout).
    #[serde(deserialize_with = "seconds")]
    pub idle_timeout: Option<Duration>,
    /// The maximum number of connections to one host. The default is 100; see
    /// [`PoolSettings::max_connections`](crate::PoolSettings::max_connections).
    #[serde(deserialize_with = "api_keys_core::de::option_from_text")]
    pub max_connections: Option<u32>,
    /// The maximum number of attempts. The default is 3.
    #[serde(deserialize_with = "api_keys_core::de::option_from_text")]
    pub max_attempts: Option<u32>,
    /// Allows `http://` to hosts other than loopback. The default is `false`.
    #[serde(deserialize_with = "api_keys_core::de::option_from_text")]
    pub allow_http: Option<bool>,
    /// The application's name and version, for `User-Agent`.
    pub user_agent: Option<String>,
    /// The transport. Not part of a configuration file.
    #[serde(skip)]
    pub transport: Option<Arc<dyn Transport>>,
    #[serde(skip)]
    wrapper: Option<Wrapper>,
    #[serde(skip)]
    transports: Transports,
}

/// A function that replaces the transport of a client.
#[derive(Clone)]
pub(crate) struct Wrapper(Arc<Wrap>);

type Wrap = dyn Fn(Arc<dyn Transport>) -> Arc<dyn Transport> + Send + Sync;

impl Wrapper {
    pub(crate) fn wrap(&self, transport: Arc<dyn Transport>) -> Arc<dyn Transport> {
        (self.0)(transport)
    }
}

impl fmt::Debug for Wrapper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wrapper(..)")
    }
}

impl HttpConfig {
    /// Creates a configuration with defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the timeout for connecting.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Sets the timeout for one attempt.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Sets the timeout for a call, including retries.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets the time after which an unused connection is closed.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = Some(timeout);
        self
    }

    /// Sets the maximum number of connections to one host.
    pub fn max_connections(mut self, connections: u32) -> Self {
        self.max_connections = Some(connections);
        self
    }

    /// Sets the maximum number of attempts.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }

    /// Allows `http://` to hosts other than loopback. The credential is then sent without encryption.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = Some(allow);
        self
    }

    /// Sets the application's name and version in `User-Agent`.
    pub fn user_agent(mut self, application: impl Into<String>) -> Self {
        self.user_agent = Some(application.into());
        self
    }

    /// Sets the transport, which several providers can share. A `reqwest::Client` is converted to a transport by
    /// [`ReqwestTransport::from`](crate::ReqwestTransport).
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Sends requests with the transport that `wrap` returns for the configured or default one. It can measure, log or
    /// limit requests.
    pub fn wrap_transport<F>(mut self, wrap: F) -> Self
    where
        F: Fn(Arc<dyn Transport>) -> Arc<dyn Transport> + Send + Sync + 'static,
    {
        self.wrapper = Some(Wrapper(Arc::new(wrap)));
        self
    }

    /// Shares connections and TLS setup with another configuration. Settings remain unchanged.
    pub fn share(mut self, other: &Self) -> Self {
        self.transports = other.transports.clone();
        self
    }

    /// Applies the settings to a builder.
    pub fn apply(self, mut builder: ClientBuilder) -> ClientBuilder {
        let timeouts = &mut builder.timeouts;
        timeouts.connect = self.connect_timeout.unwrap_or(timeouts.connect);
        timeouts.attempt = self.attempt_timeout.unwrap_or(timeouts.attempt);
        timeouts.total = self.timeout.unwrap_or(timeouts.total);
        let pool = &mut builder.pool;
        pool.idle_timeout = self.idle_timeout.unwrap_or(pool.idle_timeout);
        pool.max_connections = self.max_connections.unwrap_or(pool.max_connections);
        if let Some(attempts) = self.max_attempts {
            builder.retry = builder.retry.max_attempts(attempts);
        }
        builder.allow_http = self.allow_http.unwrap_or(builder.allow_http);
        builder.user_agent = self.user_agent.or(builder.user_agent);
        builder.transport = self.transport.or(builder.transport);
        builder.wrapper = self.wrapper;
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
