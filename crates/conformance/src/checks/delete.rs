//! Removing records.

use api_keys_core::{ApiKeyProvider, ApiKeyProviderExt as _, ErrorKind, Field, Operation};

use crate::context::Context;
use crate::stop::{Stop, Verdict, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn a_deleted_key_is_gone(&self) -> Verdict {
        self.needs(Operation::Delete)?;
        let id = self.create(self.new_key()).await?.key.id;
        self.delete(&id).await?;
        if self.provider.supports(Operation::List) {
            let all = self.takes(self.capabilities.list_fields, Field::IncludeInactive);
            let listed = self.list(self.query().include_inactive(all)).await?;
            ensure!(listed.iter().all(|key| key.id != id), "a deleted key is listed");
        }
        self.needs(Operation::Get)?;
        let result = self.provider.get(&id).await;
        self.fails("a deleted key", Operation::Get, ErrorKind::NotFound, result)?;
        Ok(())
    }

    pub(super) async fn a_deleted_secret_is_dead(&self) -> Verdict {
        self.needs(Operation::Delete)?;
        let issued = self.create(self.new_key()).await?;
        ensure!(self.is_live(&issued.secret).await?, "the secret is dead before it is deleted");
        self.delete(&issued.key.id).await?;
        ensure!(!self.is_live(&issued.secret).await?, "the secret of a deleted key authenticates");
        Ok(())
    }

    pub(super) async fn delete_spares_other_keys(&self) -> Verdict {
        self.needs(Operation::Delete)?;
        self.room(2)?;
        let other = self.create(self.full_key()).await?;
        let id = self.create(self.new_key()).await?.key.id;
        let before = self.read(&other.key.id).await?;
        self.delete(&id).await?;
        let unlike = self.unlike(&before, &self.read(&other.key.id).await?, &[]);
        ensure!(unlike.is_empty(), "another key changed: {}", unlike.join(", "));
        Ok(())
    }

    pub(super) async fn a_revoked_key_can_be_deleted(&self) -> Verdict {
        self.needs(Operation::Delete)?;
        self.needs(Operation::Revoke)?;
        if !self.capabilities.revoke_keeps_record {
            return Err(Stop::skipped("revoke leaves no record to delete"));
        }
        self.needs(Operation::Get)?;
        let id = self.create(self.new_key()).await?.key.id;
        self.revoke(&id).await?;
        self.delete(&id).await?;
        let result = self.provider.get(&id).await;
        self.fails("a key that was revoked and deleted", Operation::Get, ErrorKind::NotFound, result)?;
        Ok(())
    }

    pub(super) async fn delete_can_be_repeated_or_is_not_found(&self) -> Verdict {
        self.needs(Operation::Delete)?;
        let id = self.create(self.new_key()).await?.key.id;
        self.delete(&id).await?;
        let again = self.delete(&id).await;
        self.succeeds_or_is_not_found("a second deletion", Operation::Delete, again)
    }

    pub(super) async fn delete_of_an_unknown_id_succeeds_or_is_not_found(&self) -> Verdict {
        self.needs(Operation::Delete)?;
        let id = self.unknown_id().await?;
        let result = self.delete(&id).await;
        self.succeeds_or_is_not_found("an unknown id", Operation::Delete, result)
    }
}
