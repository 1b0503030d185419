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
    if let Some(Ok(value)) = str::from_utf8(body).ok().map(serde_json::from_str) {
        return Ok(value);
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let (path, error) = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(error) => (error.path().to_string(), error.into_inner()),
        Ok(value) => match deserializer.end() {
            // What is not UTF-8 stands where nothing reads it.
            Ok(()) => return Ok(value),
            // The value is good; what comes after it is not.
            Err(error) => (".".to_owned(), error),
        },
    };
    Err(DecodeFailure {
        // Keys of maps are the vendor's text.
        path: path.chars().map(|c| if c.is_control() { '?' } else { c }).take(LONGEST_PATH).collect(),
        line: error.line(),
        column: error.column(),
        category: error.classify(),
    })
}

/// Decodes a documented error body, where it is what the document says.
///
/// For implementations of [`DocumentedError`](crate::DocumentedError): a body that cannot be decoded is no error of
/// its own, because the status says what went wrong.
pub fn decode_json<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(body).ok()
}
