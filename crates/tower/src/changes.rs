//! Changes to keys.

use std::sync::atomic::{AtomicU64, Ordering};

use api_keys_core::KeyId;
use api_keys_core::defect::Defect;

use crate::cache::{Entry, Outcome};

/// The number of groups of keys.
const GROUPS: u16 = 1024;

/// A group of keys. A change to a key invalidates the results of all keys of its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Group(u16);

impl Group {
    /// Returns the group of a key, which is the same in all processes and versions of this crate.
    pub(crate) fn of(id: &KeyId) -> Self {
        let digest = *blake3::hash(id.as_str().as_bytes()).as_bytes();
        Self(u16::from_be_bytes([digest[0], digest[1]]) % GROUPS)
    }

    #[cfg(feature = "redis")]
    pub(crate) fn number(self) -> u16 {
        self.0
    }

    #[cfg(feature = "redis")]
    pub(crate) fn from_number(number: u16) -> Option<Self> {
        (number < GROUPS).then_some(Self(number))
    }
}

/// The changes to keys that this process knows.
///
/// A verification that started before a change may have read the old state, and may finish after it. Therefore entries
/// are not removed: an entry is current if no change followed the start of its verification.
#[derive(Debug)]
pub(crate) struct Changes {
    count: AtomicU64,
    /// The number of the last change to a key of each group.
    groups: Box<[AtomicU64]>,
}

impl Changes {
    pub(crate) fn new() -> Self {
        Self { count: AtomicU64::new(0), groups: (0..GROUPS).map(|_| AtomicU64::new(0)).collect() }
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }

    /// Records a change that is complete.
    pub(crate) fn record(&self, group: Group) {
        if Defect::CacheOutlivesChange.is_active() {
            return;
        }
        let number = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        self.groups[usize::from(group.0)].fetch_max(number, Ordering::SeqCst);
    }

    /// Records that any key may have changed.
    #[cfg(feature = "redis")]
    pub(crate) fn record_all(&self) {
        let number = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        for group in &self.groups {
            group.fetch_max(number, Ordering::SeqCst);
        }
    }

    /// Returns whether no change followed the start of the verification.
    pub(crate) fn is_current(&self, entry: &Entry) -> bool {
        match entry.outcome {
            Outcome::Valid(_, Group(group)) => {
                self.groups[usize::from(group)].load(Ordering::SeqCst) <= entry.changes
            }
            // The id is unknown, so any change counts.
            Outcome::Invalid(_) => self.count() == entry.changes,
        }
    }
}
