//! Showing secrets again.

use api_keys_core::{ApiKeyProvider, ErrorKind, Operation};

use crate::context::Context;
use crate::stop::{Verdict, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn reveal_shows_the_issued_secret(&self) -> Verdict {
        self.needs(Operation::Reveal)?;
        self.room(2)?;
        let issued = self.create(self.new_key()).await?;
        // The one of the latest key is not meant.
        let _ = self.create(self.new_key()).await?;
        let revealed = self.provider.reveal(&issued.key.id).await?;
        ensure!(revealed.expose() == issued.secret.expose(), "another secret is revealed than was issued");
        Ok(())
    }

    pub(super) async fn reveal_shows_the_rotated_secret(&self) -> Verdict {
        self.needs(Operation::Reveal)?;
        self.needs(Operation::Rotate)?;
        let id = self.create(self.new_key()).await?.key.id;
        let rotated = self.rotate(&id).await?;
        let revealed = self.provider.reveal(&rotated.key.id).await?;
        ensure!(
            revealed.expose() == rotated.secret.expose(),
            "another secret is revealed than the rotated one"
        );
        Ok(())
    }

    pub(super) async fn reveal_of_an_unknown_id_is_not_found(&self) -> Verdict {
        self.needs(Operation::Reveal)?;
        let id = self.unknown_id().await?;
        let result = self.provider.reveal(&id).await;
        self.fails("an unknown id", Operation::Reveal, ErrorKind::NotFound, result)?;
        Ok(())
    }
}
