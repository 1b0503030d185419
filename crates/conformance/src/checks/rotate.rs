//! New secrets for old keys.

use api_keys_core::{ApiKeyProvider, ErrorKind, Operation};

use crate::context::Context;
use crate::stop::{Verdict, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn rotate_keeps_the_id_as_capabilities_say(&self) -> Verdict {
        self.needs(Operation::Rotate)?;
        let id = self.create(self.new_key()).await?.key.id;
        let rotated = self.rotate(&id).await?.key.id;
        let keeps = self.capabilities.rotate_keeps_id;
        ensure!(
            (rotated == id) == keeps,
            "whether the id is kept should be {keeps}: it was {id}, and is {rotated}"
        );
        ensure!(self.read(&rotated).await?.id == rotated, "another key is read by the id of the rotated one");
        Ok(())
    }

    pub(super) async fn rotate_mints_another_secret(&self) -> Verdict {
        self.needs(Operation::Rotate)?;
        let issued = self.create(self.new_key()).await?;
        let rotated = self.rotate(&issued.key.id).await?;
        ensure!(!rotated.secret.expose().trim().is_empty(), "the new secret is blank");
        ensure!(rotated.secret.expose() != issued.secret.expose(), "the new secret is the old one");
        ensure!(self.is_live(&rotated.secret).await?, "the new secret does not authenticate");
        Ok(())
    }

    pub(super) async fn rotate_kills_the_old_secret(&self) -> Verdict {
        self.needs(Operation::Rotate)?;
        let issued = self.create(self.new_key()).await?;
        ensure!(self.is_live(&issued.secret).await?, "the secret is dead before it is rotated");
        let _ = self.rotate(&issued.key.id).await?;
        ensure!(!self.is_live(&issued.secret).await?, "the old secret still authenticates");
        Ok(())
    }

    pub(super) async fn rotate_keeps_the_rest(&self) -> Verdict {
        self.needs(Operation::Rotate)?;
        let id = self.create(self.full_key()).await?.key.id;
        let before = self.read(&id).await?;
        let rotated = self.rotate(&id).await?.key;
        let after = self.read(&rotated.id).await?;
        let except: &[&str] = match self.capabilities.rotate_keeps_id {
            true => &["hint"],
            false => &["hint", "id", "created_at"],
        };
        let unlike = self.unlike(&before, &after, except);
        ensure!(unlike.is_empty(), "more than the secret changed: {}", unlike.join(", "));
        let lost = self.lost(&rotated, &after, &[]);
        ensure!(lost.is_empty(), "the answer and a later reading do not tell alike: {}", lost.join(", "));
        Ok(())
    }

    /// As a caller does who lost the first answer: the last one holds.
    pub(super) async fn rotate_can_be_repeated(&self) -> Verdict {
        self.needs(Operation::Rotate)?;
        let id = self.create(self.new_key()).await?.key.id;
        let first = self.rotate(&id).await?;
        let second = self.rotate(&first.key.id).await?;
        ensure!(!self.is_live(&first.secret).await?, "the secret of the first rotation still authenticates");
        ensure!(
            self.is_live(&second.secret).await?,
            "the secret of the second rotation does not authenticate"
        );
        Ok(())
    }

    pub(super) async fn a_rotated_key_can_be_revoked(&self) -> Verdict {
        self.needs(Operation::Rotate)?;
        self.needs(Operation::Revoke)?;
        let id = self.create(self.new_key()).await?.key.id;
        let rotated = self.rotate(&id).await?;
        self.revoke(&rotated.key.id).await?;
        ensure!(!self.is_live(&rotated.secret).await?, "the rotated secret of a revoked key authenticates");
        Ok(())
    }

    pub(super) async fn rotate_of_an_unknown_id_is_not_found(&self) -> Verdict {
        self.needs(Operation::Rotate)?;
        let id = self.unknown_id().await?;
        let result = self.rotate(&id).await;
        self.fails("an unknown id", Operation::Rotate, ErrorKind::NotFound, result)?;
        Ok(())
    }
}
