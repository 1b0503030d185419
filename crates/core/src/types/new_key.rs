//! The request for a new key.

use std::time::Duration;

use serde_json::{Map, Value};

use super::expiry::Expiry;
use super::json::Json;
use super::key::{ApiKey, IssuedKey, KeyExpiry, KeyId, KeyStatus};
use super::response_check;
use crate::capabilities::field::{Field, FieldSet};
use crate::capabilities::operation::Operation;
use crate::defect::Defect;
use crate::error::Result;

/// A request for a new key.
///
/// A field that the vendor does not support is rejected before a request is sent and never dropped: without its
/// expiration or its scopes a key would have more permissions than requested.
///
/// ```
/// use api_keys_core::NewApiKey;
/// use std::time::Duration;
///
/// let new = NewApiKey::new("ci").owner("org_1").scopes(["deploy"]).expires_in(Duration::from_secs(86_400));
/// assert_eq!(new.name, "ci");
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[must_use]
#[non_exhaustive]
pub struct NewApiKey {
    /// The name.
    pub name: String,
    /// The description, in addition to the name.
    pub description: Option<String>,
    /// The owner, as defined by the vendor.
    pub owner: Option<String>,
    /// The scopes. `None` selects the vendor's default, an empty list requests a key without permissions.
    pub scopes: Option<Vec<String>>,
    /// The expiration.
    pub expiry: Expiry,
    /// The caller's own JSON.
    pub metadata: Option<Value>,
    /// Vendor-specific fields by the vendor's names. Unknown fields are rejected.
    pub extra: Map<String, Value>,
}

impl NewApiKey {
    /// Creates a request for a key with a name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Sets the description.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Sets the owner.
    pub fn owner(mut self, owner: impl Into<String>) -> Self {
        self.owner = Some(owner.into());
        self
    }

    /// Sets the scopes.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the expiration.
    pub fn expiry(mut self, expiry: Expiry) -> Self {
        self.expiry = expiry;
        self
    }

    /// Sets the lifetime, counted from the key's creation.
    pub fn expires_in(self, lifetime: Duration) -> Self {
        self.expiry(Expiry::In(lifetime))
    }

    /// Sets the metadata.
    pub fn metadata(mut self, metadata: impl Into<Value>) -> Self {
        self.metadata = Some(metadata.into());
        self
    }

    /// Sets a vendor-specific field.
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    /// Returns the fields that are set.
    pub fn fields(&self) -> FieldSet {
        FieldSet::from_present([
            (Field::Name, true),
            (Field::Description, self.description.is_some()),
            (Field::Owner, self.owner.is_some()),
            (Field::Scopes, self.scopes.is_some()),
            (Field::Expiry, self.expiry != Expiry::VendorDefault),
            (Field::Metadata, self.metadata.is_some()),
            (Field::Extra, !self.extra.is_empty()),
        ])
    }
}

/// For authors of providers.
impl NewApiKey {
    /// Returns an active key with these fields, for a provider that stores keys itself. `expiry` is the expiration, which
    /// depends on the clock and the defaults of the provider, or `Unknown` if it is set later.
    ///
    /// ```
    /// use api_keys_core::{KeyExpiry, KeyId, NewApiKey};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let key = NewApiKey::new("ci").owner("org_1").into_key(KeyId::new("key_1")?, KeyExpiry::Never);
    /// assert_eq!(key.owner.as_deref(), Some("org_1"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_key(self, id: KeyId, expiry: KeyExpiry) -> ApiKey {
        let mut key = ApiKey::new(id);
        key.name = Some(self.name);
        key.description = self.description;
        key.status = KeyStatus::Active;
        key.owner = self.owner;
        key.scopes = self.scopes;
        key.expiry = expiry;
        key.metadata = self.metadata.map(Json::from);
        key.extra = self.extra.into();
        key
    }

    /// Compares a vendor's response to the request and returns the key if owner, scopes, expiration and metadata were
    /// applied. Fields that the response does not contain are trusted.
    ///
    /// # Errors
    /// [`UnexpectedResponse`](crate::ErrorKind::UnexpectedResponse) with [`Effect::Applied`](crate::Effect::Applied)
    /// names the first field that was not applied. The body of the error is a JSON object with the `id` and the
    /// `secret` of the key.
    pub fn verify_response(&self, vendor: &'static str, issued: IssuedKey) -> Result<IssuedKey> {
        let key = &issued.key;
        let different = [
            (Field::Owner, response_check::differs(self.owner.as_ref(), key.owner.as_ref())),
            (Field::Scopes, response_check::scopes_differ(self.scopes.as_deref(), key)),
            (Field::Expiry, response_check::expiry_differs(self.expiry, key)),
            (Field::Metadata, self.metadata.is_some() && key.metadata.is_none()),
        ];
        match response_check::first(different) {
            None => Ok(issued),
            Some(_) if Defect::RestrictionDropped.is_active() => Ok(issued),
            Some(field) => Err(issued.field_not_applied(vendor, Operation::Create, field.as_str())),
        }
    }
}
