//! A small provider that does what a test says, and writes down what it was asked.
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

/// The outcome of a call; the fake never waits.
pub(crate) fn run<F: Future>(call: F) -> F::Output {
    call.now_or_never().expect("the fake answers at once")
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

/// What the fake answers to a listing.
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

    /// Writes nothing down.
    pub(crate) fn unrecorded(
        capabilities: Capabilities,
        list: impl Fn(&ListQuery) -> Result<Page<ApiKey>> + Send + Sync + 'static,
    ) -> Self {
        Self { recorded: false, ..Self::listing(capabilities, list) }
    }

    /// What was asked so far.
    pub(crate) fn calls(&self) -> MutexGuard<'_, Vec<String>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a call down; ids that are called after a failure fail so.
    fn note(&self, operation: Operation, id: Option<&KeyId>, detail: impl fmt::Debug) -> Result<()> {
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
        self.note(Operation::Create, None, &new)?;
        Ok(IssuedKey::new(key("created"), SecretKey::new("created-secret")))
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        self.note(Operation::Get, Some(id), ())?;
        Ok(ApiKey::new(id.clone()))
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        self.note(Operation::List, None, &query)?;
        (self.list)(&query)
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        self.note(Operation::Update, Some(id), &changes)?;
        Ok(key("updated"))
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        self.note(Operation::Revoke, Some(id), &options)?;
        Ok(Revocation::removed())
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        self.note(Operation::Delete, Some(id), ())
    }

    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
        self.note(Operation::Rotate, Some(id), &options)?;
        Ok(IssuedKey::new(key("rotated"), SecretKey::new("rotated-secret")))
    }

    async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
        self.note(Operation::Reveal, Some(id), ())?;
        Ok(SecretKey::new("revealed-secret"))
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        self.note(Operation::Verify, None, secret.expose())?;
        Ok(Verification::Invalid(InvalidReason::Other("fake".to_owned())))
    }
}
