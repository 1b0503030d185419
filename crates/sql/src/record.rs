//! Stored keys, and changes to them.

use api_keys_core::{
    ApiKey, Error, Expiry, Field, KeyExpiry, KeyId, KeyStatus, Operation, Result, Timestamp,
};
use serde_json::Value;

use crate::VENDOR;
use crate::secret::digest::Digest;

/// The extra field with the number of remaining uses. It has a column of its own, which is decremented atomically.
pub(crate) const REMAINING: &str = "remaining";
pub(crate) const REVOCATION_REASON: &str = "revocation_reason";

/// A stored key.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// The position in the order of creation.
    pub(crate) number: i64,
    /// The key. Its status is active, disabled or revoked; expiration is determined when it is read.
    pub(crate) key: ApiKey,
}

/// The columns of a key, in the order in which both databases read them.
pub(crate) const KEY_COLUMNS: &str = "k.number, k.id, k.name, k.description, k.owner, k.scopes, k.status, k.hint, \
     k.created_at, k.updated_at, k.expires_at, k.last_used_at, k.remaining, k.metadata, k.extra";

/// The number of [`KEY_COLUMNS`].
pub(crate) const COLUMNS: usize = 15;

/// The columns of a key. Free-form JSON is text in both databases: a database's own JSON type would change numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Columns {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) scopes: Option<String>,
    pub(crate) status: String,
    pub(crate) hint: Option<String>,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) updated_at: Option<Timestamp>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) last_used_at: Option<Timestamp>,
    pub(crate) remaining: Option<i64>,
    pub(crate) metadata: Option<String>,
    pub(crate) extra: Option<String>,
}

impl Columns {
    /// Splits a key into columns.
    pub(crate) fn of(key: &ApiKey) -> Self {
        let mut extra = key.extra.clone();
        let remaining = extra.remove(REMAINING).and_then(|uses| uses.as_i64());
        Self {
            id: key.id.as_str().to_owned(),
            name: key.name.clone(),
            description: key.description.clone(),
            owner: key.owner.clone(),
            scopes: key.scopes.as_ref().map(|scopes| Value::from(scopes.clone()).to_string()),
            status: key.status.as_str().to_owned(),
            hint: key.hint.clone(),
            created_at: key.created_at,
            updated_at: key.updated_at,
            expires_at: key.expiry.at(),
            last_used_at: key.last_used_at,
            remaining,
            metadata: key.metadata.as_ref().map(|metadata| metadata.as_str().to_owned()),
            extra: (!extra.is_empty()).then(|| Value::Object(extra.into()).to_string()),
        }
    }

    /// Joins the columns to a key, or returns the name of the invalid column.
    pub(crate) fn into_key(self) -> Result<ApiKey, &'static str> {
        let mut key = ApiKey::new(KeyId::new(self.id).map_err(|_| "id")?);
        key.name = self.name;
        key.description = self.description;
        key.owner = self.owner;
        key.scopes = parse(self.scopes, "scopes")?;
        key.status = parse_status(&self.status)?;
        key.hint = self.hint;
        key.created_at = self.created_at;
        key.updated_at = self.updated_at;
        key.expiry = self.expires_at.map_or(KeyExpiry::Never, KeyExpiry::At);
        key.last_used_at = self.last_used_at;
        key.metadata = parse(self.metadata, "metadata")?;
        key.extra = parse(self.extra, "extra")?.unwrap_or_default();
        key.extra.extend(self.remaining.map(|uses| (REMAINING, uses)));
        Ok(key)
    }
}

fn parse<T: serde::de::DeserializeOwned>(
    text: Option<String>,
    column: &'static str,
) -> Result<Option<T>, &'static str> {
    text.map(|text| serde_json::from_str(&text)).transpose().map_err(|_| column)
}

