//! A provider that invalidates cached results.

use std::sync::Arc;

use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, IssuedKey, KeyId, ListQuery, NewApiKey, Page, Result, Revocation,
    RevokeOptions, RotateOptions, SecretKey, UpdateApiKey, Verification,
};
use async_trait::async_trait;

use crate::cache::Changes;

/// Forwards calls, and records changes to keys.
#[derive(Debug)]
pub(crate) struct Invalidating {
    provider: Arc<dyn ApiKeyProvider>,
    changes: Arc<Changes>,
}

/// Records a change when the call ends, even if it failed or was dropped: it may have been applied.
struct Recorded<'a> {
    changes: &'a Changes,
    id: &'a KeyId,
}

impl Drop for Recorded<'_> {
    fn drop(&mut self) {
        self.changes.record(self.id);
    }
}

impl Invalidating {
    pub(crate) fn new(provider: Arc<dyn ApiKeyProvider>, changes: Arc<Changes>) -> Self {
        Self { provider, changes }
    }

    fn recorded<'a>(&'a self, id: &'a KeyId) -> Recorded<'a> {
        Recorded { changes: &self.changes, id }
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
        let _recorded = self.recorded(id);
        self.provider.update(id, changes).await
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        let _recorded = self.recorded(id);
        self.provider.revoke(id, options).await
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        let _recorded = self.recorded(id);
        self.provider.delete(id).await
    }

    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
        let _recorded = self.recorded(id);
        self.provider.rotate(id, options).await
    }

    async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
        self.provider.reveal(id).await
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        self.provider.verify(secret).await
    }
}
