//! Results of verification.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use api_keys_core::{ApiKey, InvalidReason, KeyId};
use hmac::{Hmac, KeyInit as _, Mac as _};
use moka::Expiry;
use moka::future::Cache as Moka;
use rand::TryRng as _;
use rand::rngs::SysRng;
use sha2::Sha256;

/// The name of a secret in the cache, from which the secret cannot be derived.
pub(crate) type Digest = [u8; 32];

/// Computes [`Digest`]s under a random key of this process.
#[derive(Clone)]
pub(crate) struct Hasher(Hmac<Sha256>);

impl Hasher {
    /// Creates a random key, or returns `None` if the operating system has no random bytes.
    pub(crate) fn new() -> Option<Self> {
        let mut key = [0; 32];
        SysRng.try_fill_bytes(&mut key).ok()?;
        Hmac::new_from_slice(&key).ok().map(Self)
    }

    pub(crate) fn digest(&self, secret: &str) -> Digest {
        self.0.clone().chain_update(secret).finalize().into_bytes().into()
    }
}

/// The result of a verification.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    Valid(Arc<ApiKey>),
    Invalid(InvalidReason),
}

/// A cached result.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) outcome: Outcome,
    /// The number of changes before the verification started.
    pub(crate) changes: u64,
    pub(crate) lifetime: Duration,
}

/// The number of groups of keys. A change invalidates the entries of a whole group.
const GROUPS: usize = 1024;

/// The changes to keys through this process.
///
/// A verification that started before a change may have read the old state, and may finish after it. Therefore entries
/// are not removed: an entry is valid if no change followed the start of its verification.
#[derive(Debug)]
pub(crate) struct Changes {
    count: AtomicU64,
    /// The number of the last change to a key of each group.
    groups: Box<[AtomicU64]>,
    hasher: RandomState,
}

impl Changes {
    pub(crate) fn new() -> Self {
        let groups = (0..GROUPS).map(|_| AtomicU64::new(0)).collect();
        Self { count: AtomicU64::new(0), groups, hasher: RandomState::new() }
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }

    /// Records a change that is complete.
    pub(crate) fn record(&self, id: &KeyId) {
        let number = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        self.group(id).fetch_max(number, Ordering::SeqCst);
    }

    pub(crate) fn is_valid(&self, entry: &Entry) -> bool {
        match &entry.outcome {
            Outcome::Valid(key) => self.group(&key.id).load(Ordering::SeqCst) <= entry.changes,
            // The id is unknown, so any change counts.
            Outcome::Invalid(_) => self.count() == entry.changes,
        }
    }

    fn group(&self, id: &KeyId) -> &AtomicU64 {
        // The remainder is less than 1024.
        &self.groups[(self.hasher.hash_one(id) % GROUPS as u64) as usize]
    }
}

pub(crate) type Cache = Moka<Digest, Entry>;

/// Creates a bounded cache whose entries have lifetimes of their own.
pub(crate) fn cache(capacity: u64) -> Cache {
    struct Lifetime;

    impl Expiry<Digest, Entry> for Lifetime {
        fn expire_after_create(&self, _: &Digest, entry: &Entry, _: Instant) -> Option<Duration> {
            Some(entry.lifetime)
        }

        fn expire_after_update(
            &self,
            _: &Digest,
            entry: &Entry,
            _: Instant,
            _: Option<Duration>,
        ) -> Option<Duration> {
            Some(entry.lifetime)
        }
    }

    Moka::builder().max_capacity(capacity).expire_after(Lifetime).build()
}
