//! Results of verification.

use std::hash::BuildHasherDefault;
use std::sync::Arc;
use std::time::{Duration, Instant};

use api_keys_core::defect::Defect;
use api_keys_core::{ApiKey, InvalidReason, Timestamp};
use quick_cache::UnitWeighter;

use crate::changes::Group;
use crate::digest::{Digest, Uniform};

/// The result of a verification.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    Valid(Arc<ApiKey>, Group),
    Invalid(InvalidReason),
}

impl Outcome {
    pub(crate) fn valid(key: impl Into<Arc<ApiKey>>) -> Self {
        let key = key.into();
        let group = Group::of(&key.id);
        Self::Valid(key, group)
    }
}

/// Returns `lifetime`, or the time until the key expires if that is less.
pub(crate) fn remaining_lifetime(key: &ApiKey, lifetime: Duration) -> Duration {
    if Defect::CacheOutlivesKey.is_active() {
        return lifetime;
    }
    let rest = key.expiry.at().map(|end| end.duration_since(Timestamp::now()));
    rest.map_or(lifetime, |rest| Duration::try_from(rest).unwrap_or_default().min(lifetime))
}

/// A result with the time until which it can be used.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) outcome: Outcome,
    /// The number of changes before the verification started.
    pub(crate) changes: u64,
    expires: Instant,
}

/// The maximum lifetime of a result. Longer ones are shortened.
const MAXIMUM: Duration = Duration::from_secs(365 * 24 * 3600);

impl Entry {
    pub(crate) fn new(outcome: Outcome, changes: u64, lifetime: Duration) -> Self {
        Self { outcome, changes, expires: Instant::now() + lifetime.min(MAXIMUM) }
    }

    pub(crate) fn is_invalid(&self) -> bool {
        matches!(self.outcome, Outcome::Invalid(_))
    }

    pub(crate) fn has_expired(&self) -> bool {
        !Defect::CacheNeverExpires.is_active() && self.has_expired_for(Duration::ZERO)
    }

    /// Returns whether the result expired at least this time ago.
    pub(crate) fn has_expired_for(&self, time: Duration) -> bool {
        self.expires + time.min(MAXIMUM) <= Instant::now()
    }
}

/// A bounded cache. It contains expired entries until they are replaced.
pub(crate) type Cache = quick_cache::sync::Cache<Digest, Entry, UnitWeighter, BuildHasherDefault<Uniform>>;

/// Creates a cache.
pub(crate) fn cache(capacity: u64) -> Cache {
    /// The number of entries for which there is space from the start.
    const EXPECTED: usize = 10_000;
    let expected = usize::try_from(capacity).map_or(EXPECTED, |capacity| capacity.min(EXPECTED));
    Cache::with(expected, capacity, UnitWeighter, BuildHasherDefault::default(), Default::default())
}
