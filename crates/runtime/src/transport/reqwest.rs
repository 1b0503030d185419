//! The default transport, based on reqwest.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::reqwest::redirect::Policy;
use async_trait::async_trait;
use http::header::HOST;
use http::{Uri, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use url::Url;

use super::body::Body;
use super::error::{TransportError, TransportErrorKind};
use super::per_origin::PerOrigin;
use super::pool_settings::PoolSettings;
use super::{OutgoingRequest, Transport};
use crate::request::payload::RequestBody;

/// A transport based on [`reqwest`](::reqwest).
#[derive(Clone)]
pub struct ReqwestTransport {
    client: ::reqwest::Client,
    limits: Limits,
    hosts: Arc<PerOrigin<Host>>,
}

#[derive(Clone, Copy)]
struct Limits {
    max_connections: usize,
    /// The timeout for waiting for a connection.
    timeout: Duration,
}

struct Host {
    url: Url,
    /// reqwest does not limit connections, so the requests are limited, each of which may need one.
    requests: Arc<Semaphore>,
}

impl Host {
    fn new(uri: &Uri, max_connections: usize) -> Option<Self> {
        let url = Url::parse(&uri.to_string()).ok()?;
        Some(Self { url, requests: Arc::new(Semaphore::new(max_connections)) })
    }

    /// Returns the URL that another one of the same host is parsed to.
    fn url(&self, uri: &Uri) -> Url {
        let mut url = self.url.clone();
        url.set_path(uri.path());
        url.set_query(uri.query());
        url
    }

    async fn permit(&self, limit: Duration) -> Result<OwnedSemaphorePermit, TransportError> {
        if let Ok(permit) = Arc::clone(&self.requests).try_acquire_owned() {
            return Ok(permit);
        }
        let acquired = timeout(limit, Arc::clone(&self.requests).acquire_owned()).await;
        // The semaphore is never closed.
        acquired.ok().and_then(Result::ok).ok_or_else(TransportError::no_free_connection)
    }
}

/// Omits the client, whose default headers may contain a credential.
impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReqwestTransport")
    }
}

impl ReqwestTransport {
    /// Creates a transport without redirects, decompression and cookies. Proxies are read from the environment.
    ///
    /// With rustls, the certificates that the platform trusts are read once per process, when the first connection is
    /// established.
    ///
    /// # Errors
    /// Returns an error if TLS cannot be initialized, such as with the feature `rustls-no-provider` if the application
    /// has not installed a provider.
    pub fn new(connect_timeout: Duration, pool: PoolSettings) -> Result<Self, TransportError> {
        Self::build(::reqwest::Client::builder(), connect_timeout, pool)
    }

    /// Creates a transport for an API on this machine. A proxy would send the unencrypted credential over the network.
    pub(crate) fn without_proxy(
        connect_timeout: Duration,
        pool: PoolSettings,
    ) -> Result<Self, TransportError> {
        Self::build(::reqwest::Client::builder().no_proxy(), connect_timeout, pool)
    }

    /// reqwest's own retries remain enabled: they are limited to HTTP/2 streams that the server has not processed.
    fn build(
        builder: ::reqwest::ClientBuilder,
        connect_timeout: Duration,
        pool: PoolSettings,
    ) -> Result<Self, TransportError> {
        // reqwest prefers the platform's library as well.
        #[cfg(all(feature = "_tls", not(feature = "native-tls")))]
        let builder = builder.tls_backend_preconfigured(super::tls::client_config()?);
        let max_connections = pool.permits();
        let client = builder
            .connect_timeout(connect_timeout)
            .pool_idle_timeout(pool.idle_timeout)
            .pool_max_idle_per_host(max_connections)
            .redirect(Policy::none())
            .referer(false)
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .build()?;
        let limits = Limits { max_connections, timeout: connect_timeout };
        Ok(Self { client, limits, hosts: Arc::default() })
    }
}

/// Uses the application's own client, with its proxies, certificates and pool.
///
/// Configure the client with `redirect::Policy::none()`, because a credential in a custom header may otherwise be sent
/// to another origin, and without a cookie store and retries. The number of connections is not limited.
impl From<::reqwest::Client> for ReqwestTransport {
    fn from(client: ::reqwest::Client) -> Self {
        let unlimited = Limits { max_connections: Semaphore::MAX_PERMITS, timeout: Duration::MAX };
        Self { client, limits: unlimited, hosts: Arc::default() }
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, outgoing: OutgoingRequest) -> Result<http::Response<Body>, TransportError> {
        let OutgoingRequest { method, uri, mut headers, body, .. } = outgoing;
        let host =
            self.hosts.get(&uri, || Host::new(&uri, self.limits.max_connections)).ok_or_else(|| {
                TransportError::new(TransportErrorKind::Connect).with_source("the URL is not valid")
            })?;
        let permit = host.permit(self.limits.timeout).await?;
        let url = host.url(&uri);
        // With HTTP/2, the pseudo-header `:authority` replaces it.
        if cfg!(feature = "http2") && url.scheme() == "https" {
            headers.remove(HOST);
        }
        let mut request = ::reqwest::Request::new(method, url);
        *request.headers_mut() = headers;
        *request.body_mut() = body.map(|body| match body {
            RequestBody::Whole(bytes) => bytes.into(),
            RequestBody::Stream(body) => ::reqwest::Body::wrap(body),
        });
        let response: http::Response<::reqwest::Body> = self.client.execute(request).await?.into();
        // Streams of HTTP/2 share a connection.
        let permit = (response.version() < Version::HTTP_2).then_some(permit);
        Ok(response.map(|body| Body::from_reqwest(body, permit)))
    }
}

impl From<::reqwest::Error> for TransportError {
    fn from(error: ::reqwest::Error) -> Self {
        // The order matters: a connect timeout is both, and only a connect error is known to have no effect.
        let kind = if error.is_connect() || error.is_builder() {
            TransportErrorKind::Connect
        } else if error.is_timeout() {
            TransportErrorKind::Timeout
        } else {
            TransportErrorKind::Io
        };
        // The URL may contain ids and search terms.
        Self::new(kind).with_source(error.without_url())
    }
}
