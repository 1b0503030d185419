//! The connections to one server.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use http::header::{HOST, PROXY_AUTHORIZATION};
use http::uri::{Parts, PathAndQuery};
use http::{HeaderValue, Request, Response, Uri};
use hyper::client::conn::http1;
#[cfg(feature = "http2")]
use hyper::client::conn::http2;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, timeout};

use super::connector::{Connected, Connector, Route, is_https};
use super::incoming::Incoming;
use crate::transport::body::Body;
use crate::transport::error::TransportError;
use crate::transport::pool_settings::PoolSettings;

/// The connections to one server.
///
/// A request holds a permit while it uses a connection of HTTP/1.1. A connection is opened only if none is idle, so the
/// number of permits limits the connections.
pub(super) struct Pool {
    server: Uri,
    host: HeaderValue,
    route: Route,
    settings: PoolSettings,
    permits: Arc<Semaphore>,
    /// Held while connecting to a server that may support HTTP/2: others wait, because they can share the connection.
    connecting: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    idle: Vec<Idle>,
    #[cfg(feature = "http2")]
    shared: Option<Shared>,
    /// Whether the server is known not to support HTTP/2.
    only_http1: bool,
    /// The task that closes unused connections.
    sweeper: Option<AbortHandle>,
}

impl State {
    #[cfg(feature = "http2")]
    fn has_shared(&self) -> bool {
        self.shared.is_some()
    }

    #[cfg(not(feature = "http2"))]
    fn has_shared(&self) -> bool {
        false
    }
}

/// A connection of HTTP/1.1 that no request uses.
struct Idle {
    sender: http1::SendRequest<Body>,
    since: Instant,
}

/// A connection of HTTP/2, which any number of requests use.
#[cfg(feature = "http2")]
struct Shared {
    sender: http2::SendRequest<Body>,
    last_used: Instant,
}

/// A connection for one request.
pub(super) struct Connection {
    pool: Arc<Pool>,
    protocol: Protocol,
}

enum Protocol {
    Http1(http1::SendRequest<Body>, OwnedSemaphorePermit),
    #[cfg(feature = "http2")]
    Http2(http2::SendRequest<Body>),
}

/// The failure of a request on a connection.
pub(super) enum SendError {
    /// The server has not processed any of the request, which can be sent again.
    NotSent(Box<Request<Body>>),
    Failed(hyper::Error),
}

impl Pool {
    /// Creates an empty pool for the server of an absolute URL.
    pub(super) fn new(uri: &Uri, route: Route, settings: PoolSettings) -> Self {
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let state = State { only_http1: !cfg!(feature = "http2") || !is_https(uri), ..State::default() };
        Self {
            server: with_path(uri, PathAndQuery::from_static("/")),
            host: HeaderValue::from_str(authority).unwrap_or(HeaderValue::from_static("")),
            route,
            permits: Arc::new(Semaphore::new(settings.permits())),
            settings,
            connecting: tokio::sync::Mutex::new(()),
            state: Mutex::new(state),
        }
    }

    /// Returns an open connection that is available now.
    pub(super) fn available(self: &Arc<Self>) -> Option<Connection> {
        if let Some(protocol) = self.shared() {
            return Some(self.lease(protocol));
        }
        let permit = Arc::clone(&self.permits).try_acquire_owned().ok()?;
        self.idle().map(|sender| self.lease(Protocol::Http1(sender, permit)))
    }

    /// Returns a connection. Waits for one if the maximum number is in use.
    pub(super) async fn connection(
        self: &Arc<Self>,
        connector: &Connector,
    ) -> Result<Connection, TransportError> {
        let permits = Arc::clone(&self.permits);
        let permit = permits.acquire_owned().await.map_err(|_| TransportError::no_free_connection())?;
        if let Some(sender) = self.idle() {
            return Ok(self.lease(Protocol::Http1(sender, permit)));
        }
        let turn = match self.is_only_http1() {
            true => None,
            false => Some(self.connecting.lock().await),
        };
        // Another request may have connected in the meantime.
        if let Some(protocol) = self.shared() {
            return Ok(self.lease(protocol));
        }
        // Held until others can find the connection.
        let _turn = turn.filter(|_| !self.is_only_http1());
        Ok(match connector.connect(&self.server, &self.route).await? {
            Connected::Http1(sender) => {
                self.state().only_http1 = true;
                self.lease(Protocol::Http1(sender, permit))
            }
            #[cfg(feature = "http2")]
            Connected::Http2(sender) => {
                let last_used = Instant::now();
                self.state().shared = Some(Shared { sender: sender.clone(), last_used });
                self.sweep_later();
                self.lease(Protocol::Http2(sender))
            }
        })
    }

