//! Comparison of a declared key with the vendor's.

use std::collections::BTreeSet;
use std::time::Duration;

use api_keys_core::{ApiKey, Capabilities, Field, KeyExpiry, Patch, Timestamp, UpdateApiKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::declaration::key::{DeclaredKey, Expires};
use crate::identity::mark::{self, Mark};

/// Vendors round times down, some to whole days.
const TOLERANCE: Duration = Duration::from_secs(86_400 + 120);

/// A field whose declared value differs from the vendor's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Change {
    /// The name of the field, or of a vendor-specific field.
    pub field: String,
    /// The value at the vendor; `null` if there is none.
    pub before: Value,
    /// The declared value.
    pub after: Value,
}

impl Change {
    pub(super) fn new(field: &str, before: impl Into<Value>, after: impl Into<Value>) -> Self {
        Self { field: field.to_owned(), before: before.into(), after: after.into() }
    }
}

/// Returns whether a name is `base` or a numbered form of it, such as `ci (2)`, as vendors with unique names require.
pub(crate) fn is_numbered(name: &str, base: &str) -> bool {
    let number = |rest: &str| {
        let number = rest.strip_prefix(" (")?.strip_suffix(')')?;
        Some(!number.starts_with('0') && number.parse::<u32>().ok()? >= 2)
    };
    name.strip_prefix(base).is_some_and(|rest| rest.is_empty() || number(rest) == Some(true))
}

/// Returns the fields that are set by the creation of a key.
pub(super) fn creation(logical: &str, declared: &DeclaredKey) -> Vec<Change> {
    let mut changes = vec![Change::new("name", Value::Null, declared.vendor_name(logical))];
    let mut set = |field: &str, value: Option<Value>| {
        changes.extend(value.map(|value| Change::new(field, Value::Null, value)));
    };
    set("description", declared.description.clone().map(Value::from));
    set("owner", declared.owner.clone().map(Value::from));
    set("scopes", declared.scopes.clone().map(Value::from));
    set("expires", declared.expires.as_ref().map(|expires| expires.to_string().into()));
    set("metadata", declared.metadata.clone().map(Value::Object));
    for (name, value) in &declared.extra {
        set(name, Some(value.clone()));
    }
    changes
}

/// Returns the declared fields that differ at the vendor. Fields that the vendor does not report are trusted.
pub(super) fn differences(
    logical: &str,
    declared: &DeclaredKey,
    key: &ApiKey,
    mark: &Mark,
    now: Timestamp,
) -> Vec<Change> {
    let mut changes = Vec::new();
    let name = declared.vendor_name(logical);
    if let Some(actual) = key.name.as_deref().filter(|actual| !is_numbered(actual, name)) {
        changes.push(Change::new("name", actual, name));
    }
    if let Some(description) = &declared.description {
        let actual = mark::description(key);
        if actual != description {
            changes.push(Change::new("description", actual, description.as_str()));
        }
    }
    if let (Some(owner), Some(actual)) = (&declared.owner, &key.owner)
        && owner != actual
    {
        changes.push(Change::new("owner", actual.as_str(), owner.as_str()));
    }
    if let (Some(scopes), Some(actual)) = (&declared.scopes, &key.scopes)
        && scopes.iter().collect::<BTreeSet<_>>() != actual.iter().collect()
    {
        changes.push(Change::new("scopes", actual.clone(), scopes.clone()));
    }
    if let Some(expires) = &declared.expires
        && expiry_differs(expires, key.expiry, mark, now)
    {
        let before = match key.expiry {
            KeyExpiry::At(time) => json!(format!("{time:.0}")),
            KeyExpiry::Never => json!("never"),
            KeyExpiry::Unknown => Value::Null,
        };
        changes.push(Change::new("expires", before, expires.to_string()));
    }
    if let (Some(metadata), Some(actual)) = (&declared.metadata, mark::metadata(key)) {
        let metadata = Value::Object(metadata.clone());
        if metadata != actual {
            changes.push(Change::new("metadata", actual, metadata));
        }
    }
    for (field, value) in &declared.extra {
        if let Some(actual) = key.extra.get(field).filter(|actual| *actual != value) {
            changes.push(Change::new(field, actual.clone(), value.clone()));
        }
    }
    changes
}

/// A lifetime cannot be compared with a time of expiration, because it counts from the last change. So it differs if it
/// was declared anew, or if the key lives longer than a new one would.
fn expiry_differs(expires: &Expires, actual: KeyExpiry, mark: &Mark, now: Timestamp) -> bool {
    let later = |time: Timestamp, duration: Duration| time.checked_add(duration).unwrap_or(Timestamp::MAX);
    let earlier = |time: Timestamp| time.checked_sub(TOLERANCE).unwrap_or(Timestamp::MIN);
    match (expires, actual) {
        (_, KeyExpiry::Unknown) => false,
        (Expires::Never, actual) => actual != KeyExpiry::Never,
        (_, KeyExpiry::Never) => true,
        (Expires::In(period), KeyExpiry::At(actual)) => {
            let declared_anew = mark.expires.as_ref().is_some_and(|applied| *applied != expires.to_string());
            declared_anew || actual > later(later(now, period.duration()), TOLERANCE)
        }
        (Expires::At(time), KeyExpiry::At(actual)) => {
            actual > later(*time, TOLERANCE) || actual < earlier(*time)
        }
    }
}

/// Returns whether the vendor can make all changes in place.
pub(super) fn can_update(capabilities: &Capabilities, changes: &[Change]) -> bool {
    let settable = |field| capabilities.update_fields.contains(field);
    changes.iter().all(|change| match change.field.as_str() {
        "name" => settable(Field::Name),
        "description" => settable(Field::Description),
        "owner" => settable(Field::Owner),
        "scopes" => settable(Field::Scopes),
        "expires" if change.after == "never" => {
            settable(Field::Expiry) && capabilities.clearable_fields.contains(Field::Expiry)
        }
        "expires" => settable(Field::Expiry),
        "metadata" => settable(Field::Metadata),
        extra => {
            settable(Field::Extra)
                && (capabilities.update_extra.is_empty() || capabilities.update_extra.contains(&extra))
        }
    })
}

/// Returns the update that makes the changes.
pub(crate) fn update(logical: &str, declared: &DeclaredKey, changes: &[Change]) -> UpdateApiKey {
    let mut update = UpdateApiKey::new();
    for change in changes {
        match change.field.as_str() {
            "name" => update.name = Some(declared.vendor_name(logical).to_owned()),
            "description" => {
                update.description = Patch::Set(declared.description.clone().unwrap_or_default());
            }
            "owner" => update.owner.clone_from(&declared.owner),
            "scopes" => update.scopes.clone_from(&declared.scopes),
            "expires" => {
                update.expiry = match &declared.expires {
                    Some(Expires::Never) => Patch::Clear,
                    Some(expires) => Patch::Set(expires.expiry()),
                    None => Patch::Keep,
                };
            }
            "metadata" => {
                update.metadata =
                    declared.metadata.clone().map_or(Patch::Keep, |value| Patch::Set(value.into()));
            }
            field => {
                if let Some(value) = declared.extra.get(field) {
                    update.extra.insert(field.to_owned(), value.clone());
                }
            }
        }
    }
    update
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_names_are_equal() {
        for (name, expected) in [
            ("ci", true),
            ("ci (2)", true),
            ("ci (12)", true),
            ("ci (1)", false),
            ("ci (02)", false),
            ("ci2", false),
        ] {
            assert_eq!(is_numbered(name, "ci"), expected, "{name}");
        }
    }
}
