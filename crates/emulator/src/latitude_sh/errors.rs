//! Error responses, which have a common envelope and differ otherwise.

use api_keys_core::{Error, ErrorKind};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An error response.
#[derive(Debug)]
pub(super) struct Rejection {
    status: StatusCode,
    error: Value,
}

impl Rejection {
    pub(super) fn malformed() -> Self {
        let error = json!({
            "code": "VALIDATION_ERROR", "status": "400", "title": "Bad Request",
            "detail": "The body is not well-formed.", "meta": {},
        });
        Self { status: StatusCode::BAD_REQUEST, error }
    }

    /// A missing or invalid credential. The status is a word.
    pub(super) fn unauthorized() -> Self {
        let error = json!({
            "code": "INVALID_TOKEN", "status": "unauthorized", "title": "Invalid Token",
            "detail": "Invalid Token", "meta": {},
        });
        Self { status: StatusCode::UNAUTHORIZED, error }
    }

    /// An error with `message` instead of title and detail.
    pub(super) fn forbidden() -> Self {
        let error =
            json!({ "code": "USER_AUTHORIZATION_ERROR", "status": "forbidden", "message": "Not allowed." });
        Self { status: StatusCode::FORBIDDEN, error }
    }

    /// The code is in lower case.
    pub(super) fn not_found() -> Self {
        let error = json!({
            "code": "not_found", "status": "404", "title": "Error",
            "detail": "Specified Record Not Found", "meta": {},
        });
        Self { status: StatusCode::NOT_FOUND, error }
    }

    /// An attribute violates a constraint.
    pub(super) fn invalid(pointer: &str, attribute: &str, message: &str) -> Self {
        let error = json!({
            "code": "VALIDATION_ERROR", "status": "422", "title": "Unprocessable Entity",
            "detail": format!("{attribute} {message}"), "source": { "pointer": pointer },
            "meta": { "attribute": attribute, "message": message },
        });
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, error }
    }

    /// The delay is only in the body.
    pub(super) fn too_many(retry_after: i64) -> Self {
        let error = json!({
            "code": "RATE_LIMIT_EXCEEDED", "status": "429", "title": "Rate Limit Exceeded",
            "detail": "Slow down and try again.", "meta": { "retry_after": retry_after },
        });
        Self { status: StatusCode::TOO_MANY_REQUESTS, error }
    }

    /// A failure of the store. Limits apply only if the emulator is configured with one.
    pub(super) fn store(error: Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::not_found(),
            ErrorKind::LimitReached => Self::invalid("/data", "base", "limit of API keys reached"),
            _ => {
                let error = json!({
                    "code": null, "status": "500", "title": "Internal Server Error", "detail": error.to_string(),
                    "meta": {},
                });
                Self { status: StatusCode::INTERNAL_SERVER_ERROR, error }
            }
        }
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let mut response = document(self.status, &json!({ "errors": [self.error] }));
        if self.status == StatusCode::BAD_REQUEST {
            // Some errors have the content type of plain JSON.
            let media_type = HeaderValue::from_static("application/json; charset=utf-8");
            response.headers_mut().insert(header::CONTENT_TYPE, media_type);
        }
        response
    }
}

/// Creates a response with the media type of JSON:API.
pub(super) fn document(status: StatusCode, body: &Value) -> Response {
    let media_type = HeaderValue::from_static("application/vnd.api+json; charset=utf-8");
    (status, [(header::CONTENT_TYPE, media_type)], body.to_string()).into_response()
}
