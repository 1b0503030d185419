//! The interface of the databases.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use api_keys_core::{ApiKey, KeyExpiry, KeyId, KeyStatus, ListQuery, Operation, Result, Timestamp};
use async_trait::async_trait;

use crate::event::{Event, EventQuery};
use crate::record::{Decide, NewRecord, Record, parse_status};
use crate::secret::digest::Digest;

/// A database of keys.
///
/// Every method is atomic. An error has [`Effect::NotApplied`](api_keys_core::Effect::NotApplied) unless the commit may
/// have succeeded.
#[async_trait]
pub(crate) trait Store: fmt::Debug + Send + Sync {
    /// Connects, and creates or upgrades the schema.
    async fn connect(&self) -> Result<()>;

    /// Inserts all keys or none, and returns them.
    async fn insert(
        &self,
        keys: Arc<[NewRecord]>,
        actor: Option<Arc<str>>,
        operation: Operation,
    ) -> Result<Vec<ApiKey>>;

    /// Returns the key with an id.
    async fn get(&self, id: &KeyId) -> Result<Option<(Record, Timestamp)>>;

    /// Returns the key with a valid secret that has one of the digests.
    async fn find(&self, digests: Vec<Digest>) -> Result<Option<Match>>;

    /// Returns up to `limit` keys after a number, in the order of creation, and the time.
    async fn page(&self, query: ListQuery, after: i64, limit: u32) -> Result<(Vec<Record>, Timestamp)>;

    /// Changes a key under a lock. Returns the changed key, or the unchanged one, and the time.
    async fn change(
        &self,
        id: &KeyId,
        decide: Arc<Decide>,
        actor: Option<Arc<str>>,
        operation: Operation,
    ) -> Result<(ApiKey, Timestamp)>;

    /// Decrements the remaining uses of an active key and returns them, or `None` if there are none.
    async fn consume(&self, number: i64) -> Result<Option<i64>>;

    /// Records uses.
    async fn record_uses(&self, uses: Vec<Use>) -> Result<()>;

    /// Returns events before a number with their numbers, the latest first.
    async fn events(&self, query: EventQuery, before: i64, limit: u32) -> Result<Vec<(i64, Event)>>;
}

/// A key found by a digest.
pub(crate) struct Match {
    pub(crate) number: i64,
    pub(crate) digest: Digest,
    /// The status at the time of the call.
    pub(crate) status: KeyStatus,
    /// The key, if it is active. Otherwise it is not read, so that an inactive key takes as long as an unknown one.
    pub(crate) key: Option<ApiKey>,
    pub(crate) now: Timestamp,
}

/// The keys whose rows are read for unknown secrets, so that these take as long as known ones.
#[derive(Debug, Clone, Default)]
pub(crate) struct Decoys {
    /// The greatest number of a key that was verified.
    latest: Arc<AtomicI64>,
}

impl Decoys {
    /// Returns the number of a key.
    pub(crate) fn of(&self, digest: &Digest) -> i64 {
        let [a, b, c, d, ..] = digest.0;
        1 + i64::from(u32::from_le_bytes([a, b, c, d])) % self.latest.load(Ordering::Relaxed).max(1)
    }

    pub(crate) fn found(&self, key: Option<&Match>) {
        if let Some(key) = key {
            self.latest.fetch_max(key.number, Ordering::Relaxed);
        }
    }
}

/// Returns the status of a key and a secret at a time, or `None` if the secret is no longer valid.
pub(crate) fn match_status(
    status: &str,
    expires_at: Option<Timestamp>,
    valid_until: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<KeyStatus>, &'static str> {
    let status = parse_status(status)?;
    let expiry = expires_at.map_or(KeyExpiry::Never, KeyExpiry::At);
    Ok(valid_until.is_none_or(|until| now < until).then(|| status.at(expiry, now)))
}

/// A use of a key.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    pub(crate) number: i64,
    pub(crate) at: Timestamp,
    /// The digest under which the secret was found, and the current one that replaces it.
    pub(crate) digest: Option<(Digest, Digest)>,
}
