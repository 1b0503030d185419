//! Bodies of requests that are sent while they are read.

use std::collections::VecDeque;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::io::{AsyncRead, ReadBuf};

use crate::{Body, TransportError, TransportErrorKind};

/// The body of a request as it goes out.
#[non_exhaustive]
pub enum RequestBody {
    /// All of it.
    Whole(Bytes),
    /// To be read while it is sent. It is there for one attempt only.
    Stream(Streamed),
}

impl RequestBody {
    /// The body, if all of it is there.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match self {
            Self::Whole(bytes) => Some(bytes),
            Self::Stream(_) => None,
        }
    }
}

/// Shows how much it is: bodies hold secrets.
impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "Whole({} bytes)", bytes.len()),
            Self::Stream(_) => f.write_str("Stream(..)"),
        }
    }
}

/// A body that is read while it is sent. HTTP clients may keep it wherever they like.
pub struct Streamed(Mutex<Body>);

impl Streamed {
    /// The lock is never waited for: whoever reads has all of it.
    fn body(&mut self) -> &mut Body {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl http_body::Body for Streamed {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        Pin::new(self.body()).poll_frame(cx)
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).size_hint()
    }
}

impl fmt::Debug for Streamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Streamed(..)")
    }
}

/// What a request or a part of one holds: bytes, which can be sent any number of times, or a stream that can be sent
/// once, whoever takes it first.
#[derive(Clone)]
pub(crate) enum Upload {
    Whole(Bytes),
    Once(Arc<Mutex<Option<Body>>>),
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Once(_) => f.write_str("a stream"),
        }
    }
}

impl Upload {
    /// What is to be sent now; nothing if it was sent already.
    pub(crate) fn take(&self) -> Option<RequestBody> {
        match self {
            Self::Whole(bytes) => Some(RequestBody::Whole(bytes.clone())),
            Self::Once(body) => {
                let body = body.lock().unwrap_or_else(PoisonError::into_inner).take()?;
                Some(RequestBody::Stream(Streamed(Mutex::new(body))))
            }
        }
    }

    pub(crate) fn is_repeatable(&self) -> bool {
        matches!(self, Self::Whole(_))
    }
}

impl From<Body> for Upload {
    fn from(body: Body) -> Self {
        match body.into_whole() {
            Ok(bytes) => Self::Whole(bytes),
            Err(stream) => Self::Once(Arc::new(Mutex::new(Some(stream)))),
        }
    }
}

impl Default for Upload {
    fn default() -> Self {
        Self::Whole(Bytes::new())
    }
}

/// Streams are equal if they are the same one.
impl PartialEq for Upload {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Whole(one), Self::Whole(two)) => one == two,
            (Self::Once(one), Self::Once(two)) => Arc::ptr_eq(one, two),
            _ => false,
        }
    }
}

impl Eq for Upload {}

impl Hash for Upload {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Whole(bytes) => bytes.hash(state),
            Self::Once(body) => Arc::as_ptr(body).hash(state),
        }
    }
}

/// Several bodies, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Joined(VecDeque<Body>);

impl Joined {
    pub(crate) fn push(&mut self, body: impl Into<Body>) {
        self.0.push_back(body.into());
    }
}

impl http_body::Body for Joined {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        while let Some(first) = self.0.front_mut() {
            match ready!(Pin::new(first).poll_frame(cx)) {
                // Trailers of a part have no place in the whole.
                Some(Ok(frame)) if !frame.is_data() => {}
                Some(frame) => return Poll::Ready(Some(frame)),
                None => drop(self.0.pop_front()),
            }
        }
        Poll::Ready(None)
    }

    fn size_hint(&self) -> SizeHint {
        let sizes = self.0.iter().map(|body| body.size_hint().exact());
        match sizes.sum::<Option<u64>>() {
            Some(size) => SizeHint::with_exact(size),
            None => SizeHint::new(),
        }
    }
}

/// What a reader has, in pieces.
pub(crate) struct Reading<R> {
    reader: R,
    /// How much is left, if that is known.
    left: Option<u64>,
}

impl<R> Reading<R> {
    pub(crate) fn new(reader: R, length: Option<u64>) -> Self {
        Self { reader, left: length }
    }
}

const PIECE: usize = 32 << 10;

impl<R: AsyncRead + Unpin> http_body::Body for Reading<R> {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let mut piece = vec![0; PIECE];
        let mut buffer = ReadBuf::new(&mut piece);
        let read = ready!(Pin::new(&mut self.reader).poll_read(cx, &mut buffer));
        if let Err(error) = read {
            return Poll::Ready(Some(Err(TransportError::new(TransportErrorKind::Io).with_source(error))));
        }
        let length = buffer.filled().len();
        piece.truncate(length);
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(length as u64);
        }
        Poll::Ready((length > 0).then(|| Ok(Frame::data(piece.into()))))
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}
