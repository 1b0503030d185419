//! Options for rotation.

/// Options for [`rotate`](crate::ApiKeyProvider::rotate). Currently empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[must_use]
#[non_exhaustive]
pub struct RotateOptions {}

impl RotateOptions {
    /// Creates default options.
    pub fn new() -> Self {
        Self::default()
    }
}
