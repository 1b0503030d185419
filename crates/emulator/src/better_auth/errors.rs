//! Error responses.

use std::borrow::Cow;

use api_keys_core::{Error, ErrorKind};
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;

use super::options::Version;
use crate::wire::{empty, json as respond};

/// An error, before it is rendered for a version.
#[derive(Debug, Clone)]
pub(super) enum ApiError {
    /// A status without a body.
    Empty(StatusCode),
    /// From the framework. Codes are the same in every version.
    Framework(StatusCode, &'static str, Cow<'static, str>),
    /// From the plugin. Since 1.5 codes have names; before, they were derived from the message.
    Plugin(StatusCode, &'static str, &'static str),
    /// No session, detected by the framework.
    Unauthorized,
    /// Too many requests; seconds to wait.
    Limited(u64),
}

const fn bad_request(code: &'static str, message: &'static str) -> ApiError {
    ApiError::Plugin(StatusCode::BAD_REQUEST, code, message)
}

impl ApiError {
    pub(super) const NO_SESSION: Self =
        Self::Plugin(StatusCode::UNAUTHORIZED, "UNAUTHORIZED_SESSION", "Unauthorized or invalid session");
    pub(super) const NO_SUCH_KEY: Self =
        Self::Plugin(StatusCode::NOT_FOUND, "KEY_NOT_FOUND", "API Key not found");
    pub(super) const NO_MEMBER: Self = Self::Plugin(
        StatusCode::FORBIDDEN,
        "USER_NOT_MEMBER_OF_ORGANIZATION",
        "You are not a member of the organization that owns this API key.",
    );
    pub(super) const NO_ORGANIZATION: Self = bad_request(
        "ORGANIZATION_ID_REQUIRED",
        "Organization ID is required for organization-owned API keys.",
    );
    pub(super) const SERVER_ONLY: Self = bad_request(
        "SERVER_ONLY_PROPERTY",
        "The property you're trying to set can only be set from the server auth instance only.",
    );
    pub(super) const METADATA_DISABLED: Self = bad_request("METADATA_DISABLED", "Metadata is disabled.");
    pub(super) const METADATA_TYPE: Self =
        bad_request("INVALID_METADATA_TYPE", "metadata must be an object or undefined");
    pub(super) const EXPIRY_TOO_SMALL: Self =
        bad_request("EXPIRES_IN_IS_TOO_SMALL", "The expiresIn is smaller than the predefined minimum value.");
    pub(super) const EXPIRY_TOO_LARGE: Self =
        bad_request("EXPIRES_IN_IS_TOO_LARGE", "The expiresIn is larger than the predefined maximum value.");
    pub(super) const PREFIX_LENGTH: Self =
        bad_request("INVALID_PREFIX_LENGTH", "The prefix length is either too large or too small.");
    pub(super) const NAME_LENGTH: Self =
        bad_request("INVALID_NAME_LENGTH", "The name length is either too large or too small.");
    pub(super) const NO_VALUES: Self = bad_request("NO_VALUES_TO_UPDATE", "No values to update.");
    pub(super) const NO_ORIGIN: Self = Self::Framework(
        StatusCode::FORBIDDEN,
        "MISSING_OR_NULL_ORIGIN",
        Cow::Borrowed("Missing or null Origin"),
    );
    pub(super) const FOREIGN_ORIGIN: Self =
        Self::Framework(StatusCode::FORBIDDEN, "INVALID_ORIGIN", Cow::Borrowed("Invalid origin"));
    pub(super) const MALFORMED: Self = Self::Framework(
        StatusCode::BAD_REQUEST,
        "BAD_REQUEST",
        Cow::Borrowed("Invalid JSON in request body"),
    );
    pub(super) const NO_ROUTE: Self = Self::Empty(StatusCode::NOT_FOUND);
    pub(super) const CRASH: Self = Self::Empty(StatusCode::INTERNAL_SERVER_ERROR);
    /// The plugin has no such limit; this is the response of an application's hook.
    const LIMIT_REACHED: Self =
        Self::Plugin(StatusCode::FORBIDDEN, "API_KEY_LIMIT_REACHED", "API key limit reached");

    pub(super) fn validation(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Framework(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", message.into())
    }

    pub(super) fn media_type(sent: &str) -> Self {
        let message = format!("Content-Type \"{sent}\" is not allowed. Allowed types: application/json");
        Self::Framework(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message.into())
    }

    pub(super) fn respond(self, version: Version) -> Response {
        match self {
            Self::Empty(status) => empty(status),
            Self::Framework(status, code, message) => {
                respond(status, json!({ "code": code, "message": message }))
            }
            Self::Plugin(status, code, message) => {
                let code = if version.is_built_in() { derived(message) } else { Cow::Borrowed(code) };
                respond(status, json!({ "code": code, "message": message }))
            }
            Self::Unauthorized if version.is_built_in() => {
                labelled(empty(StatusCode::UNAUTHORIZED), "application/json")
            }
            Self::Unauthorized => respond(
                StatusCode::UNAUTHORIZED,
                json!({ "code": "UNAUTHORIZED", "message": "Unauthorized" }),
            ),
            Self::Limited(seconds) => {
                let body = json!({ "message": "Too many requests. Please try again later." });
                let mut response = Response::new(Body::from(body.to_string()));
                *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
                response.headers_mut().insert("x-retry-after", HeaderValue::from(seconds));
                // JSON with another content type.
                labelled(response, "text/plain;charset=UTF-8")
            }
        }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::NO_SUCH_KEY,
            ErrorKind::LimitReached => Self::LIMIT_REACHED,
            _ => Self::CRASH,
        }
    }
}

/// Derives the code from a message, as before 1.5.
fn derived(message: &str) -> Cow<'static, str> {
    message
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('_'),
            c => c.is_ascii_alphanumeric().then(|| c.to_ascii_uppercase()),
        })
        .collect()
}

fn labelled(mut response: Response, content_type: &'static str) -> Response {
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
