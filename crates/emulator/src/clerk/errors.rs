//! Error responses, which have a common envelope.

use std::fmt::Display;

use api_keys_core::{Error, ErrorKind};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::wire::json as respond;

/// A status with one or more errors.
pub(super) struct ApiError {
    status: StatusCode,
    errors: Vec<Value>,
}

impl ApiError {
    fn new(status: StatusCode, code: &str, message: &str, long_message: &str) -> Self {
        let error = json!({ "message": message, "long_message": long_message, "code": code });
        Self { status, errors: vec![error] }
    }

    pub(super) fn no_credential() -> Self {
        let long = "Unable to authenticate the request, you need to supply a secret key";
        Self::new(StatusCode::UNAUTHORIZED, "authentication_invalid", "Invalid authentication", long)
    }

    pub(super) fn wrong_credential() -> Self {
        let message = "The provided Clerk Secret Key is invalid";
        let long =
            "The provided Clerk Secret Key is invalid. Make sure that your Clerk Secret Key is correct.";
        Self::new(StatusCode::UNAUTHORIZED, "clerk_key_invalid", message, long)
    }

    pub(super) fn no_route() -> Self {
        let long = "The URL was not found on this server";
        Self::new(StatusCode::NOT_FOUND, "resource_not_found", "not found", long)
    }

    pub(super) fn no_such_key() -> Self {
        let long = "No API key was found";
        Self::new(StatusCode::NOT_FOUND, "resource_not_found", "not found", long)
    }

    fn bad_request(long_message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", "Bad Request", long_message)
    }

    pub(super) fn malformed() -> Self {
        Self::bad_request("The request body is not a JSON object")
    }

    /// An invalid value and its location: `body.name`, `query_parameter.limit`, `url_parameter.apiKeyID`.
    pub(super) fn invalid(place: impl Display, problem: &str) -> Self {
        Self::bad_request(&format!("Invalid '{place}': {problem}"))
    }

    /// Returns all errors in one response; `Ok` if there are none.
    pub(super) fn join(errors: Vec<Self>) -> Result<(), Self> {
        errors
            .into_iter()
            .reduce(|mut first, other| {
                first.errors.extend(other.errors);
                first
            })
            .map_or(Ok(()), Err)
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::no_such_key(),
            ErrorKind::LimitReached => {
                let message = "API key quota exceeded";
                let long = "The instance has reached its number of active API keys";
                Self::new(StatusCode::CONFLICT, "api_key_quota_exceeded", message, long)
            }
            ErrorKind::Conflict => Self::bad_request("The API key is revoked"),
            ErrorKind::InvalidInput => Self::bad_request("The request cannot be carried out"),
            _ => {
                let long = "An unexpected error occurred";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_clerk_error", "Oops", long)
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        respond(self.status, json!({ "errors": self.errors }))
    }
}
