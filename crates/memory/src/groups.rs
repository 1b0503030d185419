//! Keys in the order of creation, by owner.

use std::collections::{BTreeSet, HashMap};

static EMPTY: BTreeSet<u64> = BTreeSet::new();

/// The numbers of keys, of all owners and of each.
#[derive(Default, Clone, PartialEq)]
pub(crate) struct Groups {
    all: BTreeSet<u64>,
    /// Owners without keys are removed.
    by_owner: HashMap<String, BTreeSet<u64>>,
}

impl Groups {
    /// Returns the keys of an owner, or all keys.
    pub(crate) fn get(&self, owner: Option<&str>) -> &BTreeSet<u64> {
        match owner {
            Some(owner) => self.by_owner.get(owner).unwrap_or(&EMPTY),
            None => &self.all,
        }
    }

    /// Adds or removes a key.
    pub(crate) fn set(&mut self, number: u64, owner: Option<&str>, present: bool) {
        match present {
            true => self.insert(number, owner),
            false => self.remove(number, owner),
        }
    }

    fn insert(&mut self, number: u64, owner: Option<&str>) {
        self.all.insert(number);
        if let Some(owner) = owner {
            self.by_owner.entry(owner.to_owned()).or_default().insert(number);
        }
    }

    fn remove(&mut self, number: u64, owner: Option<&str>) {
        self.all.remove(&number);
        if let Some(owner) = owner
            && let Some(numbers) = self.by_owner.get_mut(owner)
        {
            numbers.remove(&number);
            if numbers.is_empty() {
                self.by_owner.remove(owner);
            }
        }
    }
}
