//! Options for rotations.

use std::time::Duration;

use jiff::fmt::serde::unsigned_duration::friendly::compact;
use serde::{Deserialize, Serialize};

/// Options for [`plan_rotation`](crate::ApiKeyProviderExt::plan_rotation).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[must_use]
#[serde(default)]
#[non_exhaustive]
pub struct RotationOptions {
    /// The duration for which the old secret remains valid after the delivery of the new one. Zero by default.
    #[serde(with = "compact::required")]
    pub overlap: Duration,
    /// Keeps the time of expiration. By default the successor has the same lifetime, from its creation on.
    pub keep_expiry: bool,
    /// Fields that the successor need not have in common with the old key: `name`, `description`, `owner`, `scopes`,
    /// `expiry`, `metadata`, or the name of a vendor-specific field.
    pub waived: Vec<String>,
    /// Revokes the old key first if the vendor's limit of keys leaves no room for a successor. There is no valid secret
    /// until the new one is delivered.
    pub revoke_first: bool,
}

impl RotationOptions {
    /// Creates options without an overlap.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the overlap.
    pub fn overlap(mut self, overlap: Duration) -> Self {
        self.overlap = overlap;
        self
    }

    /// Keeps the time of expiration instead of the lifetime.
    pub fn keep_expiry(mut self, keep: bool) -> Self {
        self.keep_expiry = keep;
        self
    }

    /// Adds a field that the successor need not have in common with the old key.
    pub fn waive(mut self, field: impl Into<String>) -> Self {
        self.waived.push(field.into());
        self
    }

    /// Accepts an outage if the vendor's limit of keys leaves no room for a successor.
    pub fn revoke_first(mut self, accept: bool) -> Self {
        self.revoke_first = accept;
        self
    }

    pub(super) fn waives(&self, field: &str) -> bool {
        self.waived.iter().any(|waived| waived == field)
    }
}
