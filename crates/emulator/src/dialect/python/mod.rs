//! What the two FastAPI services have in common: routing, bodies, validation and failures as the framework does them.

mod json;
mod pydantic;
mod time;

use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::{Value, json};

pub(super) use pydantic::{Fault, Faults, both, integer, object, required_object, string};
pub(super) use time::isoformat;

/// Why a request is not served; each service words it in its own way.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The path lacks a slash or has one too many.
    Redirect(String),
    /// An `HTTPException`: a status and a text.
    Http(StatusCode, String),
    /// The path is known, the method is not. Only the method of the first route that fits is named.
    Method(&'static str),
    /// A `RequestValidationError`.
    Invalid(Faults),
    /// An exception that nobody caught: its type and its text.
    Crash(&'static str, String),
}

impl Refusal {
    pub(super) fn http(status: StatusCode, detail: impl Into<String>) -> Self {
        Self::Http(status, detail.into())
    }

    /// The answer of a service that leaves its framework as it is.
    pub(super) fn into_response(self) -> Response {
        match self {
            Self::Redirect(location) => match HeaderValue::try_from(location) {
                Ok(location) => {
                    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location)]).into_response()
                }
                Err(_) => StatusCode::BAD_REQUEST.into_response(),
            },
            Self::Http(status, detail) => answer(status, &json!({ "detail": detail })),
            Self::Method(allow) => {
                let mut response =
                    Self::http(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed").into_response();
                response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
                response
            }
            Self::Invalid(faults) => answer(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "detail": faults })),
            Self::Crash(..) => (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").into_response(),
        }
    }
}

impl From<Faults> for Refusal {
    fn from(faults: Faults) -> Self {
        Self::Invalid(faults)
    }
}

/// An answer in JSON.
pub(super) fn answer(status: StatusCode, body: &impl Serialize) -> Response {
    (status, axum::Json(body)).into_response()
}

/// Finds what a path leads to. The path is decoded first, so that an encoded slash separates segments too. A path
/// that fits but for its last slash is redirected, whatever the method and the credential.
pub(super) fn route<R>(parts: &Parts, resolve: impl Fn(&str) -> Option<R>) -> Result<R, Refusal> {
    let path = percent_decode_str(parts.uri.path()).decode_utf8_lossy();
    if let Some(resource) = resolve(&path) {
        return Ok(resource);
    }
    let (other, location) = match path.strip_suffix('/') {
        Some(_) => (path.trim_end_matches('/').to_owned(), parts.uri.path().trim_end_matches('/').to_owned()),
        None => (format!("{path}/"), format!("{}/", parts.uri.path())),
    };
    match resolve(&other) {
        Some(_) => Err(Refusal::Redirect(absolute(&parts.headers, &parts.uri, &location))),
        None => Err(Refusal::http(StatusCode::NOT_FOUND, "Not Found")),
    }
}

/// A location as the server believes it to be: its host is what the client wrote, its scheme what a proxy on the
/// same machine said.
fn absolute(headers: &HeaderMap, uri: &Uri, path: &str) -> String {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let scheme = text("x-forwarded-proto").unwrap_or("http");
    let host = text("host").unwrap_or("127.0.0.1");
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{scheme}://{host}{path}{query}")
}

/// Takes a request apart; its body is read whole.
pub(super) async fn take(request: Request) -> Result<(Parts, Bytes), Refusal> {
    const MOST: usize = 1 << 20;
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MOST)
        .await
        .map_err(|_| Refusal::http(StatusCode::BAD_REQUEST, "There was an error parsing the body"))?;
    Ok((parts, body))
}

/// A body before it is validated.
#[derive(Debug, PartialEq)]
pub(super) enum Payload {
    /// A value; a text that is not labelled as JSON is a string.
    Value(Value),
    /// JSON for Python only: half of a surrogate pair in a string.
    LoneSurrogate,
    /// JSON for Python only: a number such as `NaN`.
    NotFinite,
}

/// What a body without a content type is; newer versions of the framework no longer take it for JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Untyped {
    Json,
    Text,
}

/// Reads a body as the framework does: nothing at all is `null`, JSON is known by its content type.
pub(super) fn payload(headers: &HeaderMap, body: &[u8], untyped: Untyped) -> Result<Payload, Refusal> {
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
