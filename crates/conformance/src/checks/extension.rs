//! `ApiKeyProviderExt`.

use api_keys_core::{ApiKeyProvider, ApiKeyProviderExt as _, Operation, Timestamp};

use crate::context::Context;
use crate::result::{CheckError, CheckResult, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn find_of_unknown_id_is_none(&self) -> CheckResult {
        self.require(Operation::Get)?;
        let id = self.unknown_id().await?;
        ensure!(self.provider.find(&id).await?.is_none(), "a key is found");
        Ok(())
    }

    /// As after a lost response to a create.
    pub(super) async fn orphans_are_found_by_name(&self) -> CheckResult {
        self.require(Operation::List)?;
        self.require_capacity(2)?;
        let new = self.new_key();
        let orphan = self.create(new.clone()).await?.key;
        let other = self.create(self.new_key()).await?.key;
        // The vendor may have a manual clock.
        let started_at = orphan.created_at.unwrap_or_else(Timestamp::now);
        let found = self.provider.orphans(&new, started_at).await?;
        ensure!(found.iter().any(|key| key.id == orphan.id), "the key is not found");
        ensure!(found.iter().all(|key| key.id != other.id), "a key with another name is found");
        Ok(())
    }

    pub(super) async fn replace_revokes_the_old_key_last(&self) -> CheckResult {
        self.require(Operation::Revoke)?;
        self.require_capacity(2)?;
        let old = self.create(self.new_key()).await?;
        let replacement = self.provider.replace(&old.key.id, self.new_key()).await?;
        self.track(&replacement.issued);
        let before = self.read(&old.key.id).await?;
        ensure!(
            !before.status.is_inactive(),
            "the status of the old key before `revoke_old` is {}",
            before.status
        );

        let (new, _) = match replacement.revoke_old(self.provider).await {
            Ok(result) => result,
            Err(error) => return Err(CheckError::failed_with("failed to revoke the old key", error.source)),
        };
        self.settle().await;
        let after = self.read(&new.key.id).await?;
        ensure!(!after.status.is_inactive(), "the status of the new key is {}", after.status);
        ensure!(!self.authenticates(&old.secret).await?, "the old secret still authenticates");
        ensure!(self.authenticates(&new.secret).await?, "the new secret does not authenticate");
        Ok(())
    }
}
