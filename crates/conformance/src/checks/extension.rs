//! What callers build on the operations.

use api_keys_core::{ApiKeyProvider, ApiKeyProviderExt as _, Operation, Timestamp};

use crate::context::Context;
use crate::stop::{Stop, Verdict, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn find_of_an_unknown_id_is_none(&self) -> Verdict {
        self.needs(Operation::Get)?;
        let id = self.unknown_id().await?;
        ensure!(self.provider.find(&id).await?.is_none(), "a key is found");
        Ok(())
    }

    /// As a caller does who lost the answer of a create.
    pub(super) async fn orphans_are_found_by_name(&self) -> Verdict {
        self.needs(Operation::List)?;
        self.room(2)?;
        let new = self.new_key();
        let orphan = self.create(new.clone()).await?.key;
        let other = self.create(self.new_key()).await?.key;
        // The vendor's clock may be one that is made for tests.
        let started_at = orphan.created_at.unwrap_or_else(Timestamp::now);
        let found = self.provider.orphans(&new, started_at).await?;
        ensure!(found.iter().any(|key| key.id == orphan.id), "the key is not found by its name and time");
        ensure!(found.iter().all(|key| key.id != other.id), "a key of another name is found");
        Ok(())
    }

    pub(super) async fn replace_hands_over_before_it_revokes(&self) -> Verdict {
        self.needs(Operation::Revoke)?;
        self.room(2)?;
        let old = self.create(self.new_key()).await?;
        let replacement = self.provider.replace(&old.key.id, self.new_key()).await?;
        self.hold(&replacement.issued);
        let before = self.read(&old.key.id).await?;
        ensure!(
            !before.status.is_inactive(),
            "the old key is {} before the new secret is in place",
            before.status
        );

        let (new, _) = match replacement.revoke_old(self.provider).await {
            Ok(done) => done,
            Err(failed) => return Err(Stop::failed_with("the old key was not revoked", failed.source)),
        };
        self.settle().await;
        let after = self.read(&new.key.id).await?;
        ensure!(!after.status.is_inactive(), "the new key is {}", after.status);
        ensure!(!self.is_live(&old.secret).await?, "the old secret still authenticates");
        ensure!(self.is_live(&new.secret).await?, "the new secret does not authenticate");
        Ok(())
    }
}
