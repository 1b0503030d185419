//! New connections: DNS, TCP, proxies, TLS and the choice of the protocol.

use std::future::{Ready, poll_fn, ready};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::uri::Scheme;
use http::{HeaderValue, Uri};
use hyper::client::conn::http1;
#[cfg(feature = "http2")]
use hyper::client::conn::http2;
use hyper::rt::{Read, Write};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tower_service::Service;

use crate::transport::body::Body;
use crate::transport::error::{TransportError, TransportErrorKind};
use crate::transport::tls;

/// Establishes connections.
pub(super) struct Connector {
    tcp: HttpConnector,
    tls: TlsConnector,
    /// TLS to proxies.
    proxy_tls: TlsConnector,
    proxies: Option<Matcher>,
}

/// The way to a server.
pub(super) enum Route {
    Direct,
    /// Requests are sent to a proxy.
    Forward(Intercept),
    /// A proxy connects to the server.
    Tunnel(Intercept),
}

/// A new connection, as its protocol sends requests.
pub(super) enum Connected {
    Http1(http1::SendRequest<Body>),
    #[cfg(feature = "http2")]
    Http2(http2::SendRequest<Body>),
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl Connector {
    pub(super) fn new(mut config: ClientConfig, timeout: Duration, with_proxies: bool) -> Self {
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let proxy_tls = Arc::new(config.clone());
        config.alpn_protocols = tls::protocols();
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // With several addresses, a part of it for each.
        tcp.set_connect_timeout(Some(timeout));
        Self {
            tcp,
            tls: Arc::new(config).into(),
            proxy_tls: proxy_tls.into(),
            proxies: with_proxies.then(Matcher::from_system),
        }
    }

    /// Returns the way to the server of a URL.
    pub(super) fn route(&self, uri: &Uri) -> Route {
        match self.proxies.as_ref().and_then(|proxies| proxies.intercept(uri)) {
            None => Route::Direct,
            Some(proxy) if is_https(uri) => Route::Tunnel(proxy),
            Some(proxy) => Route::Forward(proxy),
        }
    }

    /// Connects to the server of a URL.
    pub(super) async fn connect(&self, server: &Uri, route: &Route) -> Result<Connected, TransportError> {
        let connected = match route {
            Route::Direct => self.connect_directly(server).await,
            Route::Forward(proxy) | Route::Tunnel(proxy) => self.connect_by_proxy(server, proxy).await,
        };
        connected.map_err(|error| TransportError::new(TransportErrorKind::Connect).with_source(error))
    }

    async fn connect_directly(&self, server: &Uri) -> Result<Connected, BoxError> {
        let tcp = self.open(server).await?;
        match is_https(server) {
            true => self.secure(server, tcp).await,
            false => start_http1(tcp).await,
        }
    }

    async fn connect_by_proxy(&self, server: &Uri, proxy: &Intercept) -> Result<Connected, BoxError> {
        match proxy.uri().scheme_str() {
            Some("http") => self.connect_over(server, proxy, self.open(proxy.uri()).await?).await,
            Some("https") => {
                let tcp = self.open(proxy.uri()).await?;
                let tls = handshake(&self.proxy_tls, proxy.uri(), tcp).await?;
                self.connect_over(server, proxy, TokioIo::new(tls)).await
            }
            _ => Err("the scheme of the proxy is not supported".into()),
        }
    }

    /// Connects to a server over a connection to a proxy.
    async fn connect_over<T>(&self, server: &Uri, proxy: &Intercept, io: T) -> Result<Connected, BoxError>
    where
        T: Read + Write + Unpin + Send + 'static,
    {
        if !is_https(server) {
            return start_http1(io).await;
        }
        let mut tunnel = Tunnel::new(proxy.uri().clone(), Opened(Some(io)));
        if let Some(credential) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(credential.clone());
        }
        self.secure(server, tunnel.call(server.clone()).await?).await
    }

    async fn open(&self, uri: &Uri) -> Result<TokioIo<TcpStream>, BoxError> {
        let mut tcp = self.tcp.clone();
        poll_fn(|cx| tcp.poll_ready(cx)).await?;
        Ok(tcp.call(uri.clone()).await?)
    }

    /// Starts TLS, and the protocol that the server chooses.
    async fn secure<T>(&self, server: &Uri, io: T) -> Result<Connected, BoxError>
    where
        T: Read + Write + Unpin + Send + 'static,
    {
        let tls = handshake(&self.tls, server, io).await?;
        #[cfg(feature = "http2")]
        if tls.get_ref().1.alpn_protocol() == Some(b"h2") {
            return start_http2(TokioIo::new(tls)).await;
        }
        start_http1(TokioIo::new(tls)).await
    }
}

impl Route {
    /// Returns the credential for a proxy that requests are sent to.
    pub(super) fn forward(&self) -> Option<Option<&HeaderValue>> {
        match self {
            Self::Forward(proxy) => Some(proxy.basic_auth()),
            Self::Direct | Self::Tunnel(_) => None,
        }
    }
}

pub(super) fn is_https(uri: &Uri) -> bool {
    uri.scheme() == Some(&Scheme::HTTPS)
}

async fn handshake<T>(tls: &TlsConnector, server: &Uri, io: T) -> Result<TlsStream<TokioIo<T>>, BoxError>
where
    T: Read + Write + Unpin,
{
    let host = server.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(host.to_owned())?;
    Ok(tls.connect(name, TokioIo::new(io)).await?)
}

async fn start_http1<T>(io: T) -> Result<Connected, BoxError>
where
    T: Read + Write + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(io).await?;
    // The requests on a connection report its errors.
    tokio::spawn(async { drop(connection.await) });
    Ok(Connected::Http1(sender))
}

#[cfg(feature = "http2")]
async fn start_http2<T>(io: T) -> Result<Connected, BoxError>
where
    T: Read + Write + Unpin + Send + 'static,
{
    use hyper_util::rt::{TokioExecutor, TokioTimer};

    /// All calls share the connection, so one that no longer transmits must be detected.
    const PING_INTERVAL: Duration = Duration::from_secs(10);
    const PING_TIMEOUT: Duration = Duration::from_secs(5);

    let (sender, connection) = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_TIMEOUT)
        .handshake(io)
        .await?;
    tokio::spawn(async { drop(connection.await) });
    Ok(Connected::Http2(sender))
}

/// A connector that returns an open connection.
struct Opened<T>(Option<T>);

impl<T> Service<Uri> for Opened<T> {
    type Response = T;
    type Error = BoxError;
    type Future = Ready<Result<T, BoxError>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _uri: Uri) -> Self::Future {
        ready(self.0.take().ok_or_else(|| "the connection is in use".into()))
    }
}
