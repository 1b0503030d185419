//! The request for a successor, and its comparison with the old key.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::options::RotationOptions;
use crate::capabilities::Capabilities;
use crate::capabilities::field::Field;
use crate::capabilities::operation::Operation;
use crate::error::kind::ErrorKind;
use crate::error::{Error, Result, Violation};
use crate::types::expiry::Expiry;
use crate::types::json::Json;
use crate::types::key::{ApiKey, KeyExpiry};
use crate::types::new_key::NewApiKey;

const NOT_REPORTED: &str = "the vendor does not report it";
const NOT_REPRESENTABLE: &str =
    "it contains a value that cannot be represented, such as a number beyond `f64`";
const NOT_SETTABLE: &str = "the vendor does not allow to set it";

const DAY: Duration = Duration::from_secs(86_400);

/// Returns the request for a key like `key`.
///
/// # Errors
/// [`UnsupportedField`](ErrorKind::UnsupportedField) with one violation for each field that is neither carried over nor
/// waived.
pub(super) fn request(
    vendor: &'static str,
    capabilities: &Capabilities,
    key: &ApiKey,
    options: &RotationOptions,
) -> Result<NewApiKey> {
    let mut missing = Vec::new();
    let mut lost = |field: &str, reason: &str| {
        if !options.waives(field) {
            missing.push(Violation::new(field, reason));
        }
    };
    let settable = |field| capabilities.create_fields.contains(field);
    let wanted = |field: Field| !options.waives(field.as_str());

    let mut new = NewApiKey::new(key.name.clone().unwrap_or_else(|| key.id.to_string()));
    if key.name.is_none() {
        lost("name", NOT_REPORTED);
    }
    if wanted(Field::Description) {
        match settable(Field::Description) {
            true => new.description.clone_from(&key.description),
            false if key.description.is_some() => lost("description", NOT_SETTABLE),
            false => {}
        }
    }
    // Where an owner cannot be set, the credential determines it, and the successor's is compared.
    if settable(Field::Owner) && wanted(Field::Owner) {
        new.owner.clone_from(&key.owner);
        if key.owner.is_none() && capabilities.owner_required {
            lost("owner", NOT_REPORTED);
        }
    }
    if wanted(Field::Scopes) {
        match settable(Field::Scopes) {
            true => new.scopes.clone_from(&key.scopes),
            false if key.scopes.as_ref().is_some_and(|scopes| !scopes.is_empty()) => {
                lost("scopes", NOT_SETTABLE)
            }
            false => {}
        }
    }
    if wanted(Field::Metadata) {
        match settable(Field::Metadata) {
            true => match key.metadata.as_ref().map(Json::value).transpose() {
                Ok(metadata) => new.metadata = metadata,
                Err(_) => lost("metadata", NOT_REPRESENTABLE),
            },
            false if key.metadata.is_some() => lost("metadata", NOT_SETTABLE),
            false => {}
        }
    }
    if wanted(Field::Expiry) {
        match (key.expiry, settable(Field::Expiry)) {
            (KeyExpiry::At(end), true) if options.keep_expiry => new.expiry = Expiry::At(end),
            (KeyExpiry::At(_), true) => match lifetime(key, capabilities) {
                Some(lifetime) => new.expiry = Expiry::In(lifetime),
                None => lost("expiry", "the lifetime is unknown, because the time of creation is"),
            },
            (KeyExpiry::Never, true) => new.expiry = Expiry::Never,
            (KeyExpiry::Unknown, true) => lost("expiry", NOT_REPORTED),
            (KeyExpiry::At(_), false) => lost("expiry", NOT_SETTABLE),
            (KeyExpiry::Never | KeyExpiry::Unknown, false) => {}
        }
    }
    let present = key.extra.iter().filter(|(_, value)| !value.is_null());
    for (name, value) in present {
        let any = settable(Field::Extra) && capabilities.create_extra.is_empty();
        if capabilities.server_fields.contains(&name) {
            lost(name, NOT_SETTABLE);
        } else if (any || capabilities.create_extra.contains(&name)) && !options.waives(name) {
            new.extra.insert(name.to_owned(), value.clone());
        }
    }
    if missing.is_empty() {
        return Ok(new);
    }
    Err(Error::new(ErrorKind::UnsupportedField, vendor, Operation::Rotate)
        .with_message("the successor cannot have the same fields as the key")
        .with_violations(missing))
}

