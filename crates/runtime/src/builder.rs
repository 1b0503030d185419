//! Setting up a client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use api_keys_core as core;
use http::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use crate::base::Base;
use crate::budget::Budget;
use crate::client::{Jitter, Shared};
use crate::clock::SystemClock;
use crate::credentials::Credentials;
use crate::transports::Transports;
use crate::{
    Authentication, BodyLimits, Client, Clock, RetryPolicy, TrailingSlash, Transport, TransportError,
};

/// How long things may take. Nothing is ever waited for without a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Timeouts {
    /// Connecting, TLS included. Holds for the transport that the client makes itself.
    pub connect: Duration,
    /// One attempt, from connecting to the last byte of the body.
    pub attempt: Duration,
    /// The whole call, with all attempts and the waits between them.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            attempt: Duration::from_secs(15),
            total: Duration::from_secs(30),
        }
    }
}

impl Timeouts {
    /// Sets the limit on connecting.
    pub fn connect(mut self, limit: Duration) -> Self {
        self.connect = limit;
        self
    }

    /// Sets the limit on one attempt.
    pub fn attempt(mut self, limit: Duration) -> Self {
        self.attempt = limit;
        self
    }

    /// Sets the limit on the whole call.
    pub fn total(mut self, limit: Duration) -> Self {
        self.total = limit;
        self
    }
}

/// A header that is set once per client, such as the version of an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientHeader {
    /// Its name.
    pub name: &'static str,
    /// The value to send when the caller has no other wish.
    pub default: Option<&'static str>,
}

