//! Options for revocation, and its result.

use serde::Serialize;

use crate::capabilities::field::{Field, FieldSet};

/// Options for [`revoke`](crate::ApiKeyProvider::revoke).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[must_use]
#[non_exhaustive]
pub struct RevokeOptions {
    /// The reason, for the vendor's record.
    pub reason: Option<String>,
}

impl RevokeOptions {
    /// Creates options without a reason.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the reason.
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Returns the fields that are set.
    pub fn fields(&self) -> FieldSet {
        FieldSet::from_present([(Field::Reason, self.reason.is_some())])
    }
}

/// State of a revoked key's record.
///
/// Exhaustive: a record is either kept or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordState {
    /// The record can still be read.
    Retained,
    /// The record was removed.
    Removed,
}

/// The result of a revocation. In every case the secret no longer authenticates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Revocation {
    /// The state of the record.
    pub record: RecordState,
    /// `true` if the key can be enabled again.
    pub reversible: bool,
}

impl Revocation {
    /// Creates the result for a key that can be enabled again.
    pub const fn disabled() -> Self {
        Self { record: RecordState::Retained, reversible: true }
    }

    /// Creates the result for a permanently revoked key whose record is kept.
    pub const fn retained() -> Self {
        Self { record: RecordState::Retained, reversible: false }
    }

    /// Creates the result for a removed key.
    pub const fn removed() -> Self {
        Self { record: RecordState::Removed, reversible: false }
    }
}
