//! Results in Redis.

use std::time::Duration;

use api_keys_core::{ApiKey, Timestamp};
use serde::{Deserialize, Serialize};

use crate::digest::{Digest, Hasher};

/// The tolerated difference between the clocks of instances.
const SKEW: Duration = Duration::from_secs(10);

/// A valid result.
#[derive(Serialize, Deserialize)]
pub(super) struct Entry<K> {
    /// The time of the verification by the clock of its instance.
    verified_at: Timestamp,
    pub(super) key: K,
}

impl Entry<&ApiKey> {
    /// Serializes a result that starts with its authentication code, or returns `None` if the key is not JSON.
    pub(super) fn seal(
        hasher: &Hasher,
        name: &Digest,
        verified_at: Timestamp,
        key: &ApiKey,
    ) -> Option<Vec<u8>> {
        let json = serde_json::to_vec(&Entry { verified_at, key }).ok()?;
        Some([hasher.code(name, &json).as_bytes(), &*json].concat())
    }
}

impl Entry<ApiKey> {
    /// Parses a result. Returns `None` if it was not stored under this name by an instance of this fleet, or too long
    /// ago: the lifetime in Redis may have been changed.
    pub(super) fn open(hasher: &Hasher, name: &Digest, bytes: &[u8], lifetime: Duration) -> Option<Self> {
        let (code, json) = bytes.split_at_checked(blake3::OUT_LEN)?;
        // Compared in constant time.
        if hasher.code(name, json) != *code {
            return None;
        }
        let entry: Self = serde_json::from_slice(json).ok()?;
        let age = Timestamp::now().duration_since(entry.verified_at);
        let limit = lifetime.saturating_add(SKEW);
        let in_time = match Duration::try_from(age) {
            Ok(age) => age <= limit,
            Err(_) => age.unsigned_abs() <= SKEW,
        };
        in_time.then_some(entry)
    }
}
