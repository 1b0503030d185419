//! `rotate`.

use api_keys_core::{ApiKeyProvider, Operation};

use crate::context::Context;
use crate::result::{CheckResult, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn rotate_id_matches_capabilities(&self) -> CheckResult {
        self.require(Operation::Rotate)?;
        let id = self.create(self.new_key()).await?.key.id;
        let rotated = self.rotate(&id).await?.key.id;
        let keeps = self.capabilities.rotate_keeps_id;
        ensure!(
            (rotated == id) == keeps,
            "`rotate_keeps_id` is {keeps}, but the id changed from {id} to {rotated}"
        );
        ensure!(self.read(&rotated).await?.id == rotated, "the id of the rotated key returns another key");
        Ok(())
    }

    pub(super) async fn rotate_issues_a_different_secret(&self) -> CheckResult {
        self.require(Operation::Rotate)?;
        let issued = self.create(self.new_key()).await?;
        let rotated = self.rotate(&issued.key.id).await?;
        ensure!(!rotated.secret.expose().trim().is_empty(), "the new secret is blank");
        ensure!(rotated.secret.expose() != issued.secret.expose(), "the secret did not change");
        ensure!(self.authenticates(&rotated.secret).await?, "the new secret does not authenticate");
        Ok(())
    }

    pub(super) async fn rotate_invalidates_the_old_secret(&self) -> CheckResult {
        self.require(Operation::Rotate)?;
        let issued = self.create(self.new_key()).await?;
        ensure!(self.authenticates(&issued.secret).await?, "the secret does not authenticate before rotate");
        let _ = self.rotate(&issued.key.id).await?;
        ensure!(!self.authenticates(&issued.secret).await?, "the old secret still authenticates");
        Ok(())
    }

    pub(super) async fn rotate_keeps_the_metadata(&self) -> CheckResult {
        self.require(Operation::Rotate)?;
        let id = self.create(self.full_key()).await?.key.id;
        let before = self.read(&id).await?;
        let rotated = self.rotate(&id).await?.key;
        let after = self.read(&rotated.id).await?;
        let except: &[&str] = match self.capabilities.rotate_keeps_id {
            true => &["hint"],
            false => &["hint", "id", "created_at"],
        };
        self.expect_equal(&before, &after, except, "fields other than the secret changed")?;
        self.expect_included(&rotated, &after, "the response differs from the stored key")
    }

    /// As after a lost response: the last secret is valid.
    pub(super) async fn rotate_can_be_repeated(&self) -> CheckResult {
        self.require(Operation::Rotate)?;
        let id = self.create(self.new_key()).await?.key.id;
        let first = self.rotate(&id).await?;
        let second = self.rotate(&first.key.id).await?;
        ensure!(
            !self.authenticates(&first.secret).await?,
            "the secret of the first rotation still authenticates"
        );
        ensure!(
            self.authenticates(&second.secret).await?,
            "the secret of the second rotation does not authenticate"
        );
        Ok(())
    }

    pub(super) async fn rotated_key_can_be_revoked(&self) -> CheckResult {
        self.require(Operation::Rotate)?;
        self.require(Operation::Revoke)?;
        let id = self.create(self.new_key()).await?.key.id;
        let rotated = self.rotate(&id).await?;
        self.revoke(&rotated.key.id).await?;
        ensure!(
            !self.authenticates(&rotated.secret).await?,
            "the rotated secret of a revoked key authenticates"
        );
        Ok(())
    }

    pub(super) async fn rotate_of_unknown_id_is_not_found(&self) -> CheckResult {
        self.require(Operation::Rotate)?;
        let id = self.unknown_id().await?;
        let result = self.rotate(&id).await;
        self.expect_not_found("a call with an unknown id", Operation::Rotate, result)
    }
}
