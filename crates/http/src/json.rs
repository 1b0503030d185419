//! Reading JSON answers without ever quoting them.

use serde::de::DeserializeOwned;
use serde_json::error::Category;

/// Where and how an answer differs from its document; never what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DecodeFailure {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) category: Category,
}

const LONGEST_PATH: usize = 200;

/// Decodes an answer. Only when that fails is it decoded again to find the place, because tracking it costs time.
pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeFailure> {
    // One look at the whole body costs a fraction of what `from_slice` spends on one look at each string.
    let decoded = match str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(body),
    };
    decoded.map_err(|error| {
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        let path = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
            Err(error) => error.path().to_string(),
            // The value is good; what comes after it is not.
            Ok(_) => ".".to_owned(),
        };
        DecodeFailure {
            // Keys of maps are the vendor's text.
            path: path.chars().map(|c| if c.is_control() { '?' } else { c }).take(LONGEST_PATH).collect(),
            line: error.line(),
            column: error.column(),
            category: error.classify(),
        }
    })
}

/// Decodes a documented error body, where it is what the document says.
///
/// For implementations of [`DocumentedError`](crate::DocumentedError): a body that cannot be decoded is no error of
/// its own, because the status says what went wrong.
pub fn decode_json<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(body).ok()
}
