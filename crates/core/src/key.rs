//! A key, its id and its state.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::SecretKey;

/// The id under which a vendor keeps a key.
///
/// An id travels as one segment of a path, so what could climb out of it is refused: the empty string, `.`,
/// `..` and control characters. Everything else is left to the vendor, and percent-encoded on the way.
///
/// ```
/// use api_keys_core::KeyId;
///
/// assert!(KeyId::new("ak_3f").is_ok());
/// assert!(KeyId::new("..").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(String);

impl KeyId {
    /// Checks and takes an id.
    ///
    /// # Errors
    /// [`InvalidKeyId`] for an empty id, `.`, `..` and ids with control characters.
    pub fn new(id: impl Into<String>) -> Result<Self, InvalidKeyId> {
        let id = id.into();
        match id.as_str() {
            "" => Err(InvalidKeyId("it is empty")),
            "." | ".." => Err(InvalidKeyId("`.` and `..` would change the path")),
            text if text.chars().any(char::is_control) => Err(InvalidKeyId("it has a control character")),
            _ => Ok(Self(id)),
        }
    }

    /// The id as the vendor writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that cannot be a [`KeyId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("not a key id: {0}")]
pub struct InvalidKeyId(&'static str);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({:?})", self.0)
    }
}

impl AsRef<str> for KeyId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyId {
    type Err = InvalidKeyId;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        Self::new(id)
    }
}

impl TryFrom<String> for KeyId {
    type Error = InvalidKeyId;

    fn try_from(id: String) -> Result<Self, Self::Error> {
        Self::new(id)
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.0
    }
}

/// Whether a key authenticates, as far as its vendor tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeyStatus {
    /// It authenticates.
    Active,
    /// It is switched off and can be switched on again.
    Disabled,
    /// It is switched off for good.
    Revoked,
    /// Its time is over.
    Expired,
    /// The vendor does not say.
    Unknown,
}

impl KeyStatus {
    /// Lower-case name, for output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the key surely no longer authenticates.
    pub const fn is_inactive(self) -> bool {
        matches!(self, Self::Disabled | Self::Revoked | Self::Expired)
    }
}

impl fmt::Display for KeyStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// When a key ends, as far as its vendor tells.
///
/// "Never" and "not told" are different answers: an audit must not take one for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyExpiry {
    /// It does not end by itself.
    Never,
    /// It ends, or ended, at this time.
    At(Timestamp),
    /// The vendor does not say, or says it in a form that cannot be read.
    Unknown,
}

impl KeyExpiry {
    /// The time, if there is one.
    pub const fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(time) => Some(time),
            Self::Never | Self::Unknown => None,
        }
    }

    /// Whether the end lies at or before `now`.
    pub fn is_past(self, now: Timestamp) -> bool {
        self.at().is_some_and(|time| time <= now)
    }
}

/// A key's metadata: everything but its secret.
///
/// What a vendor does not say is `None` or `Unknown`, never a guess. What has no common field is in
/// [`extra`](Self::extra), under the vendor's own names.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApiKey {
    /// The vendor's id.
    pub id: KeyId,
    /// The name.
    pub name: Option<String>,
    /// The description, where the vendor has one beside the name.
    pub description: Option<String>,
    /// Whether it authenticates.
    pub status: KeyStatus,
    /// A part of the secret that the vendor shows for recognition, such as its first or last characters.
    pub hint: Option<String>,
    /// Who the key belongs to, in the vendor's terms.
    pub owner: Option<String>,
    /// What the key may do; `None` where the vendor has no scopes or does not tell.
    pub scopes: Option<Vec<String>>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When its metadata last changed.
    pub updated_at: Option<Timestamp>,
    /// When it ends.
    pub expiry: KeyExpiry,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// The issuer's own JSON, stored with the key.
    pub metadata: Option<Value>,
    /// The vendor's further fields, under its own names. Never a secret.
    pub extra: Map<String, Value>,
}

impl ApiKey {
    /// A key of which only the id is known.
    pub fn new(id: KeyId) -> Self {
        Self {
            id,
            name: None,
            description: None,
            status: KeyStatus::Unknown,
            hint: None,
            owner: None,
            scopes: None,
            created_at: None,
            updated_at: None,
            expiry: KeyExpiry::Unknown,
            last_used_at: None,
            metadata: None,
            extra: Map::new(),
        }
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("status", &self.status)
            .field("owner", &self.owner)
            .field("scopes", &self.scopes)
            .field("created_at", &self.created_at)
            .field("expiry", &self.expiry)
            // Free-form JSON is the caller's: it does not belong in logs.
            .field("metadata", &self.metadata.as_ref().map(|_| ".."))
            .field("extra", &self.extra.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// A key together with its secret, just minted.
///
/// For most vendors this is the only time that the secret is shown: store it before anything else can fail.
/// Not `Clone`, so that it has one owner.
#[derive(Debug)]
#[must_use = "the secret is shown only once"]
#[non_exhaustive]
pub struct IssuedKey {
    /// The key.
    pub key: ApiKey,
    /// Its secret.
    pub secret: SecretKey,
}

impl IssuedKey {
    /// Joins a key and its secret.
    pub fn new(key: ApiKey, secret: SecretKey) -> Self {
        Self { key, secret }
    }

    /// Takes both apart.
    pub fn into_parts(self) -> (ApiKey, SecretKey) {
        (self.key, self.secret)
    }
}
