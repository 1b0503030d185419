//! Parsing of bodies, by content type, and of queries.

use axum::body::{self, Body};
use axum::extract::Query;
use axum::http::request::Parts;
use axum::http::{Uri, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::errors::ApiError;
use super::options::Version;

/// Parses the body of a POST; `None` is JavaScript's `undefined`.
pub(super) async fn read(version: Version, parts: &Parts, body: Body) -> Result<Option<Value>, ApiError> {
    let bytes = body::to_bytes(body, usize::MAX).await.map_err(|_| ApiError::CRASH)?;
    let content_type = parts.headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    if bytes.is_empty() {
        return Ok(None);
    }
    if version == Version::V1_3 {
        return permissive(content_type, &bytes).map(Some);
    }
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    match essence {
        "" => Ok(None),
        _ if !essence.eq_ignore_ascii_case("application/json") => Err(ApiError::media_type(content_type)),
        _ => serde_json::from_slice(&bytes).map(Some).map_err(|_| match version {
            Version::V1_7 => ApiError::MALFORMED,
            _ => ApiError::CRASH,
        }),
    }
}

/// Parses a body like 1.3, which selects the parser by a prefix of the content type.
fn permissive(content_type: &str, bytes: &[u8]) -> Result<Value, ApiError> {
    let text = || String::from_utf8_lossy(bytes);
    if content_type.contains("application/json") {
        // The real server's process exits.
        serde_json::from_slice(bytes).map_err(|_| ApiError::CRASH)
    } else if content_type.contains("application/x-www-form-urlencoded") {
        // A form is encoded like a query.
        const UNSAFE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'&').remove(b'=').remove(b'+').remove(b'%');
        let query_string = format!("/?{}", utf8_percent_encode(&text(), UNSAFE));
        query_string.parse().map(|uri| query(&uri)).map_err(|_| ApiError::CRASH)
    } else if content_type.is_empty() || content_type.contains("text/plain") {
        Ok(Value::String(text().into_owned()))
    } else {
        // An unread stream: an object without the expected fields.
        Ok(json!({}))
    }
}

/// Parses the query as an object of strings; a repeated name has an array.
pub(super) fn query(uri: &Uri) -> Value {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).unwrap_or_default();
    let mut fields = Map::new();
    for (name, value) in pairs {
        let value = Value::String(value);
        match fields.get_mut(&name) {
            None => {
                fields.insert(name, value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    Value::Object(fields)
}
