//! Bodies of requests and responses.

use std::fmt::{self, Debug};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};
use tokio::io::{AsyncRead, ReadBuf};

use super::error::{TransportError, TransportErrorKind};

/// The body of a request or response, possibly streamed.
pub struct Body(Inner);

enum Inner {
    Whole(Option<Bytes>),
    Any(UnsyncBoxBody<Bytes, TransportError>),
    #[cfg(feature = "hyper-no-provider")]
    Hyper(super::hyper::incoming::Incoming),
    /// Already boxed. The permit is that of the connection.
    #[cfg(feature = "reqwest")]
    Reqwest {
        body: ::reqwest::Body,
        _permit: Option<tokio::sync::OwnedSemaphorePermit>,
    },
}

impl Body {
    /// Creates a body from another implementation.
    pub fn new<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes, Error: Into<TransportError>> + Send + 'static,
    {
        Self(Inner::Any(body.map_err(Into::into).boxed_unsync()))
    }

    /// Creates a body that is streamed from a reader, such as a file. Without `length` it is sent in chunks, which some
    /// servers reject.
    ///
    /// A request with a streamed body is never retried, and the timeout of an attempt applies to the whole body.
    pub fn from_reader<R: AsyncRead + Send + 'static>(reader: R, length: Option<u64>) -> Self {
        Self::new(Reading::new(Box::pin(reader), length))
    }

    /// Returns the bytes of the body, or the body itself if it is streamed.
    pub(crate) fn into_whole(self) -> Result<Bytes, Self> {
        match self.0 {
            Inner::Whole(bytes) => Ok(bytes.unwrap_or_default()),
            other => Err(Self(other)),
        }
    }

    /// Returns a copy of a body in memory.
    #[cfg(all(feature = "hyper-no-provider", feature = "http2"))]
    pub(super) fn try_clone(&self) -> Option<Self> {
        match &self.0 {
            Inner::Whole(bytes) => Some(Self(Inner::Whole(bytes.clone()))),
            _ => None,
        }
    }

    #[cfg(feature = "hyper-no-provider")]
    pub(super) fn from_hyper(body: super::hyper::incoming::Incoming) -> Self {
        Self(Inner::Hyper(body))
    }

    #[cfg(feature = "reqwest")]
    pub(super) fn from_reqwest(
        body: ::reqwest::Body,
        permit: Option<tokio::sync::OwnedSemaphorePermit>,
    ) -> Self {
        Self(Inner::Reqwest { body, _permit: permit })
    }
}

/// An empty body.
impl Default for Body {
    fn default() -> Self {
        Self(Inner::Whole(None))
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
            #[cfg(feature = "hyper-no-provider")]
            Inner::Hyper(body) => Pin::new(body).poll_frame(cx),
            #[cfg(feature = "reqwest")]
            Inner::Reqwest { body, .. } => Pin::new(body).poll_frame(cx).map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Inner::Whole(bytes) => bytes.as_ref().is_none_or(Bytes::is_empty),
            Inner::Any(body) => body.is_end_stream(),
            #[cfg(feature = "hyper-no-provider")]
            Inner::Hyper(body) => body.is_end_stream(),
            #[cfg(feature = "reqwest")]
            Inner::Reqwest { body, .. } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
            Inner::Any(body) => body.size_hint(),
            #[cfg(feature = "hyper-no-provider")]
            Inner::Hyper(body) => body.size_hint(),
            #[cfg(feature = "reqwest")]
            Inner::Reqwest { body, .. } => body.size_hint(),
        }
    }
}

impl Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body(..)")
    }
}

/// A body that reads from a reader.
struct Reading<R> {
    reader: R,
    /// The remaining length, if known.
    left: Option<u64>,
}

impl<R> Reading<R> {
    fn new(reader: R, length: Option<u64>) -> Self {
        Self { reader, left: length }
    }
}

const CHUNK_SIZE: usize = 32 << 10;

impl<R: AsyncRead + Unpin> http_body::Body for Reading<R> {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let mut chunk = vec![0; CHUNK_SIZE];
        let mut buffer = ReadBuf::new(&mut chunk);
        let read = ready!(Pin::new(&mut self.reader).poll_read(cx, &mut buffer));
        if let Err(error) = read {
            return Poll::Ready(Some(Err(TransportError::new(TransportErrorKind::Io).with_source(error))));
        }
        let length = buffer.filled().len();
        chunk.truncate(length);
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(length as u64);
        }
        Poll::Ready((length > 0).then(|| Ok(Frame::data(chunk.into()))))
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}
