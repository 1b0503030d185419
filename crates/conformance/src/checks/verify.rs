//! `verify`.

use api_keys_core::{ApiKeyProvider, Field, InvalidReason, Operation, SecretKey, UpdateApiKey, Verification};

use crate::context::Context;
use crate::result::{CheckError, CheckResult, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn verify_returns_the_key(&self) -> CheckResult {
        self.require(Operation::Verify)?;
        self.require_capacity(2)?;
        let one = self.create(self.full_key()).await?;
        let two = self.create(self.full_key()).await?;
        for issued in [&one, &two] {
            match self.provider.verify(&issued.secret).await? {
                Verification::Invalid(reason) => {
                    return Err(CheckError::failed(format!("a new secret is {reason}")));
                }
                Verification::Valid(key) => {
                    ensure!(key.id == issued.key.id, "verify returns another key");
                    let stored = self.read(&issued.key.id).await?;
                    self.expect_included(&key, &stored, "verify differs from the stored key")?;
                }
            }
        }
        Ok(())
    }

    pub(super) async fn verify_of_unknown_secret_is_not_found(&self) -> CheckResult {
        self.require(Operation::Verify)?;
        let unknown = SecretKey::new("no-key-has-ever-had-this-secret");
        match self.provider.verify(&unknown).await? {
            Verification::Invalid(InvalidReason::NotFound) => Ok(()),
            Verification::Invalid(reason) => Err(CheckError::failed(format!(
                "the reason for an unknown secret is `{reason}` instead of `not found`"
            ))),
            Verification::Valid(_) => Err(CheckError::failed("an unknown secret is valid")),
        }
    }

    /// An error is accepted as well as [`Verification::Invalid`].
    pub(super) async fn verify_rejects_similar_secrets(&self) -> CheckResult {
        self.require(Operation::Verify)?;
        let issued = self.create(self.new_key()).await?;
        let secret = issued.secret.expose();
        let shorter = secret.char_indices().next_back().map_or("", |(end, _)| &secret[..end]);
        for (what, similar) in [
            ("an empty secret", String::new()),
            ("a truncated secret", shorter.to_owned()),
            ("a secret with a suffix", format!("{secret}x")),
            ("a secret with a prefix", format!("x{secret}")),
            ("the id", issued.key.id.to_string()),
        ] {
            let valid =
                matches!(self.provider.verify(&SecretKey::new(similar)).await, Ok(Verification::Valid(_)));
            ensure!(!valid, "{what} is valid");
        }
        Ok(())
    }

    pub(super) async fn verify_rejects_a_revoked_key(&self) -> CheckResult {
        self.require(Operation::Verify)?;
        self.require(Operation::Revoke)?;
        let issued = self.create(self.new_key()).await?;
        self.revoke(&issued.key.id).await?;
        self.expect_invalid(&issued.secret, "a revoked key").await
    }

    pub(super) async fn verify_rejects_a_disabled_key(&self) -> CheckResult {
        self.require(Operation::Verify)?;
        self.require_field(Operation::Update, Field::Enabled)?;
        let issued = self.create(self.new_key()).await?;
        self.update(&issued.key.id, UpdateApiKey::new().enabled(false)).await?;
        self.expect_invalid(&issued.secret, "a disabled key").await
    }

    pub(super) async fn verify_rejects_a_deleted_key(&self) -> CheckResult {
        self.require(Operation::Verify)?;
        self.require(Operation::Delete)?;
        let issued = self.create(self.new_key()).await?;
        self.delete(&issued.key.id).await?;
        self.expect_invalid(&issued.secret, "a deleted key").await
    }

    async fn expect_invalid(&self, secret: &SecretKey, what: &str) -> CheckResult {
        match self.provider.verify(secret).await? {
            Verification::Valid(_) => Err(CheckError::failed(format!("the secret of {what} is valid"))),
            Verification::Invalid(InvalidReason::Expired | InvalidReason::QuotaExceeded) => {
                Err(CheckError::failed(format!("the reason for {what} is wrong")))
            }
            Verification::Invalid(_) => Ok(()),
        }
    }
}
