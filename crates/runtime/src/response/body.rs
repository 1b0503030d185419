//! Bounded reading of response bodies.

use api_keys_core::defect::Defect;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use http_body::Body as _;
use http_body_util::BodyExt;

use crate::transport::body::Body;
use crate::transport::error::TransportError;

/// Size limits of response bodies, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use]
#[non_exhaustive]
pub struct BodyLimits {
    /// The limit for most operations, and for each item of a stream.
    pub object: usize,
    /// The limit for operations that return a collection.
    pub list: usize,
    /// The limit for error responses, which are truncated.
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

    /// Sets the limit for error responses.
    pub fn error(mut self, bytes: usize) -> Self {
        self.error = bytes;
        self
    }
}

/// An error from reading a body.
#[derive(Debug)]
pub(crate) enum ReadError {
    TooLarge,
    Transport(TransportError),
}

/// The received part of a body.
///
/// Stored outside the reading future, because an incomplete body is useful: that of an error describes the problem, and
/// that of a success may contain the new secret.
#[derive(Debug, Default)]
pub(crate) struct Received {
    /// The first chunk. A body of one chunk is never copied.
    first: Bytes,
    all: Vec<u8>,
}

impl Received {
    fn len(&self) -> usize {
        if self.all.is_empty() { self.first.len() } else { self.all.len() }
    }

    /// Adds a chunk, after which at least `remaining` bytes are expected.
    fn push(&mut self, chunk: Bytes, remaining: usize) {
        if self.len() == 0 {
            self.first = chunk;
            return;
        }
        if self.all.is_empty() {
            self.all.reserve_exact(self.first.len() + chunk.len() + remaining);
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

/// Reads a body up to a limit. On failure `received` contains the part that was read.
pub(crate) async fn read(mut body: Body, limit: usize, received: &mut Received) -> Result<(), ReadError> {
    let limit = if Defect::BodyOverLimit.is_active() { 2 * limit } else { limit };
    while let Some(frame) = body.frame().await {
        // Frames without data are trailers.
        let Ok(mut chunk) = frame.map_err(ReadError::Transport)?.into_data() else { continue };
        let room = limit - received.len();
        let too_large = chunk.len() > room;
        chunk.truncate(room);
        // The announced size is trusted up to the limit.
        let remaining = body.size_hint().lower().min((room - chunk.len()) as u64);
        received.push(chunk, remaining as usize);
        if too_large {
            return Err(ReadError::TooLarge);
        }
    }
    Ok(())
}

/// Returns whether a response is an HTML page, from a gateway or from a web application at the address. Some servers
/// send other content as HTML, so both the content type and the body are checked.
pub(crate) fn is_web_page(headers: &HeaderMap, body: &[u8]) -> bool {
    is_html(headers) && body.trim_ascii_start().starts_with(b"<")
}

pub(crate) fn is_html(headers: &HeaderMap) -> bool {
    has_media_type(headers, b"text/html")
}

#[cfg(feature = "full-openapi")]
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    has_media_type(headers, b"application/json")
}

/// Returns whether the media type starts with `name`.
fn has_media_type(headers: &HeaderMap, name: &[u8]) -> bool {
    let media_type = headers.get(CONTENT_TYPE).map_or(&[][..], HeaderValue::as_bytes).trim_ascii_start();
    media_type.get(..name.len()).is_some_and(|media_type| media_type.eq_ignore_ascii_case(name))
}

/// Returns the encoding of a body, such as `gzip`. No request accepts one.
pub(crate) fn content_encoding(headers: &HeaderMap) -> Option<String> {
    const MAX_LEN: usize = 10;
    let encodings = headers.get_all(CONTENT_ENCODING).iter();
    let encoding = encodings
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .find(|encoding| !encoding.is_empty() && !encoding.eq_ignore_ascii_case(b"identity"))?;
    // Printed in messages, so other values, which could be a secret, are not returned.
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    match encoding.len() <= MAX_LEN && encoding.iter().all(is_name) {
        true => Some(String::from_utf8_lossy(encoding).to_ascii_lowercase()),
        false => Some("unknown".to_owned()),
    }
}

/// Returns whether the announced size exceeds the limit.
pub(crate) fn announced_over(headers: &HeaderMap, limit: usize) -> bool {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    length.is_some_and(|length| length > limit as u64)
}