/// Returns the fields of the successor that differ from those of the old key and are not waived.
pub(super) fn differences(
    capabilities: &Capabilities,
    options: &RotationOptions,
    old: &ApiKey,
    new: &ApiKey,
) -> Vec<String> {
    fn set(scopes: &[String]) -> BTreeSet<&String> {
        scopes.iter().collect()
    }
    fn both_differ<T: PartialEq>(old: Option<&T>, new: Option<&T>) -> bool {
        matches!((old, new), (Some(old), Some(new)) if old != new)
    }
    let scopes_differ = match (&old.scopes, &new.scopes) {
        (Some(old), Some(new)) => set(old) != set(new),
        (None, Some(new)) => !new.is_empty(),
        (_, None) => false,
    };
    let fields = [
        ("status", new.status.is_inactive()),
        ("description", both_differ(old.description.as_ref(), new.description.as_ref())),
        ("owner", both_differ(old.owner.as_ref(), new.owner.as_ref())),
        ("scopes", scopes_differ),
        ("expiry", matches!(old.expiry, KeyExpiry::At(_)) && new.expiry == KeyExpiry::Never),
        ("metadata", both_differ(old.metadata.as_ref(), new.metadata.as_ref())),
    ];
    let fields = fields.into_iter().filter_map(|(field, differs)| differs.then_some(field));
    let value = |key: &ApiKey, name: &str| key.extra.get(name).cloned().unwrap_or(Value::Null);
    let extra =
        capabilities.server_defaults.iter().copied().filter(|name| value(old, name) != value(new, name));
    let set = capabilities
        .create_extra
        .iter()
        .copied()
        .filter(|name| both_differ(old.extra.get(name), new.extra.get(name)));
    fields.chain(extra).chain(set).filter(|field| !options.waives(field)).map(str::to_owned).collect()
}

/// Returns the lifetime of a key. Servers that set creation and expiration one after the other report it with an error,
/// which must not cost a day at vendors that count in days.
fn lifetime(key: &ApiKey, capabilities: &Capabilities) -> Option<Duration> {
    const TOLERANCE: Duration = Duration::from_secs(60);
    let created = key.created_at.filter(|_| capabilities.created_at_reliable)?;
    let lifetime = Duration::try_from(key.expiry.at()?.duration_since(created)).ok()?;
    let lifetime = Duration::from_secs((lifetime + Duration::from_millis(500)).as_secs());
    let over = Duration::from_secs((lifetime + TOLERANCE).as_secs() % DAY.as_secs());
    let rounded = match over <= 2 * TOLERANCE {
        true => lifetime + TOLERANCE - over,
        false => lifetime,
    };
    Some(rounded).filter(|lifetime| !lifetime.is_zero())
}

/// Returns the next name after a vendor rejected `name` as a duplicate: `ci`, `ci (2)`, `ci (3)`.
pub(super) fn next_name(name: &str) -> String {
    let (base, number) = split(name);
    format!("{base} ({})", number.saturating_add(1))
}

/// Returns a name without the number that distinguishes successors.
pub(super) fn base_name(name: &str) -> &str {
    split(name).0
}

fn split(name: &str) -> (&str, u32) {
    let number = || {
        let (base, number) = name.strip_suffix(')')?.rsplit_once(" (")?;
        let digits = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0');
        let number = number.parse().ok().filter(|&number| digits && number >= 2)?;
        (!base.is_empty()).then_some((base, number))
    };
    number().unwrap_or((name, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered() {
        for (name, next) in [
            ("ci", "ci (2)"),
            ("ci (2)", "ci (3)"),
            ("ci (1)", "ci (1) (2)"),
            ("ci (02)", "ci (02) (2)"),
            (" (2)", " (2) (2)"),
        ] {
            assert_eq!(next_name(name), next);
        }
        assert_eq!(base_name("a (b) (7)"), "a (b)");
    }
}
