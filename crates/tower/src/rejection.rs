//! Rejected requests, and their responses.

use std::sync::Arc;
use std::time::Duration;

use api_keys_core::{Error, InvalidReason};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

type Respond = dyn Fn(&Rejection) -> Response<Bytes> + Send + Sync;

/// Creates the responses to rejected requests.
#[derive(Clone)]
pub(crate) struct Responder(Arc<Respond>);

impl Responder {
    pub(crate) fn new(respond: impl Fn(&Rejection) -> Response<Bytes> + Send + Sync + 'static) -> Self {
        Self(Arc::new(respond))
    }

    pub(crate) fn respond<B: From<Bytes>>(&self, rejection: &Rejection) -> Response<B> {
        (self.0)(rejection).map(B::from)
    }
}

impl Default for Responder {
    fn default() -> Self {
        Self::new(Rejection::response)
    }
}

/// The reason why a request is rejected.
///
/// The reason is for the logs of the service. The response to the client does not distinguish malformed, unknown,
/// revoked, disabled and expired keys.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Rejection {
    /// The request contains no key. 401.
    Missing,
    /// The request contains more than one key, or one in a form that is ambiguous. 400.
    Ambiguous,
    /// The text cannot be a key. The provider was not called. 401.
    Malformed,
    /// The provider does not accept the key. 401, or 429 for an exhausted quota.
    Invalid(InvalidReason),
    /// The key lacks one of the scopes of the route. 403.
    MissingScope(Vec<String>),
    /// The key has sent too many requests; the next one is accepted after this time. 429.
    RateLimited(Duration),
    /// The provider could not verify the key. 503.
    Unavailable(Arc<Error>),
}

impl Rejection {
    /// Returns the status of the response.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Missing | Self::Malformed => StatusCode::UNAUTHORIZED,
            Self::Ambiguous => StatusCode::BAD_REQUEST,
            Self::Invalid(InvalidReason::QuotaExceeded) | Self::RateLimited(_) => {
                StatusCode::TOO_MANY_REQUESTS
            }
            Self::Invalid(_) => StatusCode::UNAUTHORIZED,
            Self::MissingScope(_) => StatusCode::FORBIDDEN,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Returns a short name, for logs and counters.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Ambiguous => "ambiguous",
            Self::Malformed => "malformed",
            Self::Invalid(InvalidReason::NotFound) => "not_found",
            Self::Invalid(InvalidReason::Revoked) => "revoked",
            Self::Invalid(InvalidReason::Expired) => "expired",
            Self::Invalid(InvalidReason::Disabled) => "disabled",
            Self::Invalid(InvalidReason::QuotaExceeded) => "quota_exceeded",
            Self::Invalid(_) => "invalid",
            Self::MissingScope(_) => "missing_scope",
            Self::RateLimited(_) => "rate_limited",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// Creates the response: a problem document ([RFC 9457]) with the headers of [RFC 6750].
    ///
    /// [RFC 9457]: https://www.rfc-editor.org/rfc/rfc9457
    /// [RFC 6750]: https://www.rfc-editor.org/rfc/rfc6750#section-3
    pub fn response<B: From<Bytes>>(&self) -> Response<B> {
        let status = self.status();
        let detail = match self {
            Self::Missing => "An API key is required.",
            Self::Ambiguous => "The request must contain exactly one API key.",
            Self::Invalid(InvalidReason::QuotaExceeded) => "The quota of the API key is exhausted.",
            Self::Malformed | Self::Invalid(_) => "The API key is not valid.",
            Self::MissingScope(_) => "The API key lacks a required scope.",
            Self::RateLimited(_) => "The API key has sent too many requests.",
            Self::Unavailable(_) => "API keys cannot be verified at the moment.",
        };
        let title = status.canonical_reason().unwrap_or_default();
        let body =
            json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail });
        let mut response = Response::new(B::from(Bytes::from(body.to_string())));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = self.challenge() {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        let wait = match self {
            Self::Unavailable(error) => Some(error.retry_after().unwrap_or(Duration::from_secs(1))),
            Self::RateLimited(wait) => Some(*wait),
            _ => None,
        };
        if let Some(wait) = wait {
            // Rounded up, so that the next request is not too early.
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        response
    }

    fn challenge(&self) -> Option<HeaderValue> {
        match self {
            Self::Missing => Some(HeaderValue::from_static("Bearer")),
            Self::Ambiguous => Some(HeaderValue::from_static("Bearer error=\"invalid_request\"")),
            Self::Invalid(InvalidReason::QuotaExceeded) | Self::RateLimited(_) | Self::Unavailable(_) => None,
            Self::Malformed | Self::Invalid(_) => {
                Some(HeaderValue::from_static("Bearer error=\"invalid_token\""))
            }
            Self::MissingScope(scopes) => {
                let challenge =
                    format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", scopes.join(" "));
                // Scopes with other characters cannot be named in a header.
                let plain = HeaderValue::from_static("Bearer error=\"insufficient_scope\"");
                let quotable = scopes.iter().all(|scope| !scope.contains(['"', '\\']));
                Some(HeaderValue::try_from(challenge).ok().filter(|_| quotable).unwrap_or(plain))
            }
        }
    }
}
