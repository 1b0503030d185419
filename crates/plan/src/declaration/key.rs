//! A declared key.

use std::fmt;

use api_keys_core::{Expiry, KeyId, NewApiKey, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::destination::Destination;
use super::duration::Period;

/// A declared key. A field that is not declared is not managed: a new key gets the vendor's default, and later changes
/// at the vendor are not reverted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DeclaredKey {
    /// The name of the configured provider.
    pub provider: String,
    /// The name at the vendor. By default the logical name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The owner, as defined by the vendor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The scopes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// The expiration: `never`, a lifetime such as `90d`, or a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Expires>,
    /// The metadata. The member `api-keys` is reserved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
    /// Vendor-specific fields by the vendor's names.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
    /// The rotation of the secret.
    #[serde(default)]
    pub rotate: Rotate,
    /// The id of an existing key that becomes this one. Its secret is not delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopt: Option<KeyId>,
    /// The destinations of the secret, at least one.
    pub destinations: Vec<Destination>,
}

/// The rotation of a declared key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Rotate {
    /// The age of a secret after which it is rotated. Never by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Period>,
    /// The duration for which the previous secret remains valid after the delivery of a new one, also when the key is
    /// replaced for another reason. Zero by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap: Option<Period>,
}

impl Rotate {
    /// Returns the overlap.
    pub fn overlap(&self) -> std::time::Duration {
        self.overlap.as_ref().map(Period::duration).unwrap_or_default()
    }
}

/// A declared expiration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Expires {
    /// The key does not expire.
    Never,
    /// The lifetime, from the creation of the key or the last change of its secret.
    In(Period),
    /// The time.
    At(Timestamp),
}

impl TryFrom<String> for Expires {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == "never" {
            return Ok(Self::Never);
        }
        if let Ok(period) = text.parse::<Period>() {
            return if period.duration().is_zero() {
                Err("the lifetime must not be zero")
            } else {
                Ok(Self::In(period))
            };
        }
        let midnight = format!("{text}T00:00:00Z");
        text.parse().or_else(|_| midnight.parse()).map(Self::At).map_err(|_| {
            "expected `never`, a lifetime such as 90d, a date such as 2030-01-31, or a time such as 2030-01-31T12:00:00Z"
        })
    }
}

impl From<Expires> for String {
    fn from(expires: Expires) -> Self {
        expires.to_string()
    }
}

impl fmt::Display for Expires {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.pad("never"),
            Self::In(period) => period.fmt(f),
            Self::At(time) => time.fmt(f),
        }
    }
}

impl Expires {
    pub(crate) fn expiry(&self) -> Expiry {
        match self {
            Self::Never => Expiry::Never,
            Self::In(period) => Expiry::In(period.duration()),
            Self::At(time) => Expiry::At(*time),
        }
    }
}

impl DeclaredKey {
    /// Returns the request for a new key, without a mark.
    pub(crate) fn request(&self, logical: &str) -> NewApiKey {
        let mut new = NewApiKey::new(self.vendor_name(logical));
        new.description.clone_from(&self.description);
        new.owner.clone_from(&self.owner);
        new.scopes.clone_from(&self.scopes);
        new.expiry = self.expires.as_ref().map(Expires::expiry).unwrap_or_default();
        new.metadata = self.metadata.clone().map(Value::Object);
        new.extra.clone_from(&self.extra);
        new
    }

    /// Returns the name at the vendor.
    pub(crate) fn vendor_name<'a>(&'a self, logical: &'a str) -> &'a str {
        self.name.as_deref().unwrap_or(logical)
    }
}
