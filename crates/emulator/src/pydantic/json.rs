//! Parsing of JSON bodies.

use axum::http::StatusCode;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::rejection::Rejection;
use super::validation::ValidationError;

/// A body before it is validated.
#[derive(Debug, PartialEq)]
pub(crate) enum Payload {
    /// JSON, or the text of a body that is not labeled as JSON.
    Value(Value),
    /// JSON for Python only: half of a surrogate pair in a string.
    LoneSurrogate,
    /// JSON for Python only: a number such as `NaN`.
    NotFinite,
}

/// Parses a JSON body. The error contains the position at which parsing failed.
///
/// The position is the one that `serde_json` reports. Python's parser reports the start of an unterminated string or
/// word, and its messages have other texts.
pub(super) fn decode(body: &[u8]) -> Result<Payload, Rejection> {
    let Ok(text) = str::from_utf8(body) else {
        return Err(Rejection::http(StatusCode::BAD_REQUEST, "There was an error parsing the body"));
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let error = match serde_json::from_str(text) {
        Ok(value) => return Ok(Payload::Value(value)),
        Err(error) => error,
    };
    // Escapes of values that are skipped are not decoded.
    if serde_json::from_str::<IgnoredAny>(text).is_ok() {
        return Ok(Payload::LoneSurrogate);
    }
    let (read, rest) = text.as_bytes().split_at(position(text, &error));
    if ["NaN", "Infinity", "-Infinity"].iter().any(|number| rest.starts_with(number.as_bytes())) {
        return Ok(Payload::NotFinite);
    }
    let position = String::from_utf8_lossy(read).chars().count();
    Err(Rejection::Invalid(vec![ValidationError::json(position, &error.to_string())]))
}

/// Returns the index of the byte at which parsing failed.
fn position(text: &str, error: &serde_json::Error) -> usize {
    let line_start: usize =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    // The column counts the bytes read, which include the invalid one unless the text ended.
    let read = line_start + error.column();
    if error.is_eof() { read.min(text.len()) } else { read.saturating_sub(1) }
}
