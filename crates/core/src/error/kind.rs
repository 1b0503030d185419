//! The two questions that programs ask of an error: what kind, and did the vendor act.

use std::fmt;

/// Whether the vendor did what it was asked, as far as the client can know.
///
/// After a failed create, rotate, update, revoke or delete this is the fact that decides what to do next.
/// The order is by certainty that something happened: `NotApplied < Unknown < Applied`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Effect {
    /// Surely nothing happened at the vendor: calling again is safe.
    #[default]
    NotApplied,
    /// It may have happened: the connection broke after the request left, or the vendor answered with a server
    /// error. After a create, look with [`orphans`](crate::ApiKeyProviderExt::orphans) before calling again.
    Unknown,
    /// It happened, but the answer could not be read. [`Error::body`](crate::Error::body) keeps the raw answer, which may hold the
    /// secret of the key that was minted.
    Applied,
}

impl Effect {
    /// Lower-case name, for output and spans.
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

/// What kind of failure an [`Error`](crate::Error) is. Match on this; the text is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The vendor has no such operation. Nothing was sent; [`capabilities`](crate::ApiKeyProvider::capabilities)
    /// says so beforehand.
    Unsupported,
    /// The vendor cannot honour a field that was set. Nothing was sent.
    UnsupportedField,
    /// A value is not acceptable, to this library (nothing was sent) or to the vendor.
    InvalidInput,
    /// The provider is set up wrongly: base URL, credential format, a redirect to another address.
    Configuration,
    /// The credential is missing, wrong or expired.
    Unauthenticated,
    /// The credential is good, but may not do this.
    PermissionDenied,
    /// There is no such key, or none that this credential may see.
    NotFound,
    /// The request contradicts the state at the vendor.
    Conflict,
    /// A quota is used up, such as the number of active keys.
    LimitReached,
    /// Too many requests; see [`Error::retry_after`](crate::Error::retry_after).
    RateLimited,
    /// The vendor or a gateway before it failed (5xx).
    Unavailable,
    /// No answer within the time allowed.
    Timeout,
    /// The connection could not be made or broke.
    Transport,
    /// The vendor answered with something that its document does not describe.
    UnexpectedResponse,
}

impl ErrorKind {
    /// Snake-case name, for output and spans.
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
            Self::Unsupported => "the vendor has no such operation",
            Self::UnsupportedField => "the vendor cannot honour a field that was set",
            Self::InvalidInput => "a value was not accepted",
            Self::Configuration => "the provider is not set up rightly",
            Self::Unauthenticated => "the credential was refused",
            Self::PermissionDenied => "the credential may not do this",
            Self::NotFound => "no such key",
            Self::Conflict => "the request contradicts the state at the vendor",
            Self::LimitReached => "a quota is used up",
            Self::RateLimited => "too many requests",
            Self::Unavailable => "the vendor failed",
            Self::Timeout => "no answer in time",
            Self::Transport => "the connection failed",
            Self::UnexpectedResponse => "the answer is not what the vendor's document describes",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