/// Sets up a [`Client`]; see [`Client::builder`].
///
/// Nothing is checked before [`build`](Self::build).
#[derive(Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    base_url: String,
    vendor: &'static str,
    authentication: Authentication,
    headers: Vec<(String, String)>,
    pub(crate) user_agent: Option<String>,
    pub(crate) timeouts: Timeouts,
    pub(crate) retry: RetryPolicy,
    limits: BodyLimits,
    pub(crate) allow_http: bool,
    mount: Option<(String, String)>,
    servers: Vec<(String, String)>,
    trailing_slash: TrailingSlash,
    pub(crate) transport: Option<Arc<dyn Transport>>,
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
            retry: RetryPolicy::default(),
            limits: BodyLimits::default(),
            allow_http: false,
            mount: None,
            servers: Vec::new(),
            trailing_slash: TrailingSlash::AsDocumented,
            transport: None,
            transports: Transports::default(),
            clock: Arc::new(SystemClock),
            seed: None,
        }
    }

    /// The short name of the vendor, for spans and the user agent.
    pub fn vendor(mut self, vendor: &'static str) -> Self {
        self.vendor = vendor;
        self
    }

    /// The credential, or several; none by default.
    pub fn authentication(mut self, authentication: Authentication) -> Self {
        self.authentication = authentication;
        self
    }

    /// A header to send with every request.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Names the application, in front of this library in `User-Agent`.
    pub fn user_agent(mut self, application: impl Into<String>) -> Self {
        self.user_agent = Some(application.into());
        self
    }

    /// How long things may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// How often requests are sent again.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// How large answers may be.
    pub fn limits(mut self, limits: BodyLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Whether `http://` is allowed to hosts other than this machine. The credential then travels in the clear.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// Replaces the beginning of every documented path, for an API that is mounted elsewhere than its document says:
    /// `mount("/auth/api_keys", "/api/keys")`. Paths that begin otherwise stay as they are.
    pub fn mount(mut self, documented: impl Into<String>, actual: impl Into<String>) -> Self {
        self.mount = Some((documented.into(), actual.into()));
        self
    }

    /// Where a server is that some operations have for themselves: `server(UPLOADS, UPLOADS)` for one that is where the
    /// document says.
    ///
    /// The credential travels to it, so an operation whose server has another origin than the base URL is refused
    /// unless that server is named here.
    pub fn server(mut self, documented: impl Into<String>, actual: impl Into<String>) -> Self {
        self.servers.push((documented.into(), actual.into()));
        self
    }

    /// What to do with a slash at the end of a documented path.
    pub fn trailing_slash(mut self, trailing_slash: TrailingSlash) -> Self {
        self.trailing_slash = trailing_slash;
        self
    }

    /// What sends the requests, instead of a transport of the client's own. The limit on connecting is then its own.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// What tells the time, for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Makes the random part of waits reproducible, for tests.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Checks everything and makes the client.
    ///
    /// # Errors
    /// When a part cannot be right; the error names it.
    pub fn build(self) -> Result<Client, BuildError> {
        let base = Base::new(&self.base_url, self.allow_http, self.mount.clone(), self.trailing_slash)?;
        let Timeouts { connect, attempt, total } = self.timeouts;
        for (name, limit) in [("connect", connect), ("attempt", attempt), ("total", total)] {
            if limit.is_zero() || limit > LONGEST_TIMEOUT {
                return Err(BuildError::Timeout(name));
            }
        }
        let headers = self.headers()?;
        let credentials = Credentials::prepare(&self.authentication)?;
        let mut headers_with_credentials = headers.clone();
        credentials.all().add_to(&mut headers_with_credentials);
        let mut servers = Vec::new();
        for (documented, actual) in &self.servers {
            let server = Base::new(actual, self.allow_http, None, self.trailing_slash)?;
            servers.push((documented.trim_end_matches('/').to_owned(), server));
        }
        let transport = match self.transport {
            Some(transport) => transport,
            None => self.transports.get(connect, is_any_loopback(&base, &servers))?,
        };
        Ok(Client {
            shared: Arc::new(Shared {
                vendor: self.vendor,
                base,
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
            }),
            timeouts: self.timeouts,
            retry: self.retry,
        })
    }

    fn headers(&self) -> Result<HeaderMap, BuildError> {
        let library = concat!("api-keys/", env!("CARGO_PKG_VERSION"));
        let user_agent = match &self.user_agent {
            Some(application) => format!("{application} {library} ({})", self.vendor),
            None => format!("{library} ({})", self.vendor),
        };
        let mut headers = HeaderMap::new();
        // Some vendors answer with JSON of another name, such as JSON:API's; what a body is called is not looked at.
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

/// Nobody waits a day for an API; such a value is a mistake in its unit.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

/// Whether any of the servers is on this machine.
fn is_any_loopback(base: &Base, servers: &[(String, Base)]) -> bool {
    base.is_loopback() || servers.iter().any(|(_, server)| server.is_loopback())
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The base URL is not checked yet: it may hold a password.
        f.debug_struct("ClientBuilder").field("vendor", &self.vendor).finish_non_exhaustive()
    }
}

/// Why a client could not be made. The message holds no value that was given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The base URL cannot be right.
    #[error("the base URL {0}")]
    BaseUrl(&'static str),
    /// The base URL would send the credential in the clear over a network.
    #[error("the base URL is http:// to another machine; use https://, or allow http explicitly")]
    InsecureHttp,
    /// A path given to [`ClientBuilder::mount`] is no path.
    #[error("a mount path must be empty or start with `/`, and hold nothing that a URL path cannot")]
    Mount,
    /// The credential cannot be sent.
    #[error("the credential {0}")]
    Credential(&'static str),
    /// A header cannot be sent.
    #[error("the header `{0}` has a name or value that cannot be sent")]
    Header(String),
    /// A limit on time is zero or over a day.
    #[error("the {0} timeout must be more than nothing and at most a day")]
    Timeout(&'static str),
    /// The default transport could not be set up.
    #[error("the HTTP transport could not be set up")]
    Transport(#[source] TransportError),
    /// There is no transport: none was given, and this build has no default one (feature `reqwest`).
    #[error("no transport was given, and this build has none of its own (feature `reqwest`)")]
    NoTransport,
}

impl BuildError {
    /// The error of the provider interface.
    pub fn into_error(self, vendor: &'static str) -> core::Error {
        let error = core::Error::configuration(vendor, self.to_string());
        match self {
            Self::Transport(cause) => error.with_source(cause),
            _ => error,
        }
    }
}
