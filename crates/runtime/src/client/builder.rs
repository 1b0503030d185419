//! Construction of a client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use super::Client;
use super::budget::Budget;
use super::clock::{Clock, SystemClock};
use super::config::Wrapper;
use super::jitter::Jitter;
use super::retry::RetryPolicy;
use super::shared::Shared;
use super::timeouts::Timeouts;
use super::transports::{Settings, Transports};
use crate::auth::authentication::Authentication;
use crate::auth::credentials::Credentials;
use crate::build_error::BuildError;
use crate::request::base_url::{BaseUrl, TrailingSlash};
use crate::response::body::BodyLimits;
use crate::transport::Transport;
use crate::transport::pool_settings::PoolSettings;

impl Client {
    /// Creates a builder for a client of the API at a base URL, such as `https://api.clerk.com/v1`.
    pub fn builder(base_url: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(base_url.into())
    }
}

/// A header with a fixed value per client, such as the version of an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientHeader {
    /// The name.
    pub name: &'static str,
    /// The default value.
    pub default: Option<&'static str>,
}

/// A builder of a [`Client`]. Values are validated by [`build`](Self::build).
#[derive(Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    base_url: String,
    vendor: &'static str,
    authentication: Authentication,
    headers: Vec<(String, String)>,
    pub(crate) user_agent: Option<String>,
    pub(crate) timeouts: Timeouts,
    pub(crate) pool: PoolSettings,
    pub(crate) retry: RetryPolicy,
    limits: BodyLimits,
    pub(crate) allow_http: bool,
    mount: Option<(String, String)>,
    servers: Vec<(String, String)>,
    trailing_slash: TrailingSlash,
    pub(crate) transport: Option<Arc<dyn Transport>>,
    pub(crate) wrapper: Option<Wrapper>,
    pub(crate) transports: Transports,
    clock: Arc<dyn Clock>,
    seed: Option<u64>,
}

impl ClientBuilder {
    pub(crate) fn new(base_url: String) -> Self {
        Self {
            base_url,
            vendor: "http",
            authentication: Authentication::none(),
            headers: Vec::new(),
            user_agent: None,
            timeouts: Timeouts::default(),
            pool: PoolSettings::default(),
            retry: RetryPolicy::default(),
            limits: BodyLimits::default(),
            allow_http: false,
            mount: None,
            servers: Vec::new(),
            trailing_slash: TrailingSlash::AsDocumented,
            transport: None,
            wrapper: None,
            transports: Transports::default(),
            clock: Arc::new(SystemClock),
            seed: None,
        }
    }

    /// Sets the short name of the vendor, for spans and the user agent.
    pub fn vendor(mut self, vendor: &'static str) -> Self {
        self.vendor = vendor;
        self
    }

    /// Sets the credentials. The default is none.
    pub fn authentication(mut self, authentication: Authentication) -> Self {
        self.authentication = authentication;
        self
    }

    /// Adds a header to every request.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the application's name and version in `User-Agent`.
    pub fn user_agent(mut self, application: impl Into<String>) -> Self {
        self.user_agent = Some(application.into());
        self
    }

    /// Sets the timeouts.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Sets the use of connections by the default transport.
    pub fn pool(mut self, pool: PoolSettings) -> Self {
        self.pool = pool;
        self
    }

