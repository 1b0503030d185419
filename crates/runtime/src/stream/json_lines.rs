//! Streams of JSON values.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use memchr::memchr;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::bytes::ByteStream;
use crate::error::{Error, FailureKind};
use crate::response::json;

/// Precedes each value of a JSON text sequence (RFC 7464).
const RECORD_SEPARATOR: u8 = 0x1e;

/// The values of a response in [JSON Lines](https://jsonlines.org), or of a JSON text sequence (RFC 7464), as they
/// arrive.
///
/// Each value is limited by [`BodyLimits::object`](crate::BodyLimits::object), and waiting for a part of one by
/// [`Timeouts::attempt`](crate::Timeouts::attempt). Blank lines are skipped, and the last value needs no line break. A
/// value that cannot be decoded is an error, after which the stream continues. Any other error ends it. Dropping the
/// stream closes the connection.
pub struct JsonLines<T> {
    bytes: ByteStream,
    limit: usize,
    /// The received part of the next values.
    buffer: BytesMut,
    /// The length of the part of the buffer without the end of a value.
    searched: usize,
    /// The values are those of a sequence, and may have line breaks.
    is_sequence: bool,
    item: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> JsonLines<T> {
    pub(crate) fn new(bytes: ByteStream, limit: usize) -> Self {
        Self { bytes, limit, buffer: BytesMut::new(), searched: 0, is_sequence: false, item: PhantomData }
    }

    /// Returns the next value, or `None` at the end. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        loop {
            if let Some(text) = self.take_value() {
                return Poll::Ready(Some(self.decode(text)));
            }
            if self.buffer.len() > self.limit {
                let text = self.take(self.buffer.len());
                return Poll::Ready(Some(Err(self.too_large(text))));
            }
            match ready!(self.bytes.poll_chunk(cx)) {
                Some(Ok(chunk)) => self.buffer.extend_from_slice(&chunk),
                Some(Err(error)) => {
                    self.take(self.buffer.len());
                    return Poll::Ready(Some(Err(error)));
                }
                None if self.buffer.is_empty() => return Poll::Ready(None),
                None => {
                    let text = self.take(self.buffer.len());
                    return Poll::Ready(Some(self.decode(text)));
                }
            }
        }
    }

    /// Returns the text of the next value, if it is complete.
    fn take_value(&mut self) -> Option<Bytes> {
        if self.searched == 0 {
            let is_filler = |byte: &u8| byte.is_ascii_whitespace() || *byte == RECORD_SEPARATOR;
            let filler = self.buffer.iter().take_while(|byte| is_filler(byte)).count();
            self.is_sequence |= self.buffer[..filler].contains(&RECORD_SEPARATOR);
            let _ = self.buffer.split_to(filler);
        }
        let end = if self.is_sequence { RECORD_SEPARATOR } else { b'\n' };
        let found = memchr(end, &self.buffer[self.searched..]).map(|position| self.searched + position);
        // The separator of the next value may take long to arrive.
        let is_whole =
            || self.buffer.ends_with(b"\n") && serde_json::from_slice::<IgnoredAny>(&self.buffer).is_ok();
        match found {
            Some(end) => Some(self.take(end)),
            None if self.is_sequence && is_whole() => Some(self.take(self.buffer.len())),
            None => {
                self.searched = self.buffer.len();
                None
            }
        }
    }

    fn take(&mut self, length: usize) -> Bytes {
        self.searched = 0;
        self.buffer.split_to(length).freeze()
    }

    fn decode(&mut self, text: Bytes) -> Result<T, Error> {
        if text.len() > self.limit {
            return Err(self.too_large(text));
        }
        json::decode(&text).map_err(|failure| self.bytes.error(failure.into(), text, None))
    }

    fn too_large(&mut self, mut text: Bytes) -> Error {
        self.bytes.close();
        self.take(self.buffer.len());
        text.truncate(self.limit);
        self.bytes.error(FailureKind::BodyTooLarge { limit: self.limit }, text, None)
    }
}

impl<T: DeserializeOwned> Stream for JsonLines<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(cx)
    }
}

/// Omits the content.
impl<T> fmt::Debug for JsonLines<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLines").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}
