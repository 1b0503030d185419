//! An answer that reports success.

use api_keys_core as core;
use http::StatusCode;
use http::header::{HeaderMap, SET_COOKIE};

/// The answer to a request, with its body decoded.
#[derive(Debug, Clone)]
pub struct Response<T> {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) attempts: u32,
    pub(crate) body: T,
}

impl<T> Response<T> {
    /// The status; always one of success.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers. Those known to carry sessions are marked as sensitive, so that `Debug` hides their values.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// How many times the request was sent.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The id under which the vendor logged the request.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// The decoded body.
    pub fn body(&self) -> &T {
        &self.body
    }

    /// The decoded body itself.
    pub fn into_body(self) -> T {
        self.body
    }

    /// Makes of the body what the provider interface wants. An error gets what is known of the answer.
    ///
    /// # Errors
    /// That of `read`, with status, headers and the number of attempts.
    pub fn interpret<U>(self, read: impl FnOnce(T) -> core::Result<U>) -> core::Result<U> {
        let Self { status, headers, attempts, body } = self;
        read(body).map_err(|mut error| {
            if let Some(id) = request_id(&headers) {
                error = error.with_request_id(id);
            }
            error.with_status(status.as_u16()).with_attempts(attempts)
        })
    }

    /// The same answer with another body.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Response<U> {
        Response { status: self.status, headers: self.headers, attempts: self.attempts, body: f(self.body) }
    }
}

/// The headers under which servers and gateways name a request, the most telling first.
const REQUEST_ID: [&str; 7] = [
    "x-request-id",
    "request-id",
    "x-amzn-requestid",
    "cf-ray",
    "x-correlation-id",
    "x-trace-id",
    "clerk-trace-id",
];

pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    const LONGEST: usize = 200;
    REQUEST_ID
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .find(|id| !id.is_empty() && id.len() <= LONGEST)
}

/// Marks the headers that hand out sessions.
pub(crate) fn hide_sessions(headers: &mut HeaderMap) {
    for (name, value) in headers {
        if name == SET_COOKIE || name == "set-auth-token" {
            value.set_sensitive(true);
        }
    }
}
