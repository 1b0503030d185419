//! Bodies of requests.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::transport::body::Body;
use crate::transport::error::TransportError;

/// The body of an outgoing request.
#[non_exhaustive]
pub enum RequestBody {
    /// A body in memory.
    Whole(Bytes),
    /// A streamed body, available for one attempt.
    Stream(Streamed),
}

impl RequestBody {
    /// Returns the bytes of a body in memory.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match self {
            Self::Whole(bytes) => Some(bytes),
            Self::Stream(_) => None,
        }
    }
}

/// Prints the length: bodies contain secrets.
impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "Whole({} bytes)", bytes.len()),
            Self::Stream(_) => f.write_str("Stream(..)"),
        }
    }
}

/// A streamed body that is `Sync`, as HTTP clients require.
pub struct Streamed(Mutex<Body>);

impl Streamed {
    #[cfg(feature = "hyper-no-provider")]
    pub(crate) fn into_body(self) -> Body {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Exclusive access needs no locking.
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

/// The content of a request or of a part: bytes, which can be sent repeatedly, or a stream, which can be sent once.
#[derive(Clone)]
pub(crate) enum Payload {
    Whole(Bytes),
    Once(Arc<Mutex<Option<Body>>>),
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Once(_) => f.write_str("a stream"),
        }
    }
}

impl Payload {
    /// Returns the body to send; `None` for a stream that was sent before.
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

impl From<Body> for Payload {
    fn from(body: Body) -> Self {
        match body.into_whole() {
            Ok(bytes) => Self::Whole(bytes),
            Err(stream) => Self::Once(Arc::new(Mutex::new(Some(stream)))),
        }
    }
}

impl Default for Payload {
    fn default() -> Self {
        Self::Whole(Bytes::new())
    }
}

/// Streams are equal if they are identical.
impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Whole(one), Self::Whole(two)) => one == two,
            (Self::Once(one), Self::Once(two)) => Arc::ptr_eq(one, two),
            _ => false,
        }
    }
}

impl Eq for Payload {}

impl Hash for Payload {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Whole(bytes) => bytes.hash(state),
            Self::Once(body) => Arc::as_ptr(body).hash(state),
        }
    }
}
