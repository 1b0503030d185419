//! Rotation in two steps.

use std::fmt;

use crate::error::Error;
use crate::provider::contract::ApiKeyProvider;
use crate::types::key::{IssuedKey, KeyId};
use crate::types::revocation::{Revocation, RevokeOptions};

/// A new key, and the old key that it replaces. Created by [`replace`](crate::ApiKeyProviderExt::replace).
#[derive(Debug)]
#[must_use = "the new secret is not shown again, and the old key still authenticates"]
#[non_exhaustive]
pub struct Replacement {
    /// The new key with its secret.
    pub issued: IssuedKey,
    /// The key to revoke after the new secret has been deployed.
    pub old: KeyId,
}

impl Replacement {
    /// Creates a replacement.
    pub(crate) fn new(issued: IssuedKey, old: KeyId) -> Self {
        Self { issued, old }
    }

    /// Revokes the old key and returns the new one.
    ///
    /// # Errors
    /// Returns the error of [`revoke`](ApiKeyProvider::revoke) together with the new key, which is valid in any case.
    pub async fn revoke_old<P: ApiKeyProvider + ?Sized>(
        self,
        provider: &P,
    ) -> Result<(IssuedKey, Revocation), ReplaceError> {
        match provider.revoke(&self.old, RevokeOptions::new()).await {
            Ok(revocation) => Ok((self.issued, revocation)),
            Err(source) => Err(ReplaceError { issued: Box::new(self.issued), source }),
        }
    }
}

/// An error from [`Replacement::revoke_old`]: the old key may still authenticate.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReplaceError {
    /// The new key with its secret.
    pub issued: Box<IssuedKey>,
    /// The error of the revocation.
    pub source: Error,
}

impl fmt::Display for ReplaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failed to revoke the replaced key")
    }
}

impl std::error::Error for ReplaceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
