//! Holding a vendor's answer against what was asked.
//!
//! Some servers drop what they do not know: a configuration that is switched off, a field that came with a later
//! version. A key that lives longer or may do more than was asked for must not pass for success.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use crate::{
    ApiKey, Effect, Error, ErrorKind, Expiry, Field, IssuedKey, KeyExpiry, KeyStatus, NewApiKey, Operation,
    Patch, Result, SecretBytes, SecretKey, UpdateApiKey,
};

/// Vendors cut times to the second and store them a moment after the request came.
const SLACK: Duration = Duration::from_secs(60);

impl NewApiKey {
    /// For providers: returns the key if the vendor's answer shows that owner, scopes, expiry and metadata were
    /// honoured. What the answer does not tell is taken on trust.
    ///
    /// # Errors
    /// [`UnexpectedResponse`](ErrorKind::UnexpectedResponse) with [`Effect::Applied`] that names the first field
    /// that was not honoured. The kept body is a JSON object with the `id` and the `secret` of the key, for rescue.
    pub fn confirm(&self, vendor: &'static str, issued: IssuedKey) -> Result<IssuedKey> {
        let key = &issued.key;
        let dishonoured = differs(self.owner.as_ref(), key.owner.as_ref())
            .then_some(Field::Owner)
            .or_else(|| scopes_differ(self.scopes.as_deref(), key).then_some(Field::Scopes))
            .or_else(|| (!expiry_holds(self.expiry, key)).then_some(Field::Expiry))
            .or_else(|| dropped(self.metadata.is_some(), key).then_some(Field::Metadata));
        match dishonoured {
            None => Ok(issued),
            Some(field) => Err(Error::dishonoured(vendor, Operation::Create, field.as_str(), issued)),
        }
    }
}

impl UpdateApiKey {
    /// For providers: returns the key if the vendor's answer shows that the changes were made. What the answer does
    /// not tell is taken on trust.
    ///
    /// # Errors
    /// [`UnexpectedResponse`](ErrorKind::UnexpectedResponse) with [`Effect::Applied`] that names the first field
    /// that was not honoured; other fields may have changed.
    pub fn confirm(&self, vendor: &'static str, key: ApiKey) -> Result<ApiKey> {
        let expiry_differs = match self.expiry {
            Patch::Keep => false,
            Patch::Clear => !expiry_holds(Expiry::Never, &key),
            // Counted from now, not from when the key was created: only the presence of an end can be judged.
            Patch::Set(Expiry::Never | Expiry::VendorDefault) => !expiry_holds(Expiry::Never, &key),
            Patch::Set(_) => key.expiry == KeyExpiry::Never,
        };
        let enabled_differs = match self.enabled {
            None => false,
            Some(true) => key.status == KeyStatus::Disabled,
            Some(false) => key.status == KeyStatus::Active,
        };
        let dishonoured = enabled_differs
            .then_some(Field::Enabled)
            .or_else(|| differs(self.owner.as_ref(), key.owner.as_ref()).then_some(Field::Owner))
            .or_else(|| scopes_differ(self.scopes.as_deref(), &key).then_some(Field::Scopes))
            .or_else(|| expiry_differs.then_some(Field::Expiry))
            .or_else(|| dropped(matches!(self.metadata, Patch::Set(_)), &key).then_some(Field::Metadata));
        match dishonoured {
            None => Ok(key),
            Some(field) => Err(Error::new(ErrorKind::UnexpectedResponse, vendor, Operation::Update)
                .with_effect(Effect::Applied)
                .with_message(format!("the vendor did not honour the field `{field}`"))),
        }
    }
}

impl IssuedKey {
    /// For providers: joins a secret with the key that was read from the same answer.
    ///
    /// # Errors
    /// The failure to read the key, with [`Effect::Applied`]; the kept body is a JSON object with the `secret`.
    pub fn from_response(key: Result<ApiKey>, secret: SecretKey) -> Result<Self> {
        match key {
            Ok(key) => Ok(Self::new(key, secret)),
            Err(error) => {
                let rescue = serde_json::json!({ "secret": secret.expose() });
                Err(error.with_effect(Effect::Applied).with_body(SecretBytes::new(rescue.to_string())))
            }
        }
    }
}

impl Error {
    /// For providers: a key was minted, but not as asked. The kept body is a JSON object with its `id` and `secret`.
    pub fn dishonoured(vendor: &'static str, operation: Operation, field: &str, issued: IssuedKey) -> Self {
        let (key, secret) = issued.into_parts();
        let rescue = serde_json::json!({ "id": key.id, "secret": secret.expose() });
        Self::new(ErrorKind::UnexpectedResponse, vendor, operation)
            .with_effect(Effect::Applied)
            .with_message(format!(
                "the key {} was minted, but the vendor did not honour the field `{field}`",
                key.id
            ))
            .with_body(SecretBytes::new(rescue.to_string()))
    }
}

/// Whether a value was asked for and the vendor tells another.
fn differs(asked: Option<&String>, told: Option<&String>) -> bool {
    matches!((asked, told), (Some(asked), Some(told)) if asked != told)
}

fn scopes_differ(asked: Option<&[String]>, key: &ApiKey) -> bool {
    match (asked, &key.scopes) {
        (Some(asked), Some(told)) => asked.iter().collect::<BTreeSet<_>>() != told.iter().collect(),
        _ => false,
    }
}

fn expiry_holds(asked: Expiry, key: &ApiKey) -> bool {
    match (asked, key.expiry) {
        (Expiry::VendorDefault, _) | (_, KeyExpiry::Unknown) => true,
        (Expiry::Never, told) => told == KeyExpiry::Never,
        (Expiry::In(_) | Expiry::At(_), KeyExpiry::Never) => false,
        // Both times come from the vendor's clock, so they can be compared.
        (asked, KeyExpiry::At(end)) => key.created_at.is_none_or(|created| {
            let most =
                asked.span(created).and_then(|span| created.checked_add(span.checked_add(SLACK)?).ok());
            end <= most.unwrap_or(Timestamp::MAX)
        }),
    }
}

/// Whether metadata was asked for and the vendor, which always tells it, tells none.
fn dropped(asked: bool, key: &ApiKey) -> bool {
    asked && key.metadata.is_none()
}