    fn lease(self: &Arc<Self>, protocol: Protocol) -> Connection {
        Connection { pool: Arc::clone(self), protocol }
    }

    #[cfg(feature = "http2")]
    fn shared(&self) -> Option<Protocol> {
        let mut state = self.state();
        let shared = state.shared.as_mut().filter(|shared| !shared.sender.is_closed())?;
        shared.last_used = Instant::now();
        Some(Protocol::Http2(shared.sender.clone()))
    }

    #[cfg(not(feature = "http2"))]
    fn shared(&self) -> Option<Protocol> {
        None
    }

    /// Takes the most recently used idle connection.
    fn idle(&self) -> Option<http1::SendRequest<Body>> {
        let mut state = self.state();
        let now = Instant::now();
        while let Some(Idle { sender, since }) = state.idle.pop() {
            if sender.is_ready() && now.duration_since(since) < self.settings.idle_timeout {
                return Some(sender);
            }
        }
        None
    }

    /// Keeps a connection for another request.
    fn keep(self: &Arc<Self>, sender: http1::SendRequest<Body>) {
        self.state().idle.push(Idle { sender, since: Instant::now() });
        self.sweep_later();
    }

    /// Closes the unused connections after the timeout, from a task that ends when there are none.
    fn sweep_later(self: &Arc<Self>) {
        let mut state = self.state();
        let is_running = |sweeper: &AbortHandle| !sweeper.is_finished();
        // Without a runtime, connections are closed when the pool is used again.
        if let (false, Ok(runtime)) = (state.sweeper.as_ref().is_some_and(is_running), Handle::try_current())
        {
            let sweeper = runtime.spawn(sweep(Arc::downgrade(self), self.settings.idle_timeout));
            state.sweeper = Some(sweeper.abort_handle());
        }
    }

    /// Closes the unused connections. Returns whether others remain.
    fn sweep(&self) -> bool {
        let mut state = self.state();
        let now = Instant::now();
        let is_recent = |time: Instant| now.duration_since(time) < self.settings.idle_timeout;
        state.idle.retain(|idle| !idle.sender.is_closed() && is_recent(idle.since));
        // Requests in progress keep the connection open.
        #[cfg(feature = "http2")]
        state.shared.take_if(|shared| !is_recent(shared.last_used));
        let remain = !state.idle.is_empty() || state.has_shared();
        if !remain {
            state.sweeper = None;
        }
        remain
    }

