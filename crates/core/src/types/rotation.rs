//! Options for rotation.

use std::time::Duration;

use crate::capabilities::field::{Field, FieldSet};

/// Options for [`rotate`](crate::ApiKeyProvider::rotate).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[must_use]
#[non_exhaustive]
pub struct RotateOptions {
    /// The duration for which the previous secrets remain valid. Zero by default: they are invalid immediately.
    pub overlap: Duration,
}

impl RotateOptions {
    /// Creates options without an overlap.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the overlap.
    pub fn overlap(mut self, overlap: Duration) -> Self {
        self.overlap = overlap;
        self
    }

    /// Returns the fields that are set.
    pub fn fields(&self) -> FieldSet {
        FieldSet::from_present([(Field::Overlap, !self.overlap.is_zero())])
    }
}
