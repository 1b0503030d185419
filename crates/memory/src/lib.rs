//! API keys in memory, optionally kept in one JSON file: an [`ApiKeyProvider`] without a vendor.
//!
//! For tests, for small tools, and as the reference of what the trait means: every operation is native and every
//! field is honoured.
//!
//! ```
//! use api_keys_core::{ApiKeyProvider, NewApiKey, RevokeOptions, Verification};
//! use api_keys_memory::Memory;
//!
//! # async fn example() -> api_keys_core::Result<()> {
//! let keys = Memory::new();
//! let issued = keys.create(NewApiKey::new("ci").scopes(["deploy"])).await?;
//! assert!(matches!(keys.verify(&issued.secret).await?, Verification::Valid(_)));
//!
//! keys.revoke(&issued.key.id, RevokeOptions::new().reason("leaked")).await?;
//! assert!(matches!(keys.verify(&issued.secret).await?, Verification::Invalid(_)));
//! # Ok(()) }
//! # futures_util::FutureExt::now_or_never(example()).unwrap().unwrap();
//! ```
//!
//! # Secrets
//! Only the SHA-256 digest of a secret is kept, unless [`MemoryBuilder::retain_secrets`] says otherwise. A plain
//! digest is enough for secrets of 256 random bits, as minted here; it does not protect guessable ones from
//! [`MemoryBuilder::secrets`].
//!
//! # Further fields
//! [`extra`](api_keys_core::ApiKey::extra) is kept as it is given; an update sets the names that it holds and keeps
//! the others. Two names have a meaning:
//! - `remaining`: how many times the key may still be used, a whole number. Each good
//!   [`verify`](ApiKeyProvider::verify) takes one away; at 0 the key is
//!   [`QuotaExceeded`](api_keys_core::InvalidReason::QuotaExceeded). `null` means no such limit.
//! - `revocation_reason`: what [`RevokeOptions::reason`](api_keys_core::RevokeOptions::reason) said.
//!
//! # The file
//! With [`MemoryBuilder::file`], a call returns only after its change is in the file, so calls that change
//! something (a good `verify` does: it notes the time) block their thread for the length of a disk write. A file
//! belongs to one [`Memory`] and its clones at a time; two processes would overwrite each other's changes.

mod builder;
mod file;
mod mint;
mod provider;
mod record;
mod store;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[cfg(doc)]
use api_keys_core::ApiKeyProvider;
use api_keys_core::Timestamp;

pub use builder::MemoryBuilder;

use mint::Mint;
use store::Store;

const VENDOR: &str = "memory";

/// API keys in memory. Clones share the keys.
///
/// Every call is one step: others see all of it or nothing, and a future that is dropped has either not begun or
/// is done.
#[derive(Clone)]
pub struct Memory(Arc<Inner>);

struct Inner {
    max_active: Option<u32>,
    page_size: u32,
    default_expiry: Option<std::time::Duration>,
    retain_secrets: bool,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    mint: Mint,
    store: Mutex<Store>,
}

impl Memory {
    /// No keys yet, nothing limited, nothing in a file.
    pub fn new() -> Self {
        MemoryBuilder::default().with_store(Store::default())
    }

    /// To choose otherwise.
    pub fn builder() -> MemoryBuilder {
        MemoryBuilder::default()
    }

    fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    /// The keys, for one step. A panic elsewhere cannot have left them half changed: what may panic, the caller's
    /// clock and mints, runs before the lock is taken.
    fn store(&self) -> MutexGuard<'_, Store> {
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
        f.debug_struct("Memory")
            .field("max_active", &self.0.max_active)
            .field("page_size", &self.0.page_size)
            .field("default_expiry", &self.0.default_expiry)
            .field("retain_secrets", &self.0.retain_secrets)
            .finish_non_exhaustive()
    }
}

/// The example in the README is compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
