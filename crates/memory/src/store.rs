//! The stored keys and their indexes.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use api_keys_core::{Error, ErrorKind, KeyId, KeyStatus, Operation, Result, Timestamp};

use crate::error::{VENDOR, conflict};
use crate::record::{Digest, Record};

/// Keys by number, and numbers by id and by digest.
#[derive(Default, Clone)]
pub(crate) struct Store {
    /// The number of the next new key. Numbers are not reused, so a cursor never skips a key.
    next: u64,
    /// The keys in the order of creation.
    keys: BTreeMap<u64, Record>,
    by_id: HashMap<KeyId, u64>,
    by_digest: HashMap<Digest, u64>,
}

impl Store {
    /// Returns the key with an id, and its number.
    pub(crate) fn by_id(&self, id: &KeyId, operation: Operation) -> Result<(u64, &Record)> {
        self.at(self.by_id.get(id)).ok_or_else(|| Error::new(ErrorKind::NotFound, VENDOR, operation))
    }

    /// Returns the key with a current or replaced secret, and its number.
    pub(crate) fn by_digest(&self, digest: Digest) -> Option<(u64, &Record)> {
        self.at(self.by_digest.get(&digest))
    }

    fn at(&self, number: Option<&u64>) -> Option<(u64, &Record)> {
        let number = *number?;
        Some((number, self.keys.get(&number)?))
    }

    /// Returns the keys created after a number, or all keys, in the order of creation.
    pub(crate) fn after(&self, number: Option<u64>) -> impl Iterator<Item = (u64, &Record)> {
        let start = number.map_or(Bound::Unbounded, Bound::Excluded);
        self.keys.range((start, Bound::Unbounded)).map(|(&number, record)| (number, record))
    }

    /// Returns the number of active keys at a time.
    pub(crate) fn active(&self, now: Timestamp) -> usize {
        self.keys.values().filter(|record| record.status(now) == KeyStatus::Active).count()
    }

    /// Adds a key.
    pub(crate) fn add(&mut self, record: Record, operation: Operation) -> Result<()> {
        let number = self.next;
        self.next = number.checked_add(1).ok_or_else(|| {
            Error::new(ErrorKind::LimitReached, VENDOR, operation).with_message("key counter overflowed")
        })?;
        self.change(number, Some(record), operation)
    }

    /// Sets or removes the key with a number.
    pub(crate) fn change(&mut self, number: u64, record: Option<Record>, operation: Operation) -> Result<()> {
        if record.as_ref().is_some_and(|record| self.clashes(number, record)) {
            return Err(conflict(operation, "the generated id or secret already exists"));
        }
        self.put(number, record);
        Ok(())
    }

    /// Returns whether another key has the same id or secret.
    fn clashes(&self, number: u64, record: &Record) -> bool {
        let taken = |by: Option<&u64>| by.is_some_and(|&other| other != number);
        taken(self.by_id.get(&record.key.id))
            || record.digests().any(|digest| taken(self.by_digest.get(&digest)))
    }

    fn put(&mut self, number: u64, record: Option<Record>) {
        if let Some(before) = self.keys.remove(&number) {
            self.by_id.remove(&before.key.id);
            for digest in before.digests() {
                self.by_digest.remove(&digest);
            }
        }
        if let Some(record) = record {
            self.by_id.insert(record.key.id.clone(), number);
            self.by_digest.extend(record.digests().map(|digest| (digest, number)));
            self.keys.insert(number, record);
        }
    }
}
