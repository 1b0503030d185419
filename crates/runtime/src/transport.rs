//! The seam to whatever moves bytes.

use std::error::Error as StdError;
use std::fmt::{self, Debug};
use std::pin::Pin;
use std::task::{Context, Poll};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Method};
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};
use tokio::io::AsyncRead;
use url::Url;

use crate::upload::Reading;
use crate::{Operation, RequestBody};

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
#[non_exhaustive]
pub struct OutgoingRequest {
    /// The HTTP method.
    pub method: Method,
    /// The whole URL.
    pub url: Url,
    /// All headers except those that belong to the connection, such as `Host` and `Content-Length`.
    pub headers: HeaderMap,
    /// The body.
    pub body: Option<RequestBody>,
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
            .field("body", &self.body)
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

/// A body that arrives, or that is sent, piece by piece.
pub struct Body(Inner);

enum Inner {
    Whole(Option<Bytes>),
    Any(UnsyncBoxBody<Bytes, TransportError>),
    /// Is in a box already and needs no other.
    #[cfg(feature = "reqwest")]
    Reqwest(reqwest::Body),
}

impl Body {
    /// Wraps a body.
    pub fn new<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes, Error: Into<TransportError>> + Send + 'static,
    {
        Self(Inner::Any(body.map_err(Into::into).boxed_unsync()))
    }

    /// What a reader has, such as a file, to be sent while it is read. Without the `length` it is sent in chunks, which
    /// some servers refuse.
    ///
    /// A request with such a body is sent once and never again, and the time limit of an attempt holds for all of it.
    pub fn from_reader<R: AsyncRead + Send + 'static>(reader: R, length: Option<u64>) -> Self {
        Self::new(Reading::new(Box::pin(reader), length))
    }

    /// All of the body if it is there, or else the body itself.
    pub(crate) fn into_whole(self) -> Result<Bytes, Self> {
        match self.0 {
            Inner::Whole(bytes) => Ok(bytes.unwrap_or_default()),
            other => Err(Self(other)),
        }
    }

    #[cfg(feature = "reqwest")]
    pub(crate) fn from_reqwest(body: reqwest::Body) -> Self {
        Self(Inner::Reqwest(body))
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Self(Inner::Whole(Some(bytes.into())))
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        match &mut self.0 {
            Inner::Whole(bytes) => {
                let bytes = bytes.take().filter(|bytes| !bytes.is_empty());
                Poll::Ready(bytes.map(|bytes| Ok(Frame::data(bytes))))
            }
            Inner::Any(body) => Pin::new(body).poll_frame(cx),
            #[cfg(feature = "reqwest")]
            Inner::Reqwest(body) => Pin::new(body).poll_frame(cx).map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Inner::Whole(bytes) => bytes.as_ref().is_none_or(Bytes::is_empty),
            Inner::Any(body) => body.is_end_stream(),
            #[cfg(feature = "reqwest")]
            Inner::Reqwest(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
            Inner::Any(body) => body.size_hint(),
            #[cfg(feature = "reqwest")]
            Inner::Reqwest(body) => body.size_hint(),
        }
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
