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
    pub(crate) detail: Option<&'static str>,
}

/// Returns what is wrong, for errors that would be misleading without it. Other messages may quote the body.
fn detail(error: &serde_json::Error) -> Option<&'static str> {
    let message = error.to_string();
    let known = [
        ("duplicate field", "a member occurs twice"),
        ("recursion limit exceeded", "it is nested too deeply"),
        ("number out of range", "a number is out of range"),
    ];
    known.into_iter().find_map(|(start, detail)| message.starts_with(start).then_some(detail))
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
        path: printable(&path),
        line: error.line(),
        column: error.column(),
        category: error.classify(),
        detail: detail(&error),
    })
}

/// Returns a path for messages. Keys of maps are chosen by the vendor.
pub(crate) fn printable(path: &str) -> String {
    path.chars().map(|c| if is_plain(c) { c } else { '?' }).take(MAX_PATH_CHARS).collect()
}

/// Returns whether a character is visible and does not change how others are shown.
fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || c.is_ascii_punctuation() || c == ' '
}

/// Decodes the body of a documented error, if it matches the document. For implementations of
/// [`DocumentedError`](crate::DocumentedError).
pub fn decode_json<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(body).ok()
}
