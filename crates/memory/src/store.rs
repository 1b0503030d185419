//! The stored keys and their indexes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound::{Excluded, Included, Unbounded};

use api_keys_core::{Error, ErrorKind, KeyId, ListQuery, Operation, Result, Timestamp};

use crate::error::{VENDOR, conflict};
use crate::groups::Groups;
use crate::record::{Digest, Record};

/// Keys by number, and their indexes.
#[derive(Default, Clone)]
pub(crate) struct Store {
    /// The number of the next new key. Numbers are not reused, so a cursor never skips a key.
    next: u64,
    /// The keys in the order of creation.
    keys: BTreeMap<u64, Record>,
    by_id: HashMap<KeyId, u64>,
    by_digest: HashMap<Digest, u64>,
    all: Groups,
    /// The keys that are not inactive at `time`.
    current: Groups,
    time: Timestamp,
    /// The keys with an expiration, including those that are expired.
    expirations: BTreeSet<(Timestamp, u64)>,
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

    /// Returns the number of keys with the owner of a query, and those of them that were created after a number, in the
    /// order of creation. Inactive keys are omitted unless the query includes them.
    pub(crate) fn list(
        &mut self,
        query: &ListQuery,
        after: Option<u64>,
        now: Timestamp,
    ) -> (usize, impl Iterator<Item = (u64, &Record)>) {
        self.set_time(now);
        let groups = if query.include_inactive { &self.all } else { &self.current };
        let numbers = groups.get(query.owner.as_deref());
        let rest = numbers.range((after.map_or(Unbounded, Excluded), Unbounded));
        (numbers.len(), rest.filter_map(|number| self.at(Some(number))))
    }

    /// Returns the number of active keys at a time. A stored key is either active or inactive.
    pub(crate) fn active(&mut self, now: Timestamp) -> usize {
        self.set_time(now);
        self.current.get(None).len()
    }

    /// Sets `time`, which may be earlier than before. Only keys with an expiration between both times are visited.
    fn set_time(&mut self, now: Timestamp) {
        let (start, end) = (self.time.min(now), self.time.max(now));
        for &(_, number) in self.expirations.range((Excluded((start, u64::MAX)), Included((end, u64::MAX)))) {
            if let Some(record) = self.keys.get(&number) {
                self.current.set(number, record.key.owner.as_deref(), record.is_current(now));
            }
        }
        self.time = now;
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

    /// Sets or removes the key with a number, in all indexes.
    fn put(&mut self, number: u64, record: Option<Record>) {
        let before = self.keys.remove(&number);
        // For example after a verification, the most frequent change.
        let same_lists = before.as_ref().map(Record::list_fields) == record.as_ref().map(Record::list_fields);
        if let Some(before) = before {
            self.by_id.remove(&before.key.id);
            for digest in before.digests() {
                self.by_digest.remove(&digest);
            }
            if !same_lists {
                self.put_in_lists(number, &before, false);
            }
        }
        if let Some(record) = record {
            self.by_id.insert(record.key.id.clone(), number);
            self.by_digest.extend(record.digests().map(|digest| (digest, number)));
            if !same_lists {
                self.put_in_lists(number, &record, true);
            }
            self.keys.insert(number, record);
        }
    }

    fn put_in_lists(&mut self, number: u64, record: &Record, present: bool) {
        let owner = record.key.owner.as_deref();
        self.all.set(number, owner, present);
        self.current.set(number, owner, present && record.is_current(self.time));
        if let Some(time) = record.key.expiry.at() {
            match present {
                true => self.expirations.insert((time, number)),
                false => self.expirations.remove(&(time, number)),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use api_keys_core::{KeyExpiry, NewApiKey, SecretKey};

    use super::*;

    #[test]
    fn removed_keys_leave_no_entries() -> Result<()> {
        let record = |owner, expiry| {
            let key = NewApiKey::new("ci").owner(owner).into_key(KeyId::new("id").expect("an id"), expiry);
            Some(Record::new(key, &SecretKey::new("secret"), false))
        };
        let mut store = Store::default();
        store.change(0, record("a", KeyExpiry::At(Timestamp::MAX)), Operation::Create)?;
        store.change(0, record("b", KeyExpiry::At(Timestamp::MIN)), Operation::Update)?;
        store.change(0, None, Operation::Delete)?;
        assert!(store.keys.is_empty() && store.by_id.is_empty() && store.by_digest.is_empty());
        assert!([store.all, store.current] == [Groups::default(), Groups::default()]);
        assert_eq!(store.expirations, BTreeSet::new());
        Ok(())
    }
}
