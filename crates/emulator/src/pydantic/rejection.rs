//! Errors of the framework.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use super::validation::ValidationErrors;

/// An error, which each service renders differently.
#[derive(Debug)]
pub(crate) enum Rejection {
    /// The path has a missing or extra trailing slash.
    Redirect(String),
    /// An `HTTPException`: status and text.
    Http(StatusCode, String),
    /// A missing or unknown bearer token: status 401 with a challenge.
    Unauthorized(&'static str),
    /// The path is known, the method is not. Only the method of the first matching route is reported.
    Method(&'static str),
    /// A `RequestValidationError`.
    Invalid(ValidationErrors),
    /// An unhandled exception: type and text.
    Crash(&'static str, String),
}

impl Rejection {
    pub(crate) fn http(status: StatusCode, detail: impl Into<String>) -> Self {
        Self::Http(status, detail.into())
    }

    /// Renders the error like a service with default settings.
    pub(crate) fn into_response(self) -> Response {
        match self {
            Self::Redirect(location) => match HeaderValue::try_from(location) {
                Ok(location) => {
                    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location)]).into_response()
                }
                Err(_) => StatusCode::BAD_REQUEST.into_response(),
            },
            Self::Http(status, detail) => respond(status, &json!({ "detail": detail })),
            Self::Unauthorized(detail) => {
                let mut response = Self::http(StatusCode::UNAUTHORIZED, detail).into_response();
                let challenge = HeaderValue::from_static("Bearer");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
                response
            }
            Self::Method(allow) => {
                let mut response =
                    Self::http(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed").into_response();
                response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
                response
            }
            Self::Invalid(errors) => respond(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "detail": errors })),
            Self::Crash(..) => (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").into_response(),
        }
    }
}

impl From<ValidationErrors> for Rejection {
    fn from(errors: ValidationErrors) -> Self {
        Self::Invalid(errors)
    }
}

/// Creates a JSON response.
pub(crate) fn respond(status: StatusCode, body: &impl Serialize) -> Response {
    (status, axum::Json(body)).into_response()
}
