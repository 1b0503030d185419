//! A provider with canned responses that records calls.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::fmt;
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};

use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Error, ErrorKind, InvalidReason, IssuedKey, KeyId, ListQuery,
    NewApiKey, Operation, Page, Result, Revocation, RevokeOptions, RotateOptions, SecretKey, Timestamp,
    UpdateApiKey, Verification,
};
use futures_util::FutureExt as _;

/// Returns the result of a call, which never waits.
pub(crate) fn run<F: Future>(call: F) -> F::Output {
    call.now_or_never().expect("completed")
}

pub(crate) fn id(text: &str) -> KeyId {
    KeyId::new(text).expect("an id")
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub(crate) fn key(id: &str) -> ApiKey {
    ApiKey::new(self::id(id))
}

pub(crate) fn error(kind: ErrorKind, operation: Operation) -> Error {
    Error::new(kind, "fake", operation)
}

/// Produces the result of `list`.
pub(crate) type List = dyn Fn(&ListQuery) -> Result<Page<ApiKey>> + Send + Sync;

pub(crate) struct Fake {
    pub(crate) capabilities: Capabilities,
    list: Box<List>,
    calls: Mutex<Vec<String>>,
    recorded: bool,
}

impl Fake {
    pub(crate) fn new(capabilities: Capabilities) -> Self {
        Self::listing(capabilities, |_| Ok(Page::complete(vec![key("listed")])))
    }

    pub(crate) fn listing(
        capabilities: Capabilities,
        list: impl Fn(&ListQuery) -> Result<Page<ApiKey>> + Send + Sync + 'static,
    ) -> Self {
        Self { capabilities, list: Box::new(list), calls: Mutex::default(), recorded: true }
    }

    /// Creates a provider that does not record calls.
    pub(crate) fn unrecorded(
        capabilities: Capabilities,
        list: impl Fn(&ListQuery) -> Result<Page<ApiKey>> + Send + Sync + 'static,
    ) -> Self {
        Self { recorded: false, ..Self::listing(capabilities, list) }
    }

    /// Returns the recorded calls.
    pub(crate) fn calls(&self) -> MutexGuard<'_, Vec<String>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a call. The ids `missing` and `broken` fail.
    fn record(&self, operation: Operation, id: Option<&KeyId>, detail: impl fmt::Debug) -> Result<()> {
        if self.recorded {
            self.calls().push(format!("{operation} {} {detail:?}", id.map_or("-", KeyId::as_str)));
        }
        match id.map(KeyId::as_str) {
            Some("missing") => Err(error(ErrorKind::NotFound, operation)),
            Some("broken") => Err(error(ErrorKind::Transport, operation)),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fake")
    }
}

#[async_trait::async_trait]
impl ApiKeyProvider for Fake {
    fn vendor(&self) -> &'static str {
        "fake"
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
        self.record(Operation::Create, None, &new)?;
        Ok(IssuedKey::new(key("created"), SecretKey::new("created-secret")))
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        self.record(Operation::Get, Some(id), ())?;
        Ok(ApiKey::new(id.clone()))
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        self.record(Operation::List, None, &query)?;
        (self.list)(&query)
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        self.record(Operation::Update, Some(id), &changes)?;
        Ok(key("updated"))
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        self.record(Operation::Revoke, Some(id), &options)?;
        Ok(Revocation::removed())
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        self.record(Operation::Delete, Some(id), ())
    }

    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
        self.record(Operation::Rotate, Some(id), &options)?;
        Ok(IssuedKey::new(key("rotated"), SecretKey::new("rotated-secret")))
    }

    async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
        self.record(Operation::Reveal, Some(id), ())?;
        Ok(SecretKey::new("revealed-secret"))
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        self.record(Operation::Verify, None, secret.expose())?;
        Ok(Verification::Invalid(InvalidReason::Other("fake".to_owned())))
    }
}
