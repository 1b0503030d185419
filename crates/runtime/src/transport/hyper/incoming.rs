//! Bodies of responses.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::pool::Lease;
use crate::transport::error::TransportError;

/// The body of a response. Returns its connection to the pool when it is dropped, if it was read to its end.
pub(crate) struct Incoming {
    body: hyper::body::Incoming,
    has_ended: bool,
    /// The connection of HTTP/1.1.
    lease: Option<Lease>,
}

impl Incoming {
    pub(super) fn new(body: hyper::body::Incoming, lease: Option<Lease>) -> Self {
        Self { body, has_ended: false, lease }
    }
}

impl Body for Incoming {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        self.has_ended = frame.is_none();
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if let Some(lease) = self.lease.take()
            && (self.has_ended || self.body.is_end_stream())
        {
            lease.release();
        }
    }
}
