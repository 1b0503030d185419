//! `delete`.

use api_keys_core::{ApiKeyProvider, ApiKeyProviderExt as _, Field, Operation};

use crate::context::Context;
use crate::result::{CheckError, CheckResult, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn deleted_key_is_not_found(&self) -> CheckResult {
        self.require(Operation::Delete)?;
        let id = self.create(self.new_key()).await?.key.id;
        self.delete(&id).await?;
        if self.provider.supports(Operation::List) {
            let all = self.usable(self.capabilities.list_fields, Field::IncludeInactive);
            let listed = self.list(self.query().include_inactive(all)).await?;
            ensure!(listed.iter().all(|key| key.id != id), "a deleted key is listed");
        }
        self.require(Operation::Get)?;
        let result = self.provider.get(&id).await;
        self.expect_not_found("a get of a deleted key", Operation::Get, result)
    }

    pub(super) async fn deleted_secret_does_not_authenticate(&self) -> CheckResult {
        self.require(Operation::Delete)?;
        let issued = self.create(self.new_key()).await?;
        ensure!(self.authenticates(&issued.secret).await?, "the secret does not authenticate before delete");
        self.delete(&issued.key.id).await?;
        ensure!(!self.authenticates(&issued.secret).await?, "the secret of a deleted key authenticates");
        Ok(())
    }

    pub(super) async fn delete_does_not_affect_other_keys(&self) -> CheckResult {
        self.require(Operation::Delete)?;
        self.require_capacity(2)?;
        let other = self.create(self.full_key()).await?;
        let id = self.create(self.new_key()).await?.key.id;
        let before = self.read(&other.key.id).await?;
        self.delete(&id).await?;
        let after = self.read(&other.key.id).await?;
        self.expect_equal(&before, &after, &[], "another key changed")
    }

    pub(super) async fn revoked_key_can_be_deleted(&self) -> CheckResult {
        self.require(Operation::Delete)?;
        self.require(Operation::Revoke)?;
        if !self.capabilities.revoke_keeps_record {
            return Err(CheckError::skipped("revoke removes the record"));
        }
        self.require(Operation::Get)?;
        let id = self.create(self.new_key()).await?.key.id;
        self.revoke(&id).await?;
        self.delete(&id).await?;
        let result = self.provider.get(&id).await;
        self.expect_not_found("a get of a revoked and deleted key", Operation::Get, result)
    }

    pub(super) async fn repeated_delete_is_ok_or_not_found(&self) -> CheckResult {
        self.require(Operation::Delete)?;
        let id = self.create(self.new_key()).await?.key.id;
        self.delete(&id).await?;
        let again = self.delete(&id).await;
        self.expect_ok_or_not_found("a second deletion", Operation::Delete, again)
    }

    pub(super) async fn delete_of_unknown_id_is_ok_or_not_found(&self) -> CheckResult {
        self.require(Operation::Delete)?;
        let id = self.unknown_id().await?;
        let result = self.delete(&id).await;
        self.expect_ok_or_not_found("a call with an unknown id", Operation::Delete, result)
    }
}
