//! The default transport.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::redirect::Policy;

use crate::{Body, OutgoingRequest, RequestBody, Transport, TransportError, TransportErrorKind};

/// Sends requests with [`reqwest`].
#[derive(Clone)]
pub struct ReqwestTransport(reqwest::Client);

/// Shows nothing of the client, whose default headers may hold a credential.
impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReqwestTransport")
    }
}

impl ReqwestTransport {
    /// Idle connections are dropped before common servers do (uvicorn: 5 s), since a request written into a
    /// connection that the server is closing ends in an error that leaves its effect unknown.
    const POOL_IDLE: Duration = Duration::from_secs(4);

    /// A transport of its own: no redirects, no decompression, no cookies. Proxies are taken from the environment.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    ///
    /// # Panics
    /// With the feature `rustls-no-provider` and no other TLS, when the application has not installed a provider.
    pub fn new(connect_timeout: Duration) -> Result<Self, TransportError> {
        Self::build(reqwest::Client::builder(), connect_timeout)
    }

    /// The same for an API on this machine. A proxy would carry a credential over the network that was allowed to
    /// travel in the clear because it stays here.
    pub(crate) fn without_proxy(connect_timeout: Duration) -> Result<Self, TransportError> {
        Self::build(reqwest::Client::builder().no_proxy(), connect_timeout)
    }

    /// What reqwest repeats by default stays on: HTTP/2 streams that the server says it has not touched.
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
/// Its settings hold: give it `redirect::Policy::none()`, or a credential in a custom header may travel to another
/// origin; give it no cookie store and no retries.
impl From<reqwest::Client> for ReqwestTransport {
    fn from(client: reqwest::Client) -> Self {
        Self(client)
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, outgoing: OutgoingRequest) -> Result<http::Response<Body>, TransportError> {
        let mut request = reqwest::Request::new(outgoing.method, outgoing.url);
        *request.headers_mut() = outgoing.headers;
        *request.body_mut() = outgoing.body.map(|body| match body {
            RequestBody::Whole(bytes) => bytes.into(),
            RequestBody::Stream(body) => reqwest::Body::wrap(body),
        });
        let response: http::Response<reqwest::Body> = self.0.execute(request).await?.into();
        Ok(response.map(Body::from_reqwest))
    }
}

impl From<reqwest::Error> for TransportError {
    fn from(error: reqwest::Error) -> Self {
        // The order matters: a connect timeout is both, and only as a connect error is it surely without effect.
        let kind = if error.is_connect() || error.is_builder() {
            TransportErrorKind::Connect
        } else if error.is_timeout() {
            TransportErrorKind::Timeout
        } else {
            TransportErrorKind::Io
        };
        // The URL may hold ids and search terms.
        Self::new(kind).with_source(error.without_url())
    }
}
