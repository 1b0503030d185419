//! Streams of bytes.

use std::error::Error as StdError;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use api_keys_core::SecretBytes;
use bytes::Bytes;
use futures_core::Stream;
use http_body::Body as _;
use tokio::time::{Sleep, sleep};

use crate::error::{Error, Failure, FailureKind};
use crate::request::operation::Operation;
use crate::response::ResponseMeta;
use crate::transport::body::Body;
use crate::transport::error::{TransportError, TransportErrorKind};

/// The body of a response, in chunks as they arrive.
///
/// The size is not limited. Waiting for a chunk is limited by [`Timeouts::attempt`](crate::Timeouts::attempt). An error
/// ends the stream: without one, the body is complete, unless the server ends it by closing the connection and the
/// response has no length. Dropping the stream closes the connection.
///
/// ```no_run
/// # async fn example(stream: api_keys_runtime::ByteStream) -> Result<(), Box<dyn std::error::Error>> {
/// let mut stream = stream;
/// while let Some(chunk) = stream.next().await {
///     println!("{} bytes", chunk?.len());
/// }
/// # Ok(())
/// # }
/// ```
pub struct ByteStream {
    /// The unread part, until the end or an error.
    body: Option<Body>,
    idle_timeout: Duration,
    /// The end of waiting for the next chunk, while waiting.
    timer: Option<Pin<Box<Sleep>>>,
    operation: &'static Operation,
    meta: ResponseMeta,
}

impl ByteStream {
    pub(crate) fn new(
        operation: &'static Operation,
        meta: ResponseMeta,
        body: Body,
        idle_timeout: Duration,
    ) -> Self {
        Self { body: Some(body), idle_timeout, timer: None, operation, meta }
    }

    /// Returns the next chunk, or `None` at the end. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|cx| self.poll_chunk(cx)).await
    }

    pub(crate) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        while let Some(body) = &mut self.body {
            let Poll::Ready(frame) = Pin::new(body).poll_frame(cx) else {
                let idle_timeout = self.idle_timeout;
                let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(idle_timeout)));
                ready!(timer.as_mut().poll(cx));
                return Poll::Ready(Some(Err(self.broken(TransportError::new(TransportErrorKind::Timeout)))));
            };
            self.timer = None;
            match frame {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(chunk) if !chunk.is_empty() => return Poll::Ready(Some(Ok(chunk))),
                    // Frames without data are trailers.
                    _ => {}
                },
                Some(Err(error)) => return Poll::Ready(Some(Err(self.broken(error)))),
                None => self.close(),
            }
        }
        Poll::Ready(None)
    }

    /// Ends the stream.
    pub(crate) fn close(&mut self) {
        self.body = None;
        self.timer = None;
    }

    fn broken(&mut self, error: TransportError) -> Error {
        self.close();
        let kind = match error.kind() {
            TransportErrorKind::Timeout => FailureKind::Timeout,
            // The request was received, so this is not a failed connect, whatever the transport reports.
            TransportErrorKind::Connect | TransportErrorKind::Io => FailureKind::Transport,
        };
        self.error(kind, Bytes::new(), error.into_source())
    }

    /// Creates an error of an item, whose text is kept: it may contain a new secret.
    pub(crate) fn error(
        &self,
        kind: FailureKind,
        item: Bytes,
        source: Option<Box<dyn StdError + Send + Sync>>,
    ) -> Error {
        let mut failure = Failure::after_success(self.operation, kind, self.meta.clone());
        failure.body = SecretBytes::new(item);
        failure.source = source;
        failure.into()
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_chunk(cx)
    }
}

/// Omits the content.
impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteStream").field("operation", &self.operation.id).finish_non_exhaustive()
    }
}
