//! HTTP transport abstraction.

pub(crate) mod body;
pub(crate) mod error;
#[cfg(feature = "hyper-no-provider")]
pub(crate) mod hyper;
#[cfg(feature = "_pool")]
mod per_origin;
pub(crate) mod pool_settings;
#[cfg(feature = "reqwest")]
pub(crate) mod reqwest;
#[cfg(feature = "_tls")]
mod tls;

use std::fmt::{self, Debug};

use async_trait::async_trait;
use http::{HeaderMap, Method, Uri};

use self::body::Body;
use self::error::TransportError;
use crate::request::operation::Operation;
use crate::request::payload::RequestBody;

/// A transport that sends one request and returns the head of the response with an unread body.
///
/// The client retries, applies timeouts and size limits, and decodes. A transport makes one attempt: it must not follow
/// redirects, store cookies, decompress or retry.
#[async_trait]
pub trait Transport: Debug + Send + Sync + 'static {
    /// Sends a request.
    ///
    /// The future is dropped on a timeout or when the caller drops the call.
    ///
    /// # Errors
    /// Returns an error without a response. [`TransportErrorKind::Connect`](crate::TransportErrorKind::Connect) means
    /// that no part of the request was sent: the client then retries even unsafe requests.
    async fn send(&self, request: OutgoingRequest) -> Result<http::Response<Body>, TransportError>;
}

/// A complete request, including credentials.
#[non_exhaustive]
pub struct OutgoingRequest {
    /// The HTTP method.
    pub method: Method,
    /// The absolute URL.
    pub uri: Uri,
    /// The headers, including `Host`, but without those that describe the message, such as `Content-Length`.
    pub headers: HeaderMap,
    /// The body.
    pub body: Option<RequestBody>,
    /// The context of the request.
    pub context: OperationContext,
}

impl OutgoingRequest {
    /// Returns the origin of the URL, such as `https://api.example.com`.
    pub fn origin(&self) -> String {
        let authority = self.uri.authority().map_or("", |authority| authority.as_str());
        format!("{}://{authority}", self.uri.scheme_str().unwrap_or_default())
    }
}

/// Omits body, path and query, and the values of sensitive headers.
impl Debug for OutgoingRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingRequest")
            .field("method", &self.method)
            .field("origin", &self.origin())
            .field("headers", &self.headers)
            .field("body", &self.body)
            .field("context", &self.context)
            .finish()
    }
}

/// The context of a request, for transports that measure, log or limit.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct OperationContext {
    /// The short name of the vendor.
    pub vendor: &'static str,
    /// The operation, with its path template.
    pub operation: &'static Operation,
    /// The number of the attempt, counted from 1.
    pub attempt: u32,
}
