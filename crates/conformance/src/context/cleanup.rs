//! Removal of the keys that checks create.

use std::sync::atomic::Ordering;

use api_keys_core::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, Field, KeyId, ListQuery, Operation, Result,
};

use super::Context;

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    /// Removes the keys of a check. Keys that cannot be removed remain tracked.
    pub(crate) async fn clean_up(&self) {
        for id in self.tracked_ids() {
            let _ = self.remove(&id).await;
        }
        if self.unknown_keys.swap(false, Ordering::Relaxed) {
            match self.find_remaining().await {
                Ok(keys) => {
                    for key in keys {
                        self.track_id(&key.id);
                        let _ = self.remove(&key.id).await;
                    }
                }
                Err(_) => self.expect_unknown_key(),
            }
        }
    }

    /// Returns whether too many keys could not be removed to create others.
    pub(crate) fn is_exhausted(&self) -> bool {
        let limit = self.options.max_keys.max(1) as usize;
        self.tracked_ids().len() >= limit || self.unknown_keys.load(Ordering::Relaxed)
    }

    /// Returns the active keys of this run, by their names.
    pub(crate) async fn find_remaining(&self) -> Result<Vec<ApiKey>> {
        if !self.provider.supports(Operation::List) {
            return Ok(Vec::new());
        }
        let mut keys = self.list(self.query()).await?;
        let other = self.options.other_owner.as_ref();
        if let Some(other) = other.filter(|_| self.usable(self.capabilities.list_fields, Field::Owner)) {
            keys.extend(self.list(ListQuery::new().owner(other)).await?);
        }
        keys.retain(|key| key.name.as_ref().is_some_and(|name| name.starts_with(&self.options.name_prefix)));
        Ok(keys)
    }

    /// Returns the ids of keys that have not been removed.
    pub(crate) fn tracked_ids(&self) -> Vec<KeyId> {
        self.tracked().clone()
    }
}
