//! The state file, for vendors that store no marks.

use std::collections::BTreeSet;

use api_keys_core::{ApiKey, KeyId};
use serde::{Deserialize, Serialize};

use super::Identity;
use super::mark::{InvalidMark, KeyState, Mark};
use crate::planning::compare::is_numbered;

/// The content of a state file: the keys of vendors that store neither metadata nor a description. Contains no secret and
/// no digest of one. Sorted, so that the files of two branches can be merged line by line.
///
/// ```
/// use api_keys_plan::State;
///
/// let state = State::parse(
///     r#"{"version": 1, "keys": [{"provider": "agents", "id": "e176", "mark": "shop/ci current"}]}"#,
/// )?;
/// assert_eq!(state.len(), 1);
/// # Ok::<(), api_keys_plan::InvalidState>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    version: u32,
    #[serde(default)]
    keys: BTreeSet<Record>,
    /// Keys whose creation has started.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    creating: BTreeSet<Creation>,
}

impl Default for State {
    fn default() -> Self {
        Self { version: VERSION, keys: BTreeSet::new(), creating: BTreeSet::new() }
    }
}

const VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    mark: String,
    provider: String,
    id: KeyId,
}

/// A started creation. Its key has the name and none of the known ids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Creation {
    key: Identity,
    provider: String,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(default)]
    known: BTreeSet<KeyId>,
}

/// An error in a state file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid state file: {0}")]
pub struct InvalidState(String);

impl State {
    /// Parses the content of a state file.
    ///
    /// # Errors
    /// [`InvalidState`] for another format, another version, or an invalid mark.
    pub fn parse(text: &str) -> Result<Self, InvalidState> {
        let state: Self = serde_json::from_str(text).map_err(|error| InvalidState(error.to_string()))?;
        if state.version != VERSION {
            return Err(InvalidState(format!("unknown version {}", state.version)));
        }
        for record in &state.keys {
            let mark: Result<Mark, InvalidMark> = record.mark.parse();
            mark.map_err(|_| InvalidState(format!("invalid mark of key {}", record.id)))?;
        }
        Ok(state)
    }

    /// Formats the content of a state file.
    pub fn to_text(&self) -> String {
        // Cannot fail: there are no maps.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Returns the number of keys.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Returns whether there is nothing to store.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.creating.is_empty()
    }

    /// Returns the ids of the recorded keys of a provider.
    pub fn ids<'a>(&'a self, provider: &'a str) -> impl Iterator<Item = &'a KeyId> {
        self.keys.iter().filter(move |record| record.provider == provider).map(|record| &record.id)
    }

    /// Returns the keys of a provider with their marks.
    pub(crate) fn marks<'a>(&'a self, provider: &'a str) -> impl Iterator<Item = (&'a KeyId, Mark)> {
        let ours = self.keys.iter().filter(move |record| record.provider == provider);
        ours.filter_map(|record| Some((&record.id, record.mark.parse().ok()?)))
    }

    /// Returns the mark of a key.
    pub(crate) fn mark(&self, provider: &str, id: &KeyId) -> Option<Mark> {
        let found = self.keys.iter().find(|record| record.id == *id && record.provider == provider)?;
        found.mark.parse().ok()
    }

    /// Writes the mark of a key.
    pub(crate) fn set(&mut self, provider: &str, id: &KeyId, mark: &Mark) {
        self.remove(provider, id);
        self.keys.insert(Record { mark: mark.to_string(), provider: provider.to_owned(), id: id.clone() });
    }

    /// Removes the creation of a key, and the marks of earlier keys that do not exist any more.
    pub(crate) fn forget_gone(
        &mut self,
        identity: &Identity,
        provider: &str,
        new: &KeyId,
        exists: impl Fn(&KeyId) -> bool,
    ) {
        self.end(identity, provider);
        self.keys.retain(|record| {
            let of_identity = || record.mark.parse().is_ok_and(|mark: Mark| mark.identity == *identity);
            record.provider != provider || record.id == *new || exists(&record.id) || !of_identity()
        });
    }

    /// Removes the mark of a key.
    pub(crate) fn remove(&mut self, provider: &str, id: &KeyId) {
        self.keys.retain(|record| record.provider != provider || record.id != *id);
    }

    /// Records that a key is about to be created, unless a creation of it has been interrupted.
    pub(crate) fn start(
        &mut self,
        identity: &Identity,
        provider: &str,
        name: &str,
        owner: Option<&str>,
        keys: &[ApiKey],
    ) {
        if self.is_creating(identity, provider) {
            return;
        }
        let mut creation = Creation {
            key: identity.clone(),
            provider: provider.to_owned(),
            name: name.to_owned(),
            owner: owner.map(str::to_owned),
            known: BTreeSet::new(),
        };
        creation.known =
            keys.iter().filter(|key| creation.is_namesake(key)).map(|key| key.id.clone()).collect();
        self.creating.insert(creation);
    }

    /// Records that a creation had no effect, or that its key is recorded.
    pub(crate) fn end(&mut self, identity: &Identity, provider: &str) {
        self.creating.retain(|creation| creation.key != *identity || creation.provider != provider);
    }

    pub(crate) fn is_creating(&self, identity: &Identity, provider: &str) -> bool {
        self.creating.iter().any(|creation| creation.key == *identity && creation.provider == provider)
    }

    /// Returns pending marks for keys that interrupted creations have created.
    pub(crate) fn interrupted<'a>(
        &'a self,
        provider: &'a str,
        keys: &'a [ApiKey],
    ) -> impl Iterator<Item = (&'a KeyId, Mark)> {
        let ours = self.creating.iter().filter(move |creation| creation.provider == provider);
        ours.flat_map(move |creation| {
            let found = keys.iter().filter(|key| {
                creation.is_namesake(key)
                    && !creation.known.contains(&key.id)
                    && !key.status.is_inactive()
                    && key.last_used_at.is_none()
            });
            found.map(|key| (&key.id, Mark::new(creation.key.clone(), KeyState::Pending)))
        })
    }
}

impl Creation {
    fn is_namesake(&self, key: &ApiKey) -> bool {
        let differs = matches!((&self.owner, &key.owner), (Some(ours), Some(theirs)) if ours != theirs);
        !differs && key.name.as_deref().is_some_and(|name| is_numbered(name, &self.name))
    }
}
