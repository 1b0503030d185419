//! `ApiKeyProviderExt`.

use api_keys_core::{ApiKeyProvider, ApiKeyProviderExt as _, Operation, Timestamp};

use crate::context::Context;
use crate::result::{CheckResult, ensure};

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
}
