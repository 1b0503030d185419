//! `revoke`.

use api_keys_core::{ApiKeyProvider, Field, KeyStatus, Operation, RecordState, RevokeOptions, UpdateApiKey};

use crate::context::Context;
use crate::result::{CheckError, CheckResult, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn revoke_result_matches_capabilities(&self) -> CheckResult {
        self.require(Operation::Revoke)?;
        let id = self.create(self.new_key()).await?.key.id;
        let revocation = self.revoke(&id).await?;
        let keeps = self.capabilities.revoke_keeps_record;
        let record = if keeps { RecordState::Retained } else { RecordState::Removed };
        ensure!(revocation.record == record, "the record is {:?} instead of {record:?}", revocation.record);
        let reversible = self.capabilities.revoke_reversible;
        ensure!(revocation.reversible == reversible, "`reversible` is not {reversible}");

        self.require(Operation::Get)?;
        let result = self.provider.get(&id).await;
        if keeps {
            let status = result?.status;
            ensure!(status != KeyStatus::Active, "the status after revoke is {status}");
            return Ok(());
        }
        self.expect_not_found("a key whose record is removed", Operation::Get, result)
    }

    pub(super) async fn revoked_secret_does_not_authenticate(&self) -> CheckResult {
        self.require(Operation::Revoke)?;
        let issued = self.create(self.new_key()).await?;
        ensure!(self.authenticates(&issued.secret).await?, "the secret does not authenticate before revoke");
        self.revoke(&issued.key.id).await?;
        ensure!(!self.authenticates(&issued.secret).await?, "the secret of a revoked key authenticates");
        Ok(())
    }

    /// The trait does not define where the reason is stored.
    pub(super) async fn revoke_accepts_a_reason(&self) -> CheckResult {
        self.require_field(Operation::Revoke, Field::Reason)?;
        let id = self.create(self.new_key()).await?.key.id;
        self.provider.revoke(&id, RevokeOptions::new().reason("created by a test")).await?;
        Ok(())
    }

    pub(super) async fn revoke_does_not_affect_other_keys(&self) -> CheckResult {
        self.require(Operation::Revoke)?;
        self.require_capacity(2)?;
        let other = self.create(self.full_key()).await?;
        let id = self.create(self.new_key()).await?.key.id;
        let before = self.read(&other.key.id).await?;
        self.revoke(&id).await?;
        let after = self.read(&other.key.id).await?;
        self.expect_equal(&before, &after, &[], "another key changed")
    }

    /// If the record is kept, the second call must have the same result. Otherwise it may fail with `NotFound`.
    pub(super) async fn revoke_can_be_repeated(&self) -> CheckResult {
        self.require(Operation::Revoke)?;
        let id = self.create(self.new_key()).await?.key.id;
        let first = self.revoke(&id).await?;
        let second = self.revoke(&id).await;
        if self.capabilities.revoke_keeps_record {
            ensure!(second? == first, "the result of the second revocation differs");
            return Ok(());
        }
        self.expect_ok_or_not_found("a second revocation", Operation::Revoke, second)
    }

    pub(super) async fn revoke_of_unknown_id_is_ok_or_not_found(&self) -> CheckResult {
        self.require(Operation::Revoke)?;
        let id = self.unknown_id().await?;
        let result = self.revoke(&id).await;
        self.expect_ok_or_not_found("a call with an unknown id", Operation::Revoke, result)
    }

    pub(super) async fn reversible_revocation_can_be_undone(&self) -> CheckResult {
        self.require(Operation::Revoke)?;
        if !self.capabilities.revoke_reversible {
            return Err(CheckError::skipped("a revocation is final"));
        }
        self.require_field(Operation::Update, Field::Enabled)?;
        let issued = self.create(self.new_key()).await?;
        self.revoke(&issued.key.id).await?;
        self.update(&issued.key.id, UpdateApiKey::new().enabled(true)).await?;
        let status = self.read(&issued.key.id).await?.status;
        ensure!(!status.is_inactive(), "the status after enabling is {status}");
        ensure!(self.authenticates(&issued.secret).await?, "the secret does not authenticate after enabling");
        Ok(())
    }

    pub(super) async fn final_revocation_cannot_be_undone(&self) -> CheckResult {
        self.require(Operation::Revoke)?;
        if self.capabilities.revoke_reversible {
            return Err(CheckError::skipped("a revocation can be undone"));
        }
        self.require_field(Operation::Update, Field::Enabled)?;
        let issued = self.create(self.new_key()).await?;
        self.revoke(&issued.key.id).await?;
        if let Ok(key) = self.update(&issued.key.id, UpdateApiKey::new().enabled(true)).await {
            ensure!(key.status != KeyStatus::Active, "a key that was permanently revoked can be enabled");
        }
        ensure!(!self.authenticates(&issued.secret).await?, "the secret authenticates after enabling");
        Ok(())
    }
}
