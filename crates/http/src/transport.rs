//! The seam to whatever moves bytes.

use std::error::Error as StdError;
use std::fmt::{self, Debug};
use std::pin::Pin;
use std::task::{Context, Poll};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Method};
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use url::Url;

use crate::Operation;

/// Sends one request and returns the answer's head, with its body still to be read.
///
/// The client above it retries, limits time and size, and decodes. A transport does one attempt and nothing else: it
/// follows no redirect, keeps no cookies, decompresses nothing and does not retry.
#[async_trait]
pub trait Transport: Debug + Send + Sync + 'static {
    /// Sends a request.
    ///
    /// The future is dropped when time runs out or the caller loses interest.
    ///
    /// # Errors
    /// When there is no answer. [`TransportErrorKind::Connect`] must mean that nothing of the request left this
    /// machine: the client then sends even an unsafe request again.
    async fn send(&self, request: OutgoingRequest) -> Result<http::Response<Body>, TransportError>;
}

/// A request as it goes out, credential included.
pub struct OutgoingRequest {
    /// The HTTP method.
    pub method: Method,
    /// The whole URL.
    pub url: Url,
    /// All headers except those that belong to the connection, such as `Host` and `Content-Length`.
    pub headers: HeaderMap,
    /// The body.
    pub body: Option<Bytes>,
    /// What the request is for.
    pub context: OperationContext,
}

/// Shows neither body nor query, and no header that is marked as sensitive.
impl Debug for OutgoingRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingRequest")
            .field("method", &self.method)
            .field("origin", &self.url.origin().ascii_serialization())
            .field("headers", &self.headers)
            .field("body", &self.body.as_ref().map(Bytes::len))
            .field("context", &self.context)
            .finish()
    }
}

/// What a request is for: tells a transport that measures, logs or limits what the URL alone does not.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct OperationContext {
    /// The short name of the vendor.
    pub vendor: &'static str,
    /// The operation, with its path template.
    pub operation: &'static Operation,
    /// Which attempt this is, counted from 1.
    pub attempt: u32,
}

/// The body of an answer, as it arrives.
pub struct Body(UnsyncBoxBody<Bytes, TransportError>);

impl Body {
    /// Wraps a body.
    pub fn new<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes, Error: Into<TransportError>> + Send + 'static,
    {
        Self(body.map_err(Into::into).boxed_unsync())
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Self(Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync())
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        Pin::new(&mut self.0).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body(..)")
    }
}

/// Why there is no answer, or no whole one.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// An error of a kind.
    pub fn new(kind: TransportErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// Adds the cause. Its text must not hold the URL or a header.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    pub(crate) fn into_source(self) -> Option<Box<dyn StdError + Send + Sync>> {
        self.source
    }
}

/// What went wrong below HTTP, as far as it matters for sending again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection could be made: name, address, TLS, proxy. Nothing of the request left this machine.
    Connect,
    /// Time ran out after the request may have left.
    Timeout,
    /// The connection broke after the request may have left.
    Io,
}

impl fmt::Display for TransportErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "no connection could be made",
            Self::Timeout => "no answer in time",
            Self::Io => "the connection broke",
        })
    }
}