pub(crate) fn parse_status(text: &str) -> Result<KeyStatus, &'static str> {
    match text {
        "active" => Ok(KeyStatus::Active),
        "disabled" => Ok(KeyStatus::Disabled),
        "revoked" => Ok(KeyStatus::Revoked),
        _ => Err("status"),
    }
}

/// Returns a key with its status at a time.
pub(crate) fn at(mut key: ApiKey, now: Timestamp) -> ApiKey {
    key.status = key.status.at(key.expiry, now);
    key
}

/// A key to insert.
#[derive(Debug, Clone)]
pub(crate) struct NewRecord {
    /// The key. A creation time that is `None` is the time of the insertion.
    pub(crate) key: ApiKey,
    /// The requested expiration, unless the key has one.
    pub(crate) expiry: Expiry,
    /// The digests of the secrets. All but the first one are valid until a time.
    pub(crate) digests: Vec<(Digest, Option<Timestamp>)>,
    pub(crate) action: &'static str,
}

impl NewRecord {
    /// Returns the key as it is inserted at a time.
    pub(crate) fn at(&self, now: Timestamp) -> Result<ApiKey> {
        let mut key = self.key.clone();
        if key.created_at.is_none() {
            key.created_at = Some(now);
            key.updated_at = Some(now);
            key.expiry = expiry(self.expiry, now, Operation::Create)?;
        }
        Ok(key)
    }
}

/// A change to a key.
pub(crate) enum Change {
    /// Nothing changes.
    Keep,
    /// The key is replaced.
    Put(Box<ApiKey>),
    /// The key and its secret are replaced.
    Rotate { key: Box<ApiKey>, digest: Digest, previous_until: Timestamp },
    /// The key is removed.
    Delete,
}

/// Decides on a change to a key at a time. It may be called more than once.
pub(crate) type Decide = dyn Fn(&ApiKey, Timestamp) -> Result<Change> + Send + Sync;

/// Returns the time at which a requested expiration ends.
pub(crate) fn expiry(requested: Expiry, now: Timestamp, operation: Operation) -> Result<KeyExpiry> {
    match requested {
        Expiry::VendorDefault | Expiry::Never => Ok(KeyExpiry::Never),
        Expiry::At(time) => Ok(KeyExpiry::At(microseconds(time))),
        Expiry::In(lifetime) if lifetime.as_micros() == 0 => {
            Err(Error::invalid_input(VENDOR, operation, "the lifetime must be at least one microsecond"))
        }
        Expiry::In(lifetime) => match now.checked_add(lifetime) {
            Ok(time) => Ok(KeyExpiry::At(microseconds(time))),
            Err(_) => Err(Error::invalid_input(VENDOR, operation, "the expiration is out of range")),
        },
        _ => Err(Error::unsupported_field(VENDOR, operation, Field::Expiry)),
    }
}

/// Rounds a time down to the resolution of the databases.
pub(crate) fn microseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}

/// Rejects an invalid number of uses, which would otherwise be ignored, and removes null, which means unlimited.
pub(crate) fn validate_remaining(uses: Option<&Value>, operation: Operation) -> Result<()> {
    match uses {
        None | Some(Value::Null) => Ok(()),
        Some(uses) if uses.as_i64().is_some_and(|uses| uses >= 0) => Ok(()),
        Some(_) => Err(Error::invalid_input(VENDOR, operation, "`remaining` must be a non-negative integer")),
    }
}

impl Change {
    /// Returns the changed key, or `None` if it is unchanged or removed.
    pub(crate) fn key(&self) -> Option<&ApiKey> {
        match self {
            Self::Put(key) | Self::Rotate { key, .. } => Some(key),
            Self::Keep | Self::Delete => None,
        }
    }

    /// Returns the changed key, or the given one.
    pub(crate) fn result(self, before: ApiKey) -> ApiKey {
        match self {
            Self::Put(key) | Self::Rotate { key, .. } => *key,
            Self::Keep | Self::Delete => before,
        }
    }
}
