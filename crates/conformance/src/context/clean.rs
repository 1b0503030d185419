//! Removing the keys that checks leave.

use std::sync::atomic::Ordering;

use api_keys_core::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, Field, KeyId, ListQuery, Operation, Result,
};

use super::Context;

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    /// Removes what a check has left. Whatever cannot be removed stays noted.
    pub(crate) async fn clean_up(&self) {
        let held = self.held().clone();
        for id in held {
            let _ = self.remove(&id).await;
        }
        if self.lost.swap(false, Ordering::Relaxed) {
            for key in self.strays().await.unwrap_or_default() {
                let _ = self.remove(&key.id).await;
            }
        }
    }

    /// Keys of this run that still authenticate, by their names.
    pub(crate) async fn strays(&self) -> Result<Vec<ApiKey>> {
        if !self.provider.supports(Operation::List) {
            return Ok(Vec::new());
        }
        let mut keys = self.list(self.query()).await?;
        let other = self.options.other_owner.as_ref();
        if let Some(other) = other.filter(|_| self.takes(self.capabilities.list_fields, Field::Owner)) {
            keys.extend(self.list(ListQuery::new().owner(other)).await?);
        }
        keys.retain(|key| key.name.as_ref().is_some_and(|name| name.starts_with(&self.options.name_prefix)));
        Ok(keys)
    }

    /// The keys that could not be removed.
    pub(crate) fn left_over(&self) -> Vec<KeyId> {
        self.held().clone()
    }
}
