//! Streams of server-sent events.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;

use super::bytes::ByteStream;
use super::parser::{Parser, ServerSentEvent, TooLarge};
use crate::error::{Error, FailureKind};

/// A function that decodes an event. It returns `None` for the event that ends the stream.
pub type DecodeEvent<T> = fn(&ServerSentEvent) -> Result<Option<T>, FailureKind>;

/// The server-sent events of a response, as they arrive.
///
/// Each event is limited by [`BodyLimits::object`](crate::BodyLimits::object), and waiting for a part of one by
/// [`Timeouts::attempt`](crate::Timeouts::attempt). An event that cannot be decoded is an error, after which the stream
/// continues. Any other error ends it. An event that is incomplete at the end is dropped, as the HTML standard
/// requires. Dropping the stream closes the connection.
///
/// The stream never reconnects. To resume it, send the request again with a client
/// [after the last event](crate::Client::after_event).
pub struct EventStream<T> {
    bytes: ByteStream,
    limit: usize,
    decode: DecodeEvent<T>,
    /// The part of the last chunk that has not been parsed.
    unparsed: Bytes,
    parser: Parser,
}

impl<T> EventStream<T> {
    pub(crate) fn new(bytes: ByteStream, limit: usize, decode: DecodeEvent<T>) -> Self {
        Self { bytes, limit, decode, unparsed: Bytes::new(), parser: Parser::default() }
    }

    /// Returns the next event, or `None` at the end. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|cx| self.poll_event(cx)).await
    }

    /// Returns the last id that the server sent, with which the stream can be resumed.
    pub fn last_event_id(&self) -> Option<&str> {
        Some(self.parser.id()).filter(|id| !id.is_empty())
    }

    /// Returns the delay that the server requests before the stream is resumed.
    pub fn retry(&self) -> Option<Duration> {
        self.parser.retry
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        loop {
            match self.parser.next(&mut self.unparsed, self.limit) {
                Ok(Some(event)) => match (self.decode)(&event) {
                    Ok(Some(item)) => return Poll::Ready(Some(Ok(item))),
                    Ok(None) => self.close(),
                    Err(kind) => {
                        let data = event.into_data().into();
                        return Poll::Ready(Some(Err(self.bytes.error(kind, data, None))));
                    }
                },
                Ok(None) => {}
                Err(TooLarge) => {
                    self.close();
                    let kind = FailureKind::BodyTooLarge { limit: self.limit };
                    return Poll::Ready(Some(Err(self.bytes.error(kind, Bytes::new(), None))));
                }
            }
            match ready!(self.bytes.poll_chunk(cx)) {
                Some(Ok(chunk)) => self.unparsed = chunk,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }

    fn close(&mut self) {
        self.bytes.close();
        self.unparsed.clear();
    }
}

impl<T> Stream for EventStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_event(cx)
    }
}

/// Omits the content.
impl<T> fmt::Debug for EventStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}
