//! The transport based on hyper.

mod connector;
pub(crate) mod incoming;
mod pool;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rustls::ClientConfig;
use tokio::time::timeout;

use self::connector::Connector;
use self::pool::{Pool, SendError};
use super::body::Body;
use super::error::{TransportError, TransportErrorKind};
use super::per_origin::PerOrigin;
use super::pool_settings::PoolSettings;
use super::{OutgoingRequest, Transport, tls};
use crate::request::payload::RequestBody;

/// A transport based on [`hyper`](::hyper) and rustls, with less overhead than reqwest.
///
/// It opens at most [`PoolSettings::max_connections`] to each host, and exactly one if the server supports HTTP/2 and
/// the feature `http2` is enabled. Proxies are read from the environment.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// use api_keys_runtime::{HttpConfig, HyperTransport, PoolSettings};
///
/// # fn build() -> Result<(), api_keys_runtime::TransportError> {
/// let pool = PoolSettings::default().idle_timeout(Duration::from_secs(60));
/// let transport = HyperTransport::new(Duration::from_secs(5), pool)?;
/// let config = HttpConfig::new().transport(Arc::new(transport));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct HyperTransport(Arc<Inner>);

struct Inner {
    connector: Connector,
    connect_timeout: Duration,
    settings: PoolSettings,
    pools: PerOrigin<Pool>,
}

/// The maximum number of connections that one request is given to, if none of them sends it.
const MAX_CONNECTIONS_TRIED: usize = 5;

impl HyperTransport {
    /// Creates a transport that trusts the certificates of the platform.
    ///
    /// They are read once per process, when the first connection is established.
    ///
    /// # Errors
    /// Returns an error if TLS cannot be initialized, such as with the feature `hyper-no-provider` if the application
    /// has not installed a provider.
    pub fn new(connect_timeout: Duration, pool: PoolSettings) -> Result<Self, TransportError> {
        Ok(Self::with_tls(tls::client_config()?, connect_timeout, pool))
    }

    /// Creates a transport with its own TLS configuration, such as for a private certificate authority. The protocols
    /// for ALPN are replaced.
    pub fn with_tls(config: ClientConfig, connect_timeout: Duration, pool: PoolSettings) -> Self {
        Self::build(Connector::new(config, connect_timeout, true), connect_timeout, pool)
    }

    /// Creates a transport for an API on this machine. A proxy would send the unencrypted credential over the network.
    #[cfg(not(feature = "reqwest"))]
    pub(crate) fn without_proxy(
        connect_timeout: Duration,
        pool: PoolSettings,
    ) -> Result<Self, TransportError> {
        let connector = Connector::new(tls::client_config()?, connect_timeout, false);
        Ok(Self::build(connector, connect_timeout, pool))
    }

    fn build(connector: Connector, connect_timeout: Duration, settings: PoolSettings) -> Self {
        Self(Arc::new(Inner { connector, connect_timeout, settings, pools: PerOrigin::default() }))
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HyperTransport")
    }
}

#[async_trait]
impl Transport for HyperTransport {
    async fn send(&self, outgoing: OutgoingRequest) -> Result<http::Response<Body>, TransportError> {
        let Inner { connector, connect_timeout, settings, pools } = &*self.0;
        let OutgoingRequest { method, uri, headers, body, .. } = outgoing;
        let pool = pools.get(&uri, || Some(Pool::new(&uri, connector.route(&uri), *settings)));
        let not_sent = |source| TransportError::new(TransportErrorKind::Connect).with_source(source);
        let pool = pool.ok_or_else(|| not_sent("the URL is not absolute"))?;

        let mut request = http::Request::new(match body {
            Some(RequestBody::Whole(bytes)) => Body::from(bytes),
            Some(RequestBody::Stream(stream)) => stream.into_body(),
            None => Body::default(),
        });
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        for _ in 0..MAX_CONNECTIONS_TRIED {
            let connection = match pool.available() {
                Some(connection) => connection,
                // The future is large, and this happens rarely.
                None => Box::pin(timeout(*connect_timeout, pool.connection(connector)))
                    .await
                    .map_err(|_elapsed| not_sent("timed out"))??,
            };
            match connection.send(request).await {
                Ok(response) => return Ok(response),
                Err(SendError::NotSent(returned)) => request = *returned,
                Err(SendError::Failed(error)) => return Err(error.into()),
            }
        }
        Err(not_sent("the server closes connections before requests are sent"))
    }
}

impl From<::hyper::Error> for TransportError {
    fn from(error: ::hyper::Error) -> Self {
        Self::new(TransportErrorKind::Io).with_source(error)
    }
}
