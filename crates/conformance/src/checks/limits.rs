//! The vendor's quota.

use api_keys_core::{ApiKeyProvider, ErrorKind, Operation};

use crate::context::Context;
use crate::stop::{Stop, Verdict, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn the_quota_is_reached_as_such_and_freed_by_revoke(&self) -> Verdict {
        self.needs(Operation::Create)?;
        let Some(most) = self.capabilities.max_active else {
            return Err(Stop::skipped("no quota is known beforehand"));
        };
        self.room(most)?;
        // There may be keys that are not of this run.
        let mut refused = None;
        let mut ids = Vec::new();
        for _ in 0..=most {
            match self.try_create(self.new_key()).await {
                Ok(issued) => ids.push(issued.key.id),
                error => {
                    refused = Some(error);
                    break;
                }
            }
        }
        let Some(refused) = refused else {
            return Err(Stop::failed(format!("{most} keys can be active, and {} were minted", ids.len())));
        };
        let error = self.fails("one key too many", Operation::Create, ErrorKind::LimitReached, refused)?;
        ensure!(!error.is_retryable(), "a quota is not freed by waiting");

        self.needs(Operation::Revoke)?;
        let Some(id) = ids.first() else {
            return Err(Stop::failed("there is no room for any key of this run"));
        };
        self.revoke(id).await?;
        let _ = self.create(self.new_key()).await?;
        Ok(())
    }
}
