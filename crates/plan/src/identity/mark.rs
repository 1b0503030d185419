//! Marks, by which managed keys are recognized without a state file.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use api_keys_core::{ApiKey, Capabilities, Field, Json, NewApiKey, Patch, Timestamp, UpdateApiKey};
use serde_json::{Map, Value};

use super::{Identity, METADATA_MEMBER};
use crate::declaration::Marking;

/// The state of a managed key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyState {
    /// The key was created. Its secret may not have been delivered.
    Pending,
    /// The secret has been delivered.
    Current,
    /// The secret of a delivered key is being replaced in place. The new one may not have been delivered.
    Rotating,
    /// The key has a delivered successor, and is to be revoked at this time.
    Retired(Timestamp),
}

/// The mark of a managed key: its identity and state, as one line of text.
///
/// ```
/// use api_keys_plan::{KeyState, Mark};
///
/// let mark: Mark = "shop/ci current issued=2026-11-28T01:02:03Z to=1f3a9b2c".parse()?;
/// assert_eq!(mark.state, KeyState::Current);
/// assert_eq!(mark.identity.to_string(), "shop/ci");
/// # Ok::<(), api_keys_plan::InvalidMark>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mark {
    /// The identity.
    pub identity: Identity,
    /// The state.
    pub state: KeyState,
    /// The machine that changes the key, while it is pending or rotating.
    pub machine: Option<String>,
    /// The time at which the current secret was issued.
    pub issued: Option<Timestamp>,
    /// A checksum of the declared destinations to which the secret was delivered.
    pub destinations: Option<String>,
    /// The declared expiration that was applied last.
    pub expires: Option<String>,
}

impl Mark {
    pub(crate) fn new(identity: Identity, state: KeyState) -> Self {
        Self { identity, state, machine: None, issued: None, destinations: None, expires: None }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.identity)?;
        match self.state {
            KeyState::Pending => f.write_str("pending")?,
            KeyState::Current => f.write_str("current")?,
            KeyState::Rotating => f.write_str("rotating")?,
            KeyState::Retired(due) => write!(f, "retired due={due:.0}")?,
        }
        let issued = self.issued.map(|time| format!("{time:.0}"));
        for (name, value) in [
            ("by", &self.machine),
            ("issued", &issued),
            ("to", &self.destinations),
            ("expires", &self.expires),
        ] {
            if let Some(value) = value {
                write!(f, " {name}={value}")?;
            }
        }
        Ok(())
    }
}

/// An error for a text that is not a [`Mark`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("invalid mark")]
pub struct InvalidMark;

impl FromStr for Mark {
    type Err = InvalidMark;

    fn from_str(text: &str) -> Result<Self, InvalidMark> {
        let mut words = text.split(' ');
        let identity = words.next().and_then(|word| word.parse().ok()).ok_or(InvalidMark)?;
        let state = words.next().ok_or(InvalidMark)?;
        let mut mark = Self::new(identity, KeyState::Current);
        let mut due = None;
        for word in words {
            let (name, value) = word.split_once('=').ok_or(InvalidMark)?;
            let time = || value.parse().map_err(|_| InvalidMark);
            match name {
                "due" => due = Some(time()?),
                "by" => mark.machine = Some(value.to_owned()),
                "issued" => mark.issued = Some(time()?),
                "to" => mark.destinations = Some(value.to_owned()),
                "expires" => mark.expires = Some(value.to_owned()),
                // Of a later version.
                _ => {}
            }
        }
        mark.state = match (state, due) {
            ("pending", None) => KeyState::Pending,
            ("current", None) => KeyState::Current,
            ("rotating", None) => KeyState::Rotating,
            ("retired", Some(due)) => KeyState::Retired(due),
            _ => return Err(InvalidMark),
        };
        Ok(mark)
    }
}

const OPEN: &str = "[api-keys: ";

/// Splits a description into the text before the mark, and the mark.
fn split_description(description: &str) -> (&str, Option<&str>) {
    let marked = description.strip_suffix(']').and_then(|rest| {
        let at = rest.rfind(OPEN)?;
        Some((rest[..at].trim_end(), &rest[at + OPEN.len()..]))
    });
    match marked {
        Some((text, mark)) => (text, Some(mark)),
        None => (description, None),
    }
}

fn join_description(text: &str, mark: &Mark) -> String {
    match text {
        "" => format!("{OPEN}{mark}]"),
        text => format!("{text} {OPEN}{mark}]"),
    }
}

/// Returns the mark on a key.
pub(crate) fn read(key: &ApiKey) -> Option<Mark> {
    let in_metadata = || {
        let members: BTreeMap<String, Json> = key.metadata.as_ref()?.decode().ok()?;
        members.get(METADATA_MEMBER)?.decode::<String>().ok()
    };
    let in_description = || split_description(key.description.as_deref()?).1;
    match in_metadata() {
        Some(mark) => mark.parse().ok(),
        None => in_description()?.parse().ok(),
    }
}

/// Returns the description of a key without its mark.
pub(crate) fn description(key: &ApiKey) -> &str {
    split_description(key.description.as_deref().unwrap_or_default()).0
}

