//! The default transport, based on reqwest.

use std::fmt;
use std::time::Duration;

use ::reqwest::redirect::Policy;
use async_trait::async_trait;

use super::body::Body;
use super::error::{TransportError, TransportErrorKind};
use super::{OutgoingRequest, Transport};
use crate::request::payload::RequestBody;

/// A transport based on [`reqwest`](::reqwest).
#[derive(Clone)]
pub struct ReqwestTransport(::reqwest::Client);

/// Omits the client, whose default headers may contain a credential.
impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReqwestTransport")
    }
}

impl ReqwestTransport {
    /// Idle connections are closed earlier than by common servers (uvicorn: 5 s): a request on a connection that the
    /// server is closing fails with an unknown effect.
    const POOL_IDLE: Duration = Duration::from_secs(4);

    /// Creates a transport without redirects, decompression and cookies. Proxies are read from the environment.
    ///
    /// # Errors
    /// Returns an error if TLS cannot be initialized.
    ///
    /// # Panics
    /// Panics with the feature `rustls-no-provider` if the application has not installed a TLS provider.
    pub fn new(connect_timeout: Duration) -> Result<Self, TransportError> {
        Self::build(::reqwest::Client::builder(), connect_timeout)
    }

    /// Creates a transport for an API on this machine. A proxy would send the unencrypted credential over the network.
    pub(crate) fn without_proxy(connect_timeout: Duration) -> Result<Self, TransportError> {
        Self::build(::reqwest::Client::builder().no_proxy(), connect_timeout)
    }

    /// reqwest's own retries remain enabled: they are limited to HTTP/2 streams that the server has not processed.
    fn build(builder: reqwest::ClientBuilder, connect_timeout: Duration) -> Result<Self, TransportError> {
        builder
            .connect_timeout(connect_timeout)
            .pool_idle_timeout(Self::POOL_IDLE)
            .redirect(Policy::none())
            .referer(false)
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .build()
            .map(Self)
            .map_err(TransportError::from)
    }
}

/// Uses the application's own client, with its proxies, certificates and pool.
///
/// Configure the client with `redirect::Policy::none()`, because a credential in a custom header may otherwise be sent
/// to another origin, and without a cookie store and retries.
impl From<::reqwest::Client> for ReqwestTransport {
    fn from(client: ::reqwest::Client) -> Self {
        Self(client)
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, outgoing: OutgoingRequest) -> Result<http::Response<Body>, TransportError> {
        let mut request = ::reqwest::Request::new(outgoing.method, outgoing.url);
        *request.headers_mut() = outgoing.headers;
        *request.body_mut() = outgoing.body.map(|body| match body {
            RequestBody::Whole(bytes) => bytes.into(),
            RequestBody::Stream(body) => ::reqwest::Body::wrap(body),
        });
        let response: http::Response<::reqwest::Body> = self.0.execute(request).await?.into();
        Ok(response.map(Body::from_reqwest))
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
