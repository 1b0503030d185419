//! The ledger of all calls and their results.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use api_keys::{Effect, KeyId, NewApiKey, Operation, SecretKey, Timestamp};

use crate::call_id::CallId;

/// The result of a call, as reported to its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It succeeded.
    Done,
    /// It failed, and the vendor acted in this way.
    Failed(Effect),
    /// The future was dropped, so the effect is unknown.
    Dropped,
}

impl End {
    /// Returns whether the caller knows that it must check the effect.
    pub fn is_warning(self) -> bool {
        !matches!(self, Self::Done | Self::Failed(Effect::NotApplied))
    }
}

/// One call.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The operation.
    pub operation: Operation,
    /// The result.
    pub end: End,
    /// The duration.
    pub took: Duration,
}

/// The fate of a created key, as far as its caller knows.
#[derive(Debug, Clone)]
pub enum Fate {
    /// The caller has its secret.
    Held(SecretKey),
    /// The caller wanted to end it, and does not know whether it did.
    Ending,
    /// The caller has ended it.
    Ended,
}

/// The way in which the caller of a create received the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// The call returned it.
    Returned,
    /// Its secret was in the kept body of an error.
    Rescued,
    /// It was listed as an orphan, and revoked.
    Orphaned,
    /// The same, but only after the network had calmed down: the request had come late, or the recovery failed.
    OrphanedLate,
}

/// A create that its caller must not forget.
#[derive(Debug, Clone)]
pub struct Doubt {
    /// The call.
    pub call: CallId,
    /// The request.
    pub new: NewApiKey,
    /// The time.
    pub started: Timestamp,
}

#[derive(Debug, Default)]
struct Inner {
    entries: BTreeMap<CallId, Entry>,
    fates: BTreeMap<KeyId, Fate>,
    found: BTreeMap<CallId, Found>,
    doubts: Vec<Doubt>,
    doubtful_secrets: BTreeSet<KeyId>,
    rotated_again: u64,
    violations: Vec<String>,
}

/// The book of all calls to one server.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<Inner>);

impl Ledger {
    /// Enters a call that has ended.
    pub fn enter(&self, call: CallId, entry: Entry) {
        self.inner().entries.insert(call, entry);
    }

    /// Enters a promise that was broken.
    pub fn violation(&self, text: impl Into<String>) {
        self.inner().violations.push(text.into());
    }

    /// Enters what is broken unless it holds.
    pub fn check(&self, holds: bool, text: impl FnOnce() -> String) {
        if !holds {
            self.violation(text());
        }
    }

    /// Enters how the key of a create was found.
    pub fn found(&self, call: CallId, found: Found) {
        let before = self.inner().found.insert(call, found);
        self.check(before.is_none(), || format!("{call}: its key was found twice, {before:?} and {found:?}"));
    }

    /// Enters what a key has become.
    pub fn fate(&self, id: &KeyId, fate: Fate) {
        self.inner().fates.insert(id.clone(), fate);
    }

    /// Enters a create of which a key may yet come.
    pub fn doubt(&self, doubt: Doubt) {
        self.inner().doubts.push(doubt);
    }

    /// Enters a key whose secret may not be what its caller has: a rotation failed.
    pub fn doubt_secret(&self, id: &KeyId) {
        self.inner().doubtful_secrets.insert(id.clone());
    }

    /// Enters a rotation that was repeated to get a secret that is known.
    pub fn rotated_again(&self) {
        self.inner().rotated_again += 1;
    }

    /// The number of repeated rotations.
    pub fn rotations_repeated(&self) -> u64 {
        self.inner().rotated_again
    }

    /// All calls.
    pub fn entries(&self) -> BTreeMap<CallId, Entry> {
        self.inner().entries.clone()
    }

    /// All keys that a caller knows of.
    pub fn fates(&self) -> BTreeMap<KeyId, Fate> {
        self.inner().fates.clone()
    }

    /// The number of keys by the way they were received.
    pub fn all_found(&self) -> BTreeMap<CallId, Found> {
        self.inner().found.clone()
    }

    /// The creates of which a key may yet come.
    pub fn doubts(&self) -> Vec<Doubt> {
        self.inner().doubts.clone()
    }

    /// The keys whose secrets are not certain.
    pub fn doubtful_secrets(&self) -> BTreeSet<KeyId> {
        self.inner().doubtful_secrets.clone()
    }

    /// The promises that were broken.
    pub fn violations(&self) -> Vec<String> {
        self.inner().violations.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
