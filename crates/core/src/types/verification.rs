//! The result of verifying a secret.

use std::fmt;

use super::key::ApiKey;

/// The result of verifying a secret. An invalid secret is a result, not an error.
///
/// Exhaustive: a caller must decide between exactly these two cases.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a secret must not be trusted before the result was checked"]
pub enum Verification {
    /// The secret authenticates as this key. Boxed because a key is large.
    Valid(Box<ApiKey>),
    /// The secret does not authenticate.
    Invalid(InvalidReason),
}

impl Verification {
    /// Creates the result for a valid secret.
    pub fn valid(key: ApiKey) -> Self {
        Self::Valid(Box::new(key))
    }

    /// Returns the key of a valid secret.
    pub fn key(&self) -> Option<&ApiKey> {
        match self {
            Self::Valid(key) => Some(key),
            Self::Invalid(_) => None,
        }
    }
}

/// The reason why a secret does not authenticate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidReason {
    /// No key has this secret.
    NotFound,
    /// The key is revoked.
    Revoked,
    /// The key is expired.
    Expired,
    /// The key is disabled.
    Disabled,
    /// The key's quota is exhausted.
    QuotaExceeded,
    /// Another reason, as reported by the vendor.
    Other(String),
}

impl fmt::Display for InvalidReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NotFound => "not found",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Disabled => "disabled",
            Self::QuotaExceeded => "quota exceeded",
            Self::Other(reason) => reason,
        })
    }
}