    fn is_only_http1(&self) -> bool {
        self.state().only_http1
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn sweep(pool: Weak<Pool>, interval: Duration) {
    loop {
        sleep(interval).await;
        if !pool.upgrade().is_some_and(|pool| pool.sweep()) {
            break;
        }
    }
}

impl Connection {
    /// Sends a request with an absolute URL.
    pub(super) async fn send(self, request: Request<Body>) -> Result<Response<Body>, SendError> {
        match self.protocol {
            Protocol::Http1(sender, permit) => send_http1(self.pool, sender, permit, request).await,
            #[cfg(feature = "http2")]
            Protocol::Http2(sender) => send_http2(&self.pool, sender, request).await,
        }
    }
}

async fn send_http1(
    pool: Arc<Pool>,
    mut sender: http1::SendRequest<Body>,
    permit: OwnedSemaphorePermit,
    mut request: Request<Body>,
) -> Result<Response<Body>, SendError> {
    match pool.route.forward() {
        Some(Some(credential)) => drop(request.headers_mut().insert(PROXY_AUTHORIZATION, credential.clone())),
        Some(None) => {}
        None => *request.uri_mut() = relative(std::mem::take(request.uri_mut())),
    }
    match sender.try_send_request(request).await {
        Ok(response) => {
            let lease = Lease { pool, sender, permit };
            Ok(response.map(|body| Body::from_hyper(Incoming::new(body, Some(lease)))))
        }
        Err(mut failed) => Err(match failed.take_message() {
            Some(mut request) => {
                request.headers_mut().remove(PROXY_AUTHORIZATION);
                SendError::NotSent(Box::new(pool.restored(request)))
            }
            None => SendError::Failed(failed.into_error()),
        }),
    }
}

#[cfg(feature = "http2")]
async fn send_http2(
    pool: &Pool,
    mut sender: http2::SendRequest<Body>,
    mut request: Request<Body>,
) -> Result<Response<Body>, SendError> {
    // The pseudo-header `:authority` replaces it.
    request.headers_mut().remove(HOST);
    let copy = try_clone(&request);
    match sender.try_send_request(request).await {
        Ok(response) => Ok(response.map(|body| Body::from_hyper(Incoming::new(body, None)))),
        Err(mut failed) => {
            let unprocessed = copy.filter(|_| is_unprocessed(failed.error()));
            Err(match failed.take_message().or(unprocessed) {
                Some(request) => SendError::NotSent(Box::new(pool.restored(request))),
                None => SendError::Failed(failed.into_error()),
            })
        }
    }
}

#[cfg(feature = "http2")]
fn try_clone(request: &Request<Body>) -> Option<Request<Body>> {
    let mut copy = Request::new(request.body().try_clone()?);
    copy.method_mut().clone_from(request.method());
    copy.uri_mut().clone_from(request.uri());
    copy.headers_mut().clone_from(request.headers());
    Some(copy)
}

/// Returns whether the server states that it has not processed a request: it refused the stream, or it closes the
/// connection and has not seen the stream.
#[cfg(feature = "http2")]
fn is_unprocessed(error: &hyper::Error) -> bool {
    let sources = std::iter::successors(std::error::Error::source(error), |error| error.source());
    sources.filter_map(|error| error.downcast_ref::<h2::Error>()).any(|error| {
        let reason = if error.is_go_away() { h2::Reason::NO_ERROR } else { h2::Reason::REFUSED_STREAM };
        error.is_remote() && error.reason() == Some(reason)
    })
}

impl Pool {
    /// Restores the absolute URL and `Host` of a request that was not sent.
    fn restored(&self, mut request: Request<Body>) -> Request<Body> {
        let path = request.uri().path_and_query().cloned();
        *request.uri_mut() = with_path(&self.server, path.unwrap_or(PathAndQuery::from_static("/")));
        request.headers_mut().entry(HOST).or_insert_with(|| self.host.clone());
        request
    }
}

/// Returns a URL without scheme and authority.
fn relative(uri: Uri) -> Uri {
    let mut parts = Parts::default();
    parts.path_and_query = uri.into_parts().path_and_query;
    // A path alone is always valid.
    Uri::from_parts(parts).unwrap_or_default()
}

fn with_path(uri: &Uri, path: PathAndQuery) -> Uri {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path);
    // It replaces another path.
    Uri::from_parts(parts).unwrap_or_default()
}

/// A connection of HTTP/1.1 whose response is being read.
pub(super) struct Lease {
    pool: Arc<Pool>,
    sender: http1::SendRequest<Body>,
    permit: OwnedSemaphorePermit,
}

impl Lease {
    /// Returns the connection to the pool, after the end of the response.
    pub(super) fn release(self) {
        let Self { pool, mut sender, permit } = self;
        if sender.is_ready() {
            pool.keep(sender);
            drop(permit);
        } else if let Ok(runtime) = Handle::try_current() {
            // The connection has not finished the exchange, or is about to be closed.
            runtime.spawn(async move {
                if let Ok(Ok(())) = timeout(pool.settings.idle_timeout, sender.ready()).await {
                    pool.keep(sender);
                }
                drop(permit);
            });
        }
    }
}
