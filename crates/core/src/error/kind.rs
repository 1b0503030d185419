//! Kinds of errors, and effects.

use std::fmt;

/// The effect of a failed call at the vendor, as far as the client can know.
///
/// After a failed create, rotate, update, revoke or delete, the effect determines how to proceed. Exhaustive: a caller
/// must handle every case. Ordered by certainty that the vendor acted: `NotApplied < Unknown < Applied`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Effect {
    /// The vendor did not act. The call can be repeated.
    #[default]
    NotApplied,
    /// The vendor may have acted: the connection broke after the request was sent, or the response was a server error.
    /// After a create, check with [`orphans`](crate::ApiKeyProviderExt::orphans) before repeating the call.
    Unknown,
    /// The vendor acted, but the response could not be decoded. [`Error::body`](crate::Error::body) returns the raw
    /// body, which may contain the secret of a new key.
    Applied,
}

impl Effect {
    /// Returns the lowercase name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotApplied => "none",
            Self::Unknown => "unknown",
            Self::Applied => "applied",
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The kind of an [`Error`](crate::Error).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The vendor does not support the operation, as reported by
    /// [`capabilities`](crate::ApiKeyProvider::capabilities). No request was sent.
    Unsupported,
    /// The vendor does not support a field. No request was sent.
    UnsupportedField,
    /// A value is invalid. It was rejected by this library, before a request was sent, or by the vendor.
    InvalidInput,
    /// The configuration is invalid, such as the base URL or the format of the credential, or the vendor redirects.
    Configuration,
    /// The credential is missing, invalid or expired.
    Unauthenticated,
    /// The credential lacks a permission.
    PermissionDenied,
    /// The key does not exist or is not visible to this credential.
    NotFound,
    /// The request conflicts with the vendor's state.
    Conflict,
    /// A quota is exhausted, such as the number of active keys.
    LimitReached,
    /// The rate limit is exceeded; see [`Error::retry_after`](crate::Error::retry_after).
    RateLimited,
    /// The vendor or a gateway failed (5xx).
    Unavailable,
    /// The call timed out.
    Timeout,
    /// The connection failed.
    Transport,
    /// The response does not match the vendor's OpenAPI document.
    UnexpectedResponse,
}

impl ErrorKind {
    /// Returns the snake-case name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsupported => "unsupported",
            Self::UnsupportedField => "unsupported_field",
            Self::InvalidInput => "invalid_input",
            Self::Configuration => "configuration",
            Self::Unauthenticated => "unauthenticated",
            Self::PermissionDenied => "permission_denied",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::LimitReached => "limit_reached",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::Transport => "transport",
            Self::UnexpectedResponse => "unexpected_response",
        }
    }

    pub(super) const fn summary(self) -> &'static str {
        match self {
            Self::Unsupported => "operation not supported",
            Self::UnsupportedField => "field not supported",
            Self::InvalidInput => "invalid value",
            Self::Configuration => "invalid configuration",
            Self::Unauthenticated => "invalid credential",
            Self::PermissionDenied => "permission denied",
            Self::NotFound => "key not found",
            Self::Conflict => "conflict with the vendor's state",
            Self::LimitReached => "quota exhausted",
            Self::RateLimited => "rate limit exceeded",
            Self::Unavailable => "vendor unavailable",
            Self::Timeout => "timed out",
            Self::Transport => "connection failed",
            Self::UnexpectedResponse => "unexpected response",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
