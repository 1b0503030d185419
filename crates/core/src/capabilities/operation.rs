//! Operations, and their support by a vendor.

use std::fmt;

/// An operation of [`ApiKeyProvider`](crate::ApiKeyProvider).
///
/// Exhaustive: a new operation is a new method of the trait, which is a breaking change in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Creates a key.
    Create,
    /// Returns the metadata of one key.
    Get,
    /// Returns one page of keys.
    List,
    /// Updates the metadata of a key.
    Update,
    /// Invalidates a secret.
    Revoke,
    /// Removes the record of a key.
    Delete,
    /// Replaces the secret of a key.
    Rotate,
    /// Returns the secret of a key.
    Reveal,
    /// Verifies a secret.
    Verify,
}

impl Operation {
    /// All operations, in the order of the trait.
    pub const ALL: &'static [Self] = &[
        Self::Create,
        Self::Get,
        Self::List,
        Self::Update,
        Self::Revoke,
        Self::Delete,
        Self::Rotate,
        Self::Reveal,
        Self::Verify,
    ];

    /// Returns the lowercase name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Get => "get",
            Self::List => "list",
            Self::Update => "update",
            Self::Revoke => "revoke",
            Self::Delete => "delete",
            Self::Rotate => "rotate",
            Self::Reveal => "reveal",
            Self::Verify => "verify",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The support of an operation by a vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Support {
    /// The operation returns [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) without sending a request.
    #[default]
    Unsupported,
    /// The provider achieves the same result in one step with another endpoint.
    Emulated,
    /// The vendor has an endpoint for the operation.
    Native,
}

impl Support {
    /// Returns whether the operation can be called.
    pub const fn is_supported(self) -> bool {
        !matches!(self, Self::Unsupported)
    }

    /// Returns the lowercase name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsupported => "unsupported",
            Self::Emulated => "emulated",
            Self::Native => "native",
        }
    }
}

impl fmt::Display for Support {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
