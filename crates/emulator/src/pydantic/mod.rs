//! The behavior of FastAPI that both services share: routing, bodies, validation and failures.

mod json;
mod rejection;
mod time;
mod validation;

use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use percent_encoding::percent_decode_str;
use serde_json::Value;

pub(crate) use self::json::Payload;
pub(crate) use self::rejection::{Rejection, respond};
pub(crate) use self::time::isoformat;
pub(crate) use self::validation::{
    ValidationError, ValidationErrors, boolean, both, datetime, integer, list, matching, object,
    required_object, string, text,
};

/// Finds the route of a path. The path is decoded first, so that an encoded slash separates segments as well. A path
/// that matches except for its trailing slash is redirected, regardless of method and credential.
pub(crate) fn route<R>(parts: &Parts, resolve: impl Fn(&str) -> Option<R>) -> Result<R, Rejection> {
    let path = percent_decode_str(parts.uri.path()).decode_utf8_lossy();
    if let Some(resource) = resolve(&path) {
        return Ok(resource);
    }
    let (other, location) = match path.strip_suffix('/') {
        Some(_) => (path.trim_end_matches('/').to_owned(), parts.uri.path().trim_end_matches('/').to_owned()),
        None => (format!("{path}/"), format!("{}/", parts.uri.path())),
    };
    match resolve(&other) {
        Some(_) => Err(Rejection::Redirect(absolute(&parts.headers, &parts.uri, &location))),
        None => Err(Rejection::http(StatusCode::NOT_FOUND, "Not Found")),
    }
}

/// Returns the server's URL as the framework determines it: the host of the request, and the scheme that a proxy on the
/// same machine reports.
fn absolute(headers: &HeaderMap, uri: &Uri, path: &str) -> String {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let scheme = text("x-forwarded-proto").unwrap_or("http");
    let host = text("host").unwrap_or("127.0.0.1");
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{scheme}://{host}{path}{query}")
}

/// Splits a request, and reads its body completely.
pub(crate) async fn take(request: Request) -> Result<(Parts, Bytes), Rejection> {
    const MOST: usize = 1 << 20;
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MOST)
        .await
        .map_err(|_| Rejection::http(StatusCode::BAD_REQUEST, "There was an error parsing the body"))?;
    Ok((parts, body))
}

/// The treatment of a body without a content type. Newer versions of the framework do not parse it as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Untyped {
    Json,
    Text,
}

/// Reads a body like the framework: an empty one is `null`, and the content type selects JSON.
pub(crate) fn payload(headers: &HeaderMap, body: &[u8], untyped: Untyped) -> Result<Payload, Rejection> {
    if body.is_empty() {
        return Ok(Payload::Value(Value::Null));
    }
    if !is_json(headers).unwrap_or(untyped == Untyped::Json) {
        return Ok(Payload::Value(String::from_utf8_lossy(body).into()));
    }
    json::decode(body)
}

fn is_json(headers: &HeaderMap) -> Option<bool> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().unwrap_or("?").to_ascii_lowercase();
    let essence = value.split(';').next().unwrap_or_default().trim();
    if essence.is_empty() {
        return None;
    }
    let subtype = essence.strip_prefix("application/");
    Some(subtype.is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json")))
}
