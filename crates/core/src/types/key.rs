//! A key, its id and its status.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::fields::Fields;
use super::json::Json;
use super::secret::{SecretBytes, SecretKey};
use crate::capabilities::operation::Operation;
use crate::defect::Defect;
use crate::error::kind::{Effect, ErrorKind};
use crate::error::{Error, Result};

/// The vendor's id of a key.
///
/// An id is sent as one path segment. The empty string, `.`, `..` and control characters are rejected because they
/// could change the path. All other characters are valid and are percent-encoded.
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
    /// Creates an id.
    ///
    /// # Errors
    /// Returns [`InvalidKeyId`] for an empty id, `.`, `..` and ids with control characters.
    pub fn new(id: impl Into<String>) -> Result<Self, InvalidKeyId> {
        let id = id.into();
        match id.as_str() {
            _ if Defect::AnyIdAccepted.is_active() => Ok(Self(id)),
            "" => Err(InvalidKeyId("empty")),
            "." | ".." => Err(InvalidKeyId("`.` and `..` would change the path")),
            text if has_control(text) => Err(InvalidKeyId("contains a control character")),
            _ => Ok(Self(id)),
        }
    }

    /// Returns the id as a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn has_control(text: &str) -> bool {
    // Nearly all ids are printable ASCII, which needs no decoding. Without an early exit, this is vectorized.
    let is_printable = |byte| matches!(byte, b' '..=b'~');
    !text.bytes().fold(true, |all, byte| all & is_printable(byte)) && text.chars().any(char::is_control)
}

/// An error for a string that is not a valid [`KeyId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("invalid key id: {0}")]
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

/// The status of a key, as far as the vendor reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeyStatus {
    /// The key authenticates.
    Active,
    /// The key does not authenticate and can be enabled again.
    Disabled,
    /// The key is permanently revoked.
    Revoked,
    /// The key is expired.
    Expired,
    /// The vendor does not report a status.
    Unknown,
}

impl KeyStatus {
    /// Returns the lowercase name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the status at a time of a key with this status and an expiration: an expired key is not active or
    /// disabled, and a revoked one remains revoked.
    pub fn at(self, expiry: KeyExpiry, now: Timestamp) -> Self {
        match self {
            Self::Revoked => Self::Revoked,
            _ if expiry.is_past(now) => Self::Expired,
            status => status,
        }
    }

    /// Returns whether the key is known not to authenticate.
    pub const fn is_inactive(self) -> bool {
        matches!(self, Self::Disabled | Self::Revoked | Self::Expired)
    }
}

impl fmt::Display for KeyStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The expiration of a key, as far as the vendor reports it.
///
/// `Never` and `Unknown` are distinct: an audit must not confuse them. Exhaustive for the same reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyExpiry {
    /// The key does not expire.
    Never,
    /// The key expires, or expired, at this time.
    At(Timestamp),
    /// The vendor does not report an expiration, or not in a known format.
    Unknown,
}

impl KeyExpiry {
    /// Returns the expiration time, if there is one.
    pub const fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(time) => Some(time),
            Self::Never | Self::Unknown => None,
        }
    }

    /// Returns whether the expiration time is at or before `now`.
    pub fn is_past(self, now: Timestamp) -> bool {
        self.at().is_some_and(|time| time <= now)
    }
}

/// The metadata of a key, without its secret.
///
/// A value that the vendor does not report is `None` or `Unknown`. Fields without a common counterpart are in
/// [`extra`](Self::extra).
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApiKey {
    /// The id.
    pub id: KeyId,
    /// The name.
    pub name: Option<String>,
    /// The description, where the vendor has one in addition to the name.
    pub description: Option<String>,
    /// The status.
    pub status: KeyStatus,
    /// The part of the secret that the vendor shows for recognition, such as its first or last characters.
    pub hint: Option<String>,
    /// The owner, as defined by the vendor.
    pub owner: Option<String>,
    /// The scopes; `None` if the vendor has no scopes or does not report them.
    pub scopes: Option<Vec<String>>,
    /// The creation time.
    pub created_at: Option<Timestamp>,
    /// The time of the last change to the metadata.
    pub updated_at: Option<Timestamp>,
    /// The expiration.
    pub expiry: KeyExpiry,
    /// The time of the last use.
    pub last_used_at: Option<Timestamp>,
    /// The issuer's own JSON, as the vendor reports it.
    pub metadata: Option<Json>,
    /// Further fields by the vendor's names. Never contains a secret.
    pub extra: Fields,
}

impl ApiKey {
    /// Creates a key of which only the id is known.
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
            extra: Fields::new(),
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
            .field("metadata", &self.metadata)
            .field("extra", &self.extra)
            .finish_non_exhaustive()
    }
}

/// A new key with its secret.
///
/// Most vendors do not show the secret again: store it before anything else can fail. Not `Clone`, so that it has a
/// single owner.
#[derive(Debug)]
#[must_use = "the secret is not shown again"]
#[non_exhaustive]
pub struct IssuedKey {
    /// The key.
    pub key: ApiKey,
    /// The secret.
    pub secret: SecretKey,
}

impl IssuedKey {
    /// Creates an issued key.
    pub fn new(key: ApiKey, secret: SecretKey) -> Self {
        Self { key, secret }
    }

    /// Returns the key and the secret.
    pub fn into_parts(self) -> (ApiKey, SecretKey) {
        (self.key, self.secret)
    }
}

/// For authors of providers.
impl IssuedKey {
    /// Joins a secret and the key that was read from the same response.
    ///
    /// # Errors
    /// Returns the error of `key` with [`Effect::Applied`]. Its body is a JSON object with the `secret`.
    pub fn from_response(key: Result<ApiKey>, secret: SecretKey) -> Result<Self> {
        match key {
            Ok(key) => Ok(Self::new(key, secret)),
            Err(error) => {
                let body = serde_json::json!({ "secret": secret.expose() });
                Err(error.with_effect(Effect::Applied).with_body(SecretBytes::new(body.to_string())))
            }
        }
    }

    /// Creates the error for a key that was created without applying a field. Its body is a JSON object with the `id`
    /// and the `secret`.
    pub fn field_not_applied(self, vendor: &'static str, operation: Operation, field: &str) -> Error {
        let (key, secret) = self.into_parts();
        let body = serde_json::json!({ "id": key.id, "secret": secret.expose() });
        Error::new(ErrorKind::UnexpectedResponse, vendor, operation)
            .with_effect(Effect::Applied)
            .with_message(format!(
                "the vendor created the key {} without applying the field `{field}`",
                key.id
            ))
            .with_body(SecretBytes::new(body.to_string()))
    }
}
