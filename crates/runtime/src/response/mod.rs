//! Successful responses.

pub(crate) mod body;
pub(crate) mod json;
#[cfg(feature = "full-openapi")]
pub(crate) mod link;

use http::StatusCode;
use http::header::HeaderMap;

/// A successful response with a decoded body.
#[derive(Debug, Clone)]
pub struct Response<T> {
    pub(crate) meta: ResponseMeta,
    pub(crate) body: T,
}

/// The status, headers and number of attempts of a [`Response`].
#[derive(Debug, Clone)]
pub struct ResponseMeta {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) attempts: u32,
}

impl<T> Response<T> {
    /// Returns the status, which is always a success.
    pub fn status(&self) -> StatusCode {
        self.meta.status
    }

    /// Returns the headers. Those that carry sessions are marked as sensitive, so that `Debug` omits their values.
    pub fn headers(&self) -> &HeaderMap {
        &self.meta.headers
    }

    /// Returns the number of attempts.
    pub fn attempts(&self) -> u32 {
        self.meta.attempts
    }

    /// Returns the vendor's id of the request.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.meta.headers)
    }

    /// Returns the decoded body.
    pub fn body(&self) -> &T {
        &self.body
    }

    /// Returns the decoded body.
    pub fn into_body(self) -> T {
        self.body
    }

    /// Returns the decoded body, and the metadata for errors that are found in it.
    pub fn into_parts(self) -> (T, ResponseMeta) {
        (self.body, self.meta)
    }

    /// Applies a function to the body.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Response<U> {
        Response { meta: self.meta, body: f(self.body) }
    }
}

impl ResponseMeta {
    /// Adds status, request id and the number of attempts to an error that was found in the body.
    ///
    /// # Errors
    /// Returns the error of `result`.
    pub fn check<T>(&self, result: api_keys_core::Result<T>) -> api_keys_core::Result<T> {
        result.map_err(|mut error| {
            if let Some(id) = request_id(&self.headers) {
                error = error.with_request_id(id);
            }
            error.with_status(self.status.as_u16()).with_attempts(self.attempts)
        })
    }
}

/// Headers in which servers and gateways return the id of a request, the most specific first.
const REQUEST_ID: [&str; 6] =
    ["x-request-id", "request-id", "x-amzn-requestid", "cf-ray", "x-correlation-id", "x-trace-id"];

pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    const MAX_LEN: usize = 200;
    let known = REQUEST_ID.iter().filter_map(|name| headers.get(*name));
    // Vendors put their name in front: `acme-trace-id`.
    let prefixed =
        headers.iter().filter(|(name, _)| name.as_str().ends_with("-trace-id")).map(|(_, value)| value);
    known
        .chain(prefixed)
        .filter_map(|value| value.to_str().ok())
        .find(|id| !id.is_empty() && id.len() <= MAX_LEN)
}
