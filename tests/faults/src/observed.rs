//! A provider whose calls are recorded in the ledger.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use api_keys::{
    ApiKey, ApiKeyProvider, Capabilities, IssuedKey, KeyId, ListQuery, NewApiKey, Operation, Page, Result,
    Revocation, RevokeOptions, RotateOptions, SecretKey, UpdateApiKey, Verification,
};
use async_trait::async_trait;
use tokio::time::Instant;

use crate::call_id::CallId;
use crate::judge::judge;
use crate::ledger::{End, Entry};
use crate::record::Record;
use crate::world::World;

/// A provider whose calls are recorded in the ledger of a world and judged. Calls can be dropped.
#[derive(Debug)]
pub(crate) struct Observed {
    world: Arc<World>,
    provider: Arc<dyn ApiKeyProvider>,
    worker: u32,
    calls: AtomicU32,
}

/// A call that has not ended, and is recorded as dropped unless it does.
struct Pending<'a> {
    world: &'a World,
    call: CallId,
    operation: Operation,
    started: Instant,
    ended: bool,
}

impl Pending<'_> {
    fn end(&mut self, end: End) {
        let (operation, took) = (self.operation, self.started.elapsed());
        self.ended = true;
        self.world.ledger.enter(self.call, Entry { operation, end, took });
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.end(End::Dropped);
        }
    }
}

impl Observed {
    /// Wraps a provider of a caller with a unique number.
    pub(crate) fn new(world: Arc<World>, provider: Arc<dyn ApiKeyProvider>, worker: u32) -> Self {
        Self { world, provider, worker, calls: AtomicU32::new(0) }
    }

    /// Returns the number of calls so far.
    pub(crate) fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    async fn observe<T: Debug>(
        &self,
        operation: Operation,
        future: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let call = CallId::new(self.worker, self.calls.fetch_add(1, Ordering::Relaxed));
        let started = Instant::now();
        let mut pending = Pending { world: &self.world, call, operation, started, ended: false };
        let result = call.within(future).await;
        pending.end(match &result {
            Ok(_) => End::Done,
            Err(error) => End::Failed(error.effect()),
        });
        judge(&self.world, call, operation, result.as_ref(), started.elapsed());
        result
    }

    async fn issue(
        &self,
        operation: Operation,
        future: impl Future<Output = Result<IssuedKey>>,
    ) -> Result<IssuedKey> {
        let issued = self.observe(operation, future).await?;
        Record::get().secret(issued.secret.expose());
        Ok(issued)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl ApiKeyProvider for Observed {
    fn vendor(&self) -> &'static str {
        self.provider.vendor()
    }

    fn capabilities(&self) -> Capabilities {
        self.provider.capabilities()
    }

    async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
        self.issue(Operation::Create, self.provider.create(new)).await
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        self.observe(Operation::Get, self.provider.get(id)).await
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        self.observe(Operation::List, self.provider.list(query)).await
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        self.observe(Operation::Update, self.provider.update(id, changes)).await
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        self.observe(Operation::Revoke, self.provider.revoke(id, options)).await
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        self.observe(Operation::Delete, self.provider.delete(id)).await
    }

    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
        self.issue(Operation::Rotate, self.provider.rotate(id, options)).await
    }

    async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
        self.observe(Operation::Reveal, self.provider.reveal(id)).await
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        self.observe(Operation::Verify, self.provider.verify(secret)).await
    }
}
