//! Setting a [`Memory`] up.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api_keys_core::{Error, KeyId, Result, SecretKey, Timestamp};

use crate::file::KeyFile;
use crate::mint::Mint;
use crate::store::Store;
use crate::{Inner, Memory, VENDOR};

const DEFAULT_PAGE_SIZE: u32 = 100;

/// Sets up a [`Memory`]; see [`Memory::builder`]. Everything is optional.
#[must_use = "call `build`"]
pub struct MemoryBuilder {
    max_active: Option<u32>,
    page_size: u32,
    default_expiry: Option<Duration>,
    retain_secrets: bool,
    file: Option<PathBuf>,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    mint: Mint,
}

impl Default for MemoryBuilder {
    fn default() -> Self {
        Self {
            max_active: None,
            page_size: DEFAULT_PAGE_SIZE,
            default_expiry: None,
            retain_secrets: false,
            file: None,
            clock: Box::new(Timestamp::now),
            mint: Mint::default(),
        }
    }
}

impl MemoryBuilder {
    /// At most this many keys can be active at a time. Disabled, revoked and expired keys do not count.
    pub fn max_active(mut self, keys: u32) -> Self {
        self.max_active = Some(keys);
        self
    }

    /// The largest page, 100 unless said; larger ones are cut to it.
    pub fn page_size(mut self, keys: u32) -> Self {
        self.page_size = keys;
        self
    }

    /// How long a key lives that is created with [`Expiry::VendorDefault`](api_keys_core::Expiry::VendorDefault);
    /// for ever unless said.
    pub fn default_expiry(mut self, span: Duration) -> Self {
        self.default_expiry = Some(span);
        self
    }

    /// Whether secrets are kept and [`reveal`](api_keys_core::ApiKeyProvider::reveal) shows them again. Unless said,
    /// only their digests are. With a file, the secrets are in it, readable.
    pub fn retain_secrets(mut self, retain: bool) -> Self {
        self.retain_secrets = retain;
        self
    }

    /// Keeps the keys in this file: reads it if it exists, and replaces it as a whole on every change, so that
    /// a crash leaves either the old or the new one. Only its owner may read it (mode 0600).
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = Some(path.into());
        self
    }

    /// What time it is, for tests that do not want to wait.
    pub fn clock(mut self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Box::new(now);
        self
    }

    /// How ids are made. An id that is taken makes the create fail with
    /// [`Conflict`](api_keys_core::ErrorKind::Conflict).
    pub fn ids(mut self, id: impl Fn() -> KeyId + Send + Sync + 'static) -> Self {
        self.mint.id = Box::new(move || Ok(id()));
        self
    }

    /// How the secret of a new or rotated key is made. A secret that is in use makes the call fail with
    /// [`Conflict`](api_keys_core::ErrorKind::Conflict).
    pub fn secrets(mut self, secret: impl Fn(&KeyId) -> SecretKey + Send + Sync + 'static) -> Self {
        self.mint.secret = Box::new(move |id| Ok(secret(id)));
        self
    }

    /// Reads the file, if there is one.
    ///
    /// # Errors
    /// [`Configuration`](api_keys_core::ErrorKind::Configuration) when the file cannot be read or is not one of
    /// ours, when it does not exist and could not be made, or when a page would hold no key.
    pub fn build(mut self) -> Result<Memory> {
        if self.page_size == 0 {
            return Err(Error::configuration(VENDOR, "a page must hold at least one key"));
        }
        let store = match self.file.take() {
            None => Store::default(),
            Some(path) => {
                let (file, mut document) = KeyFile::open(path)?;
                if !self.retain_secrets {
                    document.forget_secrets();
                }
                Store::new(document, file)?
            }
        };
        Ok(self.with_store(store))
    }

    pub(crate) fn with_store(self, store: Store) -> Memory {
        Memory(Arc::new(Inner {
            max_active: self.max_active,
            page_size: self.page_size,
            default_expiry: self.default_expiry,
            retain_secrets: self.retain_secrets,
            clock: self.clock,
            mint: self.mint,
            store: Mutex::new(store),
        }))
    }
}

impl fmt::Debug for MemoryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryBuilder")
            .field("max_active", &self.max_active)
            .field("page_size", &self.page_size)
            .field("default_expiry", &self.default_expiry)
            .field("retain_secrets", &self.retain_secrets)
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}
