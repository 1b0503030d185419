//! `reveal`.

use api_keys_core::{ApiKeyProvider, Operation};

use crate::context::Context;
use crate::result::{CheckResult, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn reveal_returns_the_issued_secret(&self) -> CheckResult {
        self.require(Operation::Reveal)?;
        self.require_capacity(2)?;
        let issued = self.create(self.new_key()).await?;
        // A second key detects a provider that reveals the latest secret.
        let _ = self.create(self.new_key()).await?;
        let revealed = self.provider.reveal(&issued.key.id).await?;
        ensure!(revealed.expose() == issued.secret.expose(), "the revealed secret is not the issued one");
        Ok(())
    }

    pub(super) async fn reveal_returns_the_rotated_secret(&self) -> CheckResult {
        self.require(Operation::Reveal)?;
        self.require(Operation::Rotate)?;
        let id = self.create(self.new_key()).await?.key.id;
        let rotated = self.rotate(&id).await?;
        let revealed = self.provider.reveal(&rotated.key.id).await?;
        ensure!(revealed.expose() == rotated.secret.expose(), "the revealed secret is not the rotated one");
        Ok(())
    }

    pub(super) async fn reveal_of_unknown_id_is_not_found(&self) -> CheckResult {
        self.require(Operation::Reveal)?;
        let id = self.unknown_id().await?;
        let result = self.provider.reveal(&id).await;
        self.expect_not_found("a call with an unknown id", Operation::Reveal, result)
    }
}
