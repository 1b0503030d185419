//! What providers answer beside keys.

use std::fmt;

use serde::Serialize;

use crate::{ApiKey, Cursor};

/// One page of a listing.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next page is; `None` on the last.
    pub next: Option<Cursor>,
    /// How many there are on all pages, where the vendor says.
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// A page with its successor.
    pub fn new(items: Vec<T>, next: Option<Cursor>, total: Option<u64>) -> Self {
        Self { items, next, total }
    }

    /// The only page: everything is on it.
    pub fn complete(items: Vec<T>) -> Self {
        Self::new(items, None, None)
    }
}

/// What became of the record of a revoked key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// It can still be read.
    Retained,
    /// It is gone.
    Removed,
}

/// What a revocation did. Whatever it says here, the secret no longer authenticates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Revocation {
    /// What became of the record.
    pub record: Record,
    /// Whether the key can be made to authenticate again.
    pub reversible: bool,
}

impl Revocation {
    /// The record stays, and the key can be switched on again.
    pub const fn disabled() -> Self {
        Self { record: Record::Retained, reversible: true }
    }

    /// The record stays, but the key is dead for good.
    pub const fn retained() -> Self {
        Self { record: Record::Retained, reversible: false }
    }

    /// The record is gone, and the key with it.
    pub const fn removed() -> Self {
        Self { record: Record::Removed, reversible: false }
    }
}

/// Whether a secret is good. An invalid one is an answer, not an error.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a secret that was not judged must not be trusted"]
pub enum Verification {
    /// It authenticates as this key.
    Valid(Box<ApiKey>),
    /// It does not authenticate.
    Invalid(InvalidReason),
}

impl Verification {
    /// A good secret of this key.
    pub fn valid(key: ApiKey) -> Self {
        Self::Valid(Box::new(key))
    }

    /// The key, if the secret is good.
    pub fn key(&self) -> Option<&ApiKey> {
        match self {
            Self::Valid(key) => Some(key),
            Self::Invalid(_) => None,
        }
    }
}

/// Why a secret does not authenticate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidReason {
    /// No key has this secret.
    NotFound,
    /// The key was revoked.
    Revoked,
    /// The key's time is over.
    Expired,
    /// The key is switched off.
    Disabled,
    /// The key's quota is used up.
    QuotaExceeded,
    /// Another reason, in the vendor's words.
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
