//! The provider and its builder.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use api_keys_core::{Error, KeyId, Result, SecretKey, Timestamp};

use crate::error::VENDOR;
use crate::generator::Generator;
use crate::store::Store;

const DEFAULT_PAGE_SIZE: u32 = 100;

/// An in-process provider. Clones share the keys.
///
/// Every call is atomic, and a future that is dropped has either not started or is complete.
///
/// The cost of an operation does not depend on the number of keys, with two exceptions:
/// - A list with a [`search`](api_keys_core::ListQuery::search) compares names until its page is complete. The
///   [`total`](api_keys_core::Page::total) of such a page is `None`.
/// - After a change of the time, in either direction, the keys that expire between both times are visited once.
#[derive(Clone)]
pub struct Memory(pub(crate) Arc<Inner>);

/// A copy of the keys of a [`Memory`].
#[derive(Clone)]
pub struct Snapshot(Store);

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Snapshot(..)")
    }
}

pub(crate) struct Inner {
    pub(crate) settings: Settings,
    pub(crate) generator: Generator,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    store: Mutex<Store>,
}

#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) max_active: Option<u32>,
    pub(crate) page_size: u32,
    pub(crate) default_expiry: Option<Duration>,
    pub(crate) retain_secrets: bool,
}

impl Memory {
    /// Creates a provider without keys and limits.
    pub fn new() -> Self {
        MemoryBuilder::default().with_store(Store::default())
    }

    /// Creates a builder.
    pub fn builder() -> MemoryBuilder {
        MemoryBuilder::default()
    }

    /// Returns a copy of all keys, for tests of applications whose server loses writes.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.store().clone())
    }

    /// Replaces all keys by those of a snapshot.
    pub fn restore(&self, snapshot: Snapshot) {
        *self.store() = snapshot.0;
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    /// Locks the keys. A poisoned lock is safe to use: the caller's clock and generators, which may panic, run before
    /// the lock is acquired.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.0.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}

/// A builder for [`Memory`]. All settings are optional.
#[must_use = "call `build`"]
pub struct MemoryBuilder {
    settings: Settings,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    generator: Generator,
}

impl Default for MemoryBuilder {
    fn default() -> Self {
        let settings = Settings {
            max_active: None,
            page_size: DEFAULT_PAGE_SIZE,
            default_expiry: None,
            retain_secrets: false,
        };
        Self { settings, clock: Box::new(Timestamp::now), generator: Generator::default() }
    }
}

impl MemoryBuilder {
    /// Sets the maximum number of active keys. Disabled, revoked and expired keys do not count.
    pub fn max_active(mut self, keys: u32) -> Self {
        self.settings.max_active = Some(keys);
        self
    }

    /// Sets the maximum page size. The default is 100.
    pub fn page_size(mut self, keys: u32) -> Self {
        self.settings.page_size = keys;
        self
    }

    /// Sets the lifetime of keys created with [`Expiry::VendorDefault`](api_keys_core::Expiry::VendorDefault). By
    /// default they do not expire.
    pub fn default_expiry(mut self, lifetime: Duration) -> Self {
        self.settings.default_expiry = Some(lifetime);
        self
    }

    /// Sets whether secrets are stored and can be [revealed](api_keys_core::ApiKeyProvider::reveal). By default only
    /// their digests are stored.
    pub fn retain_secrets(mut self, retain: bool) -> Self {
        self.settings.retain_secrets = retain;
        self
    }

    /// Sets the clock.
    pub fn clock(mut self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Box::new(now);
        self
    }

    /// Sets the generator of ids. A create with an existing id fails with
    /// [`Conflict`](api_keys_core::ErrorKind::Conflict).
    pub fn ids(mut self, id: impl Fn() -> KeyId + Send + Sync + 'static) -> Self {
        self.generator.id = Box::new(move || Ok(id()));
        self
    }

    /// Sets the generator of secrets for new and rotated keys. A call with an existing secret fails with
    /// [`Conflict`](api_keys_core::ErrorKind::Conflict).
    pub fn secrets(mut self, secret: impl Fn(&KeyId) -> SecretKey + Send + Sync + 'static) -> Self {
        self.generator.secret = Box::new(move |id| Ok(secret(id)));
        self
    }

    /// Builds the provider.
    ///
    /// # Errors
    /// Returns [`Configuration`](api_keys_core::ErrorKind::Configuration) if the page size is 0.
    pub fn build(self) -> Result<Memory> {
        if self.settings.page_size == 0 {
            return Err(Error::configuration(VENDOR, "the page size must be at least 1"));
        }
        Ok(self.with_store(Store::default()))
    }

    fn with_store(self, store: Store) -> Memory {
        let Self { settings, clock, generator } = self;
        Memory(Arc::new(Inner { settings, generator, clock, store: Mutex::new(store) }))
    }
}

impl fmt::Debug for MemoryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryBuilder").field("settings", &self.settings).finish_non_exhaustive()
    }
}
