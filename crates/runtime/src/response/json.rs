//! JSON decoding, with errors that never quote the body.

use serde::de::DeserializeOwned;
use serde_json::error::Category;

/// The location and category of a decoding error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DecodeFailure {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) category: Category,
}

const MAX_PATH_CHARS: usize = 200;

/// Decodes a body. On failure it is decoded again to find the path, because tracking the path takes time.
pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeFailure> {
    // Validating the whole body as UTF-8 is faster than `from_slice`, which validates each string.
    if let Some(Ok(value)) = str::from_utf8(body).ok().map(serde_json::from_str) {
        return Ok(value);
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let (path, error) = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(error) => (error.path().to_string(), error.into_inner()),
        Ok(value) => match deserializer.end() {
            // The invalid UTF-8 is in a part that is ignored.
            Ok(()) => return Ok(value),
            // The value is valid, and trailing characters follow.
            Err(error) => (".".to_owned(), error),
        },
    };
    Err(DecodeFailure {
        // Keys of maps are chosen by the vendor.
        path: path.chars().map(|c| if c.is_control() { '?' } else { c }).take(MAX_PATH_CHARS).collect(),
        line: error.line(),
        column: error.column(),
        category: error.classify(),
    })
}

/// Decodes the body of a documented error, if it matches the document. For implementations of
/// [`DocumentedError`](crate::DocumentedError).
pub fn decode_json<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(body).ok()
}