    /// Sets the retry policy.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Sets the limits of response bodies.
    pub fn limits(mut self, limits: BodyLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Allows `http://` to hosts other than loopback. The credential is then sent without encryption.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// Replaces the prefix of documented paths, for an API that is mounted at another path:
    /// `mount("/auth/api_keys", "/api/keys")`. Other paths remain unchanged.
    pub fn mount(mut self, documented: impl Into<String>, actual: impl Into<String>) -> Self {
        self.mount = Some((documented.into(), actual.into()));
        self
    }

    /// Sets the URL of a server that is documented for single operations: `server(UPLOADS, UPLOADS)` for the documented
    /// URL.
    ///
    /// The server receives the credential, so an operation whose server has another origin than the base URL is
    /// rejected unless that server is set here.
    pub fn server(mut self, documented: impl Into<String>, actual: impl Into<String>) -> Self {
        self.servers.push((documented.into(), actual.into()));
        self
    }

    /// Sets the treatment of a trailing slash in documented paths.
    pub fn trailing_slash(mut self, trailing_slash: TrailingSlash) -> Self {
        self.trailing_slash = trailing_slash;
        self
    }

    /// Sets the transport. The timeout for connecting and the pool settings then do not apply.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Sets the clock, for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the seed of random delays, for tests.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Builds the client without sending a request.
    ///
    /// # Errors
    /// Returns an error that names the invalid value.
    pub fn build(self) -> Result<Client, BuildError> {
        let base_url =
            BaseUrl::new(&self.base_url, self.allow_http, self.mount.clone(), self.trailing_slash)?;
        let Timeouts { connect, attempt, total } = self.timeouts;
        let idle = self.pool.idle_timeout;
        for (name, limit) in [("connect", connect), ("attempt", attempt), ("total", total), ("idle", idle)] {
            if limit.is_zero() || limit > MAX_TIMEOUT {
                return Err(BuildError::Timeout(name));
            }
        }
        let headers = self.headers(&base_url)?;
        let credentials = Credentials::prepare(&self.authentication)?;
        let mut headers_with_credentials = headers.clone();
        credentials.all().add_to(&mut headers_with_credentials);
        let mut servers = Vec::new();
        for (documented, actual) in &self.servers {
            let server = BaseUrl::new(actual, self.allow_http, None, self.trailing_slash)?;
            servers.push((documented.trim_end_matches('/').to_owned(), server));
        }
        let transport = match self.transport {
            Some(transport) => transport,
            None => self.transports.get(Settings {
                connect_timeout: connect,
                pool: self.pool,
                is_loopback: is_any_loopback(&base_url, &servers),
            })?,
        };
        let transport = match &self.wrapper {
            Some(wrapper) => wrapper.wrap(transport),
            None => transport,
        };
        let shared = Shared {
            vendor: self.vendor,
            base_url,
            servers,
            headers: headers_with_credentials,
            plain_headers: headers,
            credential_query: credentials.all().query(),
            credentials,
            limits: self.limits,
            transport,
            clock: self.clock,
            budget: Budget::new(),
            jitter: Jitter::new(self.seed.unwrap_or_else(|| fastrand::u64(..))),
        };
        Ok(Client::new(Arc::new(shared), self.timeouts, self.retry))
    }

    fn headers(&self, base_url: &BaseUrl) -> Result<HeaderMap, BuildError> {
        let library = concat!("api-keys/", env!("CARGO_PKG_VERSION"));
        let user_agent = match &self.user_agent {
            Some(application) => format!("{application} {library} ({})", self.vendor),
            None => format!("{library} ({})", self.vendor),
        };
        let mut headers = HeaderMap::new();
        headers.insert(HOST, base_url.origin().host_header().clone());
        // Some vendors respond with another JSON media type, such as JSON:API. The content type is not checked.
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, */*;q=0.9"));
        headers.insert(
            USER_AGENT,
            user_agent.try_into().map_err(|_| BuildError::Header("user-agent".to_owned()))?,
        );
        for (name, value) in &self.headers {
            let parsed = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value));
            let (Ok(key), Ok(value)) = parsed else { return Err(BuildError::Header(name.clone())) };
            headers.insert(key, value);
        }
        Ok(headers)
    }
}

/// A longer timeout is probably a mistake in the unit.
const MAX_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

/// Returns whether any of the servers is on this machine.
fn is_any_loopback(base_url: &BaseUrl, servers: &[(String, BaseUrl)]) -> bool {
    base_url.origin().is_loopback() || servers.iter().any(|(_, server)| server.origin().is_loopback())
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The base URL has not been validated and may contain a password.
        f.debug_struct("ClientBuilder").field("vendor", &self.vendor).finish_non_exhaustive()
    }
}