/// Returns the metadata of a key without its mark, or `None` if it is not reported. Metadata that cannot be represented
/// are their text.
pub(crate) fn metadata(key: &ApiKey) -> Option<Value> {
    let reported = key.metadata.as_ref()?;
    let mut metadata = reported.value().unwrap_or_else(|_| reported.as_str().into());
    if let Value::Object(members) = &mut metadata {
        members.remove(METADATA_MEMBER);
    }
    Some(metadata)
}

impl Marking {
    /// Returns the place of marks that capabilities allow: one that can be set, changed and read.
    pub(crate) fn of(capabilities: &Capabilities) -> Self {
        let both =
            |field| capabilities.create_fields.contains(field) && capabilities.update_fields.contains(field);
        if both(Field::Metadata) {
            Self::Metadata
        } else if both(Field::Description) {
            Self::Description
        } else {
            Self::State
        }
    }

    /// Adds a mark to the request for a new key.
    pub(crate) fn mark_new(self, new: &mut NewApiKey, mark: &Mark) {
        match self {
            Self::Metadata => new.metadata = Some(with_mark(new.metadata.take(), mark)),
            Self::Description => {
                let text = new.description.take().unwrap_or_default();
                new.description = Some(join_description(&text, mark));
            }
            Self::State => {}
        }
    }

    /// Adds a mark to an update of a key, and keeps the rest of the field that contains it. Fails if the key has
    /// metadata that cannot be represented.
    pub(crate) fn mark_update(
        self,
        changes: &mut UpdateApiKey,
        key: &ApiKey,
        mark: &Mark,
    ) -> Result<(), serde_json::Error> {
        match self {
            Self::Metadata => {
                let base = match std::mem::take(&mut changes.metadata) {
                    Patch::Set(value) => Some(value),
                    Patch::Keep | Patch::Clear => key.metadata.as_ref().map(Json::value).transpose()?,
                };
                changes.metadata = Patch::Set(with_mark(base, mark));
            }
            Self::Description => {
                let text = match std::mem::take(&mut changes.description) {
                    Patch::Set(text) => text,
                    Patch::Keep | Patch::Clear => description(key).to_owned(),
                };
                changes.description = Patch::Set(join_description(&text, mark));
            }
            Self::State => {}
        }
        Ok(())
    }
}

fn with_mark(metadata: Option<Value>, mark: &Mark) -> Value {
    let mut members = match metadata {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    };
    members.insert(METADATA_MEMBER.to_owned(), mark.to_string().into());
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ApiKey {
        ApiKey::new("key_1".parse().unwrap())
    }

    #[test]
    fn marks_are_lines_of_text() {
        for text in [
            "shop/ci pending by=3f9a",
            "shop:prod/ci.2 current issued=2026-11-28T01:02:03Z to=1f expires=90d",
            "shop/ci rotating by=3f issued=2026-11-28T01:02:03Z",
            "shop/ci retired due=2026-11-28T01:02:03Z",
        ] {
            assert_eq!(text.parse::<Mark>().unwrap().to_string(), text);
        }
        let invalid = [
            "",
            "ci current",
            "shop/ci",
            "shop/ci gone",
            "shop/ci retired",
            "a/b/c current",
            "shop/ci current x",
        ];
        for text in invalid {
            assert_eq!(text.parse::<Mark>(), Err(InvalidMark), "{text}");
        }
    }

    #[test]
    fn description_keeps_its_text() {
        let mark: Mark = "shop/ci current".parse().unwrap();
        for text in ["", "Deploys [to] prod", "[api-keys: no mark] x"] {
            let mut key = key();
            key.description = Some(join_description(text, &mark));
            assert_eq!((description(&key), read(&key)), (text, Some(mark.clone())));
        }
    }

    #[test]
    fn metadata_keeps_its_members() {
        let mark: Mark = "shop/ci current".parse().unwrap();
        let mut key = key();
        key.metadata = Some(serde_json::json!({ "team": "a" }).into());
        let mut changes = UpdateApiKey::new();
        Marking::Metadata.mark_update(&mut changes, &key, &mark).unwrap();
        let Patch::Set(changed) = changes.metadata else { panic!("{changes:?}") };
        assert_eq!(changed, serde_json::json!({ "team": "a", "api-keys": "shop/ci current" }));
    }

    #[test]
    fn unrepresentable_metadata_is_not_replaced() {
        let mut key = key();
        key.metadata = Some(r#"{ "api-keys": "shop/ci current", "n": 1e999 }"#.parse().unwrap());
        let mark = read(&key).unwrap();
        assert_eq!(mark.to_string(), "shop/ci current");
        assert!(Marking::Metadata.mark_update(&mut UpdateApiKey::new(), &key, &mark).is_err());
        let mut changes = UpdateApiKey::new().metadata(serde_json::json!({}));
        Marking::Metadata.mark_update(&mut changes, &key, &mark).unwrap();
        assert_eq!(changes.metadata, Patch::Set(serde_json::json!({ "api-keys": "shop/ci current" })));
    }
}
