//! The ledger of all calls and their results.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use api_keys::{ApiKey, Effect, KeyId, NewApiKey, Operation, SecretKey, Timestamp};

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
    /// The caller tried to end it, with an unknown result.
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
    /// The same, but only after the faults ended: the request arrived late, or the recovery failed.
    OrphanedLate,
}

/// A create with an unknown effect.
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
    rolled_back: BTreeSet<KeyId>,
    lost_creates: BTreeSet<CallId>,
    loses_keys: bool,
    violations: Vec<String>,
}

/// The ledger of all calls to one server.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<Inner>);

impl Ledger {
    /// Records a completed call.
    pub fn enter(&self, call: CallId, entry: Entry) {
        self.inner().entries.insert(call, entry);
    }

    /// Records a violation.
    pub fn violation(&self, text: impl Into<String>) {
        self.inner().violations.push(text.into());
    }

    /// Records a violation unless the condition is true.
    pub fn check(&self, holds: bool, text: impl FnOnce() -> String) {
        if !holds {
            self.violation(text());
        }
    }

    /// Records the way in which the key of a create was received.
    pub fn found(&self, call: CallId, found: Found) {
        let before = self.inner().found.insert(call, found);
        self.check(before.is_none(), || format!("{call}: its key was found twice, {before:?} and {found:?}"));
    }

    /// Records the fate of a key.
    pub fn fate(&self, id: &KeyId, fate: Fate) {
        self.inner().fates.insert(id.clone(), fate);
    }

    /// Records a create with an unknown effect.
    pub fn doubt(&self, doubt: Doubt) {
        self.inner().doubts.push(doubt);
    }

    /// Records a key with a doubtful secret, because a rotation failed.
    pub fn doubt_secret(&self, id: &KeyId) {
        self.inner().doubtful_secrets.insert(id.clone());
    }

    /// Records a rotation that was repeated to obtain a known secret.
    pub fn rotated_again(&self) {
        self.inner().rotated_again += 1;
    }

    /// Returns the number of repeated rotations.
    pub fn rotations_repeated(&self) -> u64 {
        self.inner().rotated_again
    }

    /// Records a key of which the server lost acknowledged writes, so that nobody knows its state.
    pub(crate) fn rolled_back(&self, key: &ApiKey) {
        let mut inner = self.inner();
        inner.rolled_back.insert(key.id.clone());
        inner.lost_creates.extend(key.name.as_deref().and_then(CallId::of_key));
    }

    /// Returns whether the server lost writes of a key.
    pub fn is_rolled_back(&self, id: &KeyId) -> bool {
        self.inner().rolled_back.contains(id)
    }

    /// Returns whether the server lost writes of the key that a call created.
    pub fn is_lost(&self, call: CallId) -> bool {
        self.inner().lost_creates.contains(&call)
    }

    /// Records that keys may be missing for another reason than a call of their holder.
    pub(crate) fn expect_lost_keys(&self) {
        self.inner().loses_keys = true;
    }

    /// Returns whether keys may be missing for another reason than a call of their holder.
    pub fn loses_keys(&self) -> bool {
        let inner = self.inner();
        inner.loses_keys || !inner.rolled_back.is_empty()
    }

    /// Returns all calls.
    pub fn entries(&self) -> BTreeMap<CallId, Entry> {
        self.inner().entries.clone()
    }

    /// Returns all keys that a caller knows.
    pub fn fates(&self) -> BTreeMap<KeyId, Fate> {
        self.inner().fates.clone()
    }

    /// Returns the number of keys by the way in which they were received.
    pub fn all_found(&self) -> BTreeMap<CallId, Found> {
        self.inner().found.clone()
    }

    /// Returns the creates with an unknown effect.
    pub fn doubts(&self) -> Vec<Doubt> {
        self.inner().doubts.clone()
    }

    /// Returns the keys with doubtful secrets.
    pub fn doubtful_secrets(&self) -> BTreeSet<KeyId> {
        self.inner().doubtful_secrets.clone()
    }

    /// Returns the violations.
    pub fn violations(&self) -> Vec<String> {
        self.inner().violations.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
