//! The emergency button.

use api_keys_core::{
    ApiKeyProvider, ErrorKind, Field, KeyStatus, Operation, RecordState, RevokeOptions, UpdateApiKey,
};

use crate::context::Context;
use crate::stop::{Stop, Verdict, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn revoke_does_to_the_record_what_capabilities_say(&self) -> Verdict {
        self.needs(Operation::Revoke)?;
        let id = self.create(self.new_key()).await?.key.id;
        let revocation = self.revoke(&id).await?;
        let keeps = self.capabilities.revoke_keeps_record;
        let record = if keeps { RecordState::Retained } else { RecordState::Removed };
        ensure!(revocation.record == record, "the record should be {record:?}, not {:?}", revocation.record);
        let reversible = self.capabilities.revoke_reversible;
        ensure!(revocation.reversible == reversible, "whether it can be undone should be {reversible}");

        self.needs(Operation::Get)?;
        let result = self.provider.get(&id).await;
        if keeps {
            let status = result?.status;
            ensure!(status != KeyStatus::Active, "after revoke, the key is {status}");
            return Ok(());
        }
        self.fails("a key whose record is removed", Operation::Get, ErrorKind::NotFound, result).map(|_| ())
    }

    pub(super) async fn a_revoked_secret_is_dead(&self) -> Verdict {
        self.needs(Operation::Revoke)?;
        let issued = self.create(self.new_key()).await?;
        ensure!(self.is_live(&issued.secret).await?, "the secret is dead before it is revoked");
        self.revoke(&issued.key.id).await?;
        ensure!(!self.is_live(&issued.secret).await?, "the secret of a revoked key authenticates");
        Ok(())
    }

    /// What becomes of the reason is the vendor's affair.
    pub(super) async fn revoke_takes_a_reason(&self) -> Verdict {
        self.needs_field(Operation::Revoke, Field::Reason)?;
        let id = self.create(self.new_key()).await?.key.id;
        self.provider.revoke(&id, RevokeOptions::new().reason("made by a test")).await?;
        Ok(())
    }

    pub(super) async fn revoke_spares_other_keys(&self) -> Verdict {
        self.needs(Operation::Revoke)?;
        self.room(2)?;
        let other = self.create(self.full_key()).await?;
        let id = self.create(self.new_key()).await?.key.id;
        let before = self.read(&other.key.id).await?;
        self.revoke(&id).await?;
        let unlike = self.unlike(&before, &self.read(&other.key.id).await?, &[]);
        ensure!(unlike.is_empty(), "another key changed: {}", unlike.join(", "));
        Ok(())
    }

    /// With the record kept, the key is still known; without it, a vendor may say that it is not.
    pub(super) async fn revoke_can_be_repeated(&self) -> Verdict {
        self.needs(Operation::Revoke)?;
        let id = self.create(self.new_key()).await?.key.id;
        let first = self.revoke(&id).await?;
        let second = self.revoke(&id).await;
        if self.capabilities.revoke_keeps_record {
            ensure!(second? == first, "the second revocation is said to be another than the first");
            return Ok(());
        }
        self.succeeds_or_is_not_found("a second revocation", Operation::Revoke, second)
    }

    pub(super) async fn revoke_of_an_unknown_id_succeeds_or_is_not_found(&self) -> Verdict {
        self.needs(Operation::Revoke)?;
        let id = self.unknown_id().await?;
        let result = self.revoke(&id).await;
        self.succeeds_or_is_not_found("an unknown id", Operation::Revoke, result)
    }

    pub(super) async fn a_reversible_revocation_can_be_undone(&self) -> Verdict {
        self.needs(Operation::Revoke)?;
        if !self.capabilities.revoke_reversible {
            return Err(Stop::skipped("a revocation is final"));
        }
        self.needs_field(Operation::Update, Field::Enabled)?;
        let issued = self.create(self.new_key()).await?;
        self.revoke(&issued.key.id).await?;
        self.update(&issued.key.id, UpdateApiKey::new().enabled(true)).await?;
        let status = self.read(&issued.key.id).await?.status;
        ensure!(!status.is_inactive(), "the key was enabled again, and is {status}");
        ensure!(
            self.is_live(&issued.secret).await?,
            "the key was enabled again, and its secret does not authenticate"
        );
        Ok(())
    }

    pub(super) async fn a_final_revocation_cannot_be_undone(&self) -> Verdict {
        self.needs(Operation::Revoke)?;
        if self.capabilities.revoke_reversible {
            return Err(Stop::skipped("a revocation can be undone"));
        }
        self.needs_field(Operation::Update, Field::Enabled)?;
        let issued = self.create(self.new_key()).await?;
        self.revoke(&issued.key.id).await?;
        if let Ok(key) = self.update(&issued.key.id, UpdateApiKey::new().enabled(true)).await {
            ensure!(key.status != KeyStatus::Active, "a key that is revoked for good was enabled again");
        }
        ensure!(
            !self.is_live(&issued.secret).await?,
            "the secret of a key that is revoked for good authenticates"
        );
        Ok(())
    }
}
