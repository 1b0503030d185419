//! Reading bodies of bounded size.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use http_body::Body as _;
use http_body_util::BodyExt;

use crate::{Body, TransportError};

/// How large the bodies of answers may be, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct BodyLimits {
    /// The answer to most operations.
    pub object: usize,
    /// The answer to an operation that returns a collection.
    pub list: usize,
    /// The body of an error; what is beyond is cut off.
    pub error: usize,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self { object: 1 << 20, list: 8 << 20, error: 64 << 10 }
    }
}

impl BodyLimits {
    /// Sets the limit for most operations.
    pub fn object(mut self, bytes: usize) -> Self {
        self.object = bytes;
        self
    }

    /// Sets the limit for operations that return a collection.
    pub fn list(mut self, bytes: usize) -> Self {
        self.list = bytes;
        self
    }

    /// Sets the limit for error bodies.
    pub fn error(mut self, bytes: usize) -> Self {
        self.error = bytes;
        self
    }
}

/// Why a body was not read to its end.
#[derive(Debug)]
pub(crate) enum ReadError {
    TooLarge,
    Broken(TransportError),
}

/// What has arrived of a body.
///
/// Kept outside the future that reads, and not a `Limited` collected at the end, because a part is worth having: of
/// an error it says what is wrong, and of a success it may hold the new secret.
#[derive(Debug, Default)]
pub(crate) struct Received {
    /// A body that arrives in one piece is never copied.
    first: Bytes,
    all: Vec<u8>,
}

impl Received {
    fn len(&self) -> usize {
        if self.all.is_empty() { self.first.len() } else { self.all.len() }
    }

    /// Adds a chunk, after which at least `coming` bytes are expected.
    fn push(&mut self, chunk: Bytes, coming: usize) {
        if self.len() == 0 {
            self.first = chunk;
            return;
        }
        if self.all.is_empty() {
            self.all.reserve_exact(self.first.len() + chunk.len() + coming);
            self.all.extend_from_slice(&self.first);
            self.first = Bytes::new();
        }
        self.all.extend_from_slice(&chunk);
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        if self.all.is_empty() { &self.first } else { &self.all }
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        if self.all.is_empty() { self.first } else { self.all.into() }
    }
}

/// Reads a body up to a limit. Whatever happens, `received` holds what arrived within the limit.
pub(crate) async fn read(mut body: Body, limit: usize, received: &mut Received) -> Result<(), ReadError> {
    while let Some(frame) = body.frame().await {
        // Frames without data are trailers.
        let Ok(mut chunk) = frame.map_err(ReadError::Broken)?.into_data() else { continue };
        let room = limit - received.len();
        let too_large = chunk.len() > room;
        chunk.truncate(room);
        // What is announced is only believed as far as it is allowed.
        let coming = body.size_hint().lower().min((room - chunk.len()) as u64);
        received.push(chunk, coming as usize);
        if too_large {
            return Err(ReadError::TooLarge);
        }
    }
    Ok(())
}

/// Whether an answer is a page for people, from a gateway or from a web application at an address that is not the
/// API's. Some servers label what is not HTML as HTML, so both the label and the body must say so.
pub(crate) fn is_web_page(headers: &HeaderMap, body: &[u8]) -> bool {
    let label = headers.get(CONTENT_TYPE).map_or(&[][..], HeaderValue::as_bytes).trim_ascii_start();
    let labelled = label.get(..9).is_some_and(|label| label.eq_ignore_ascii_case(b"text/html"));
    labelled && body.trim_ascii_start().starts_with(b"<")
}

/// Whether the head already says that the body is over the limit.
pub(crate) fn announced_over(headers: &HeaderMap, limit: usize) -> bool {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    length.is_some_and(|length| length > limit as u64)
}
