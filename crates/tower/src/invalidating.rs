//! A provider that invalidates cached results.

use std::fmt;
use std::sync::Arc;

use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, IssuedKey, KeyId, ListQuery, NewApiKey, Page, Result, Revocation,
    RevokeOptions, RotateOptions, SecretKey, UpdateApiKey, Verification,
};
use async_trait::async_trait;

use crate::changes::{Changes, Group};
use crate::fleet::Tier;

/// Forwards calls, and records changes to keys.
pub(crate) struct Invalidating {
    provider: Arc<dyn ApiKeyProvider>,
    changes: Arc<Changes>,
    tier: Option<Arc<Tier>>,
}

/// Records a change when the call ends, even if it failed or was dropped: it may have been applied.
struct Recorded<'a> {
    provider: &'a Invalidating,
    group: Group,
}

impl Drop for Recorded<'_> {
    fn drop(&mut self) {
        self.provider.changes.record(self.group);
        if let Some(tier) = &self.provider.tier {
            tier.record(self.group);
        }
    }
}

impl Invalidating {
    pub(crate) fn new(
        provider: Arc<dyn ApiKeyProvider>,
        changes: Arc<Changes>,
        tier: Option<Arc<Tier>>,
    ) -> Self {
        Self { provider, changes, tier }
    }

    /// Runs a call that changes a key.
    async fn change<T>(&self, id: &KeyId, call: impl Future<Output = Result<T>>) -> Result<T> {
        let recorded = Recorded { provider: self, group: Group::of(id) };
        let result = call.await;
        drop(recorded);
        if let Some(tier) = &self.tier {
            tier.publish().await;
        }
        result
    }
}

impl fmt::Debug for Invalidating {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Invalidating").field(&self.provider).finish()
    }
}

#[async_trait]
impl ApiKeyProvider for Invalidating {
    fn vendor(&self) -> &'static str {
        self.provider.vendor()
    }

    fn capabilities(&self) -> Capabilities {
        self.provider.capabilities()
    }

    async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
        self.provider.create(new).await
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        self.provider.get(id).await
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        self.provider.list(query).await
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        self.change(id, self.provider.update(id, changes)).await
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        self.change(id, self.provider.revoke(id, options)).await
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        self.change(id, self.provider.delete(id)).await
    }

    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
        self.change(id, self.provider.rotate(id, options)).await
    }

    async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
        self.provider.reveal(id).await
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        self.provider.verify(secret).await
    }
}
