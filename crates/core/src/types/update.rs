//! Changes to a key.

use serde_json::{Map, Value};

use super::expiry::Expiry;
use super::json::Json;
use super::key::{ApiKey, KeyExpiry, KeyStatus};
use super::response_check;
use crate::capabilities::field::{Field, FieldSet};
use crate::capabilities::operation::Operation;
use crate::error::kind::{Effect, ErrorKind};
use crate::error::{Error, Result};

/// A change to a field that can be cleared.
///
/// There is no `From<Option<T>>`, because `None` could mean either keep or clear. Exhaustive: a provider must handle
/// every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Patch<T> {
    /// Keeps the value.
    #[default]
    Keep,
    /// Removes the value.
    Clear,
    /// Replaces the value.
    Set(T),
}

impl<T> Patch<T> {
    /// Returns whether the field is kept.
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// Applies a function to the new value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(f(value)),
        }
    }

    /// Applies the change to an optional value.
    pub fn apply(self, slot: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *slot = None,
            Self::Set(value) => *slot = Some(value),
        }
    }
}

/// Changes to a key. Every field is kept by default.
///
/// ```
/// use api_keys_core::UpdateApiKey;
///
/// let changes = UpdateApiKey::new().name("ci-2").enabled(false).clear_expiry();
/// assert!(changes.description.is_keep());
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[must_use]
#[non_exhaustive]
pub struct UpdateApiKey {
    /// The new name. A name cannot be cleared.
    pub name: Option<String>,
    /// The change to the description.
    pub description: Patch<String>,
    /// The new owner.
    pub owner: Option<String>,
    /// The new scopes, which replace the previous ones.
    pub scopes: Option<Vec<String>>,
    /// The change to the expiration. [`Patch::Clear`] means that the key never expires.
    pub expiry: Patch<Expiry>,
    /// The change to the metadata, which is replaced and never merged.
    pub metadata: Patch<Value>,
    /// The new enabled state.
    pub enabled: Option<bool>,
    /// Vendor-specific fields by the vendor's names. Unknown fields are rejected.
    pub extra: Map<String, Value>,
}

impl UpdateApiKey {
    /// Creates an update without changes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the description.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Patch::Set(description.into());
        self
    }

    /// Clears the description.
    pub fn clear_description(mut self) -> Self {
        self.description = Patch::Clear;
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

    /// Sets the expiration, relative to the time of the update.
    pub fn expiry(mut self, expiry: Expiry) -> Self {
        self.expiry = Patch::Set(expiry);
        self
    }

    /// Removes the expiration.
    pub fn clear_expiry(mut self) -> Self {
        self.expiry = Patch::Clear;
        self
    }

    /// Sets the metadata.
    pub fn metadata(mut self, metadata: impl Into<Value>) -> Self {
        self.metadata = Patch::Set(metadata.into());
        self
    }

    /// Clears the metadata.
    pub fn clear_metadata(mut self) -> Self {
        self.metadata = Patch::Clear;
        self
    }

    /// Enables or disables the key.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = Some(enabled);
        self
    }

    /// Sets a vendor-specific field.
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    /// Returns the fields that change.
    pub fn fields(&self) -> FieldSet {
        FieldSet::from_present([
            (Field::Name, self.name.is_some()),
            (Field::Description, !self.description.is_keep()),
            (Field::Owner, self.owner.is_some()),
            (Field::Scopes, self.scopes.is_some()),
            (Field::Expiry, !self.expiry.is_keep()),
            (Field::Metadata, !self.metadata.is_keep()),
            (Field::Enabled, self.enabled.is_some()),
            (Field::Extra, !self.extra.is_empty()),
        ])
    }

    /// Returns the fields that are cleared.
    pub fn cleared(&self) -> FieldSet {
        FieldSet::from_present([
            (Field::Description, self.description == Patch::Clear),
            (Field::Expiry, matches!(self.expiry, Patch::Clear | Patch::Set(Expiry::Never))),
            (Field::Metadata, self.metadata == Patch::Clear),
        ])
    }
}

/// For authors of providers.
impl UpdateApiKey {
    /// Applies the changes to a key that the provider itself stores. `expiry` is the new expiration, if it changes:
    /// it depends on the clock and the defaults of the provider.
    ///
    /// ```
    /// use api_keys_core::{ApiKey, KeyExpiry, KeyId, UpdateApiKey};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut key = ApiKey::new(KeyId::new("key_1")?);
    /// UpdateApiKey::new().name("ci").clear_expiry().apply(&mut key, Some(KeyExpiry::Never));
    /// assert_eq!(key.name.as_deref(), Some("ci"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn apply(self, key: &mut ApiKey, expiry: Option<KeyExpiry>) {
        match self.enabled {
            None => {}
            Some(true) => key.status = KeyStatus::Active,
            Some(false) => key.status = KeyStatus::Disabled,
        }
        self.description.apply(&mut key.description);
        self.metadata.map(Json::from).apply(&mut key.metadata);
        key.name = self.name.or(key.name.take());
        key.owner = self.owner.or(key.owner.take());
        key.scopes = self.scopes.or(key.scopes.take());
        key.expiry = expiry.unwrap_or(key.expiry);
        key.extra.extend(self.extra);
    }

    /// Compares a vendor's response to the request and returns the key if no change is missing. Fields that the
    /// response does not contain are trusted.
    ///
    /// # Errors
    /// [`UnexpectedResponse`](ErrorKind::UnexpectedResponse) with [`Effect::Applied`] names the first field that was
    /// not applied. Other fields may have changed.
    pub fn verify_response(&self, vendor: &'static str, key: ApiKey) -> Result<ApiKey> {
        let expiry_differs = match self.expiry {
            Patch::Keep => false,
            Patch::Clear => response_check::expiry_differs(Expiry::Never, &key),
            // Relative to the update and not to the key's creation, so only its presence can be compared.
            Patch::Set(Expiry::Never | Expiry::VendorDefault) => {
                response_check::expiry_differs(Expiry::Never, &key)
            }
            Patch::Set(_) => key.expiry == KeyExpiry::Never,
        };
        let enabled_differs = match self.enabled {
            None => false,
            Some(true) => key.status == KeyStatus::Disabled,
            Some(false) => key.status == KeyStatus::Active,
        };
        let different = [
            (Field::Enabled, enabled_differs),
            (Field::Owner, response_check::differs(self.owner.as_ref(), key.owner.as_ref())),
            (Field::Scopes, response_check::scopes_differ(self.scopes.as_deref(), &key)),
            (Field::Expiry, expiry_differs),
            (Field::Metadata, matches!(self.metadata, Patch::Set(_)) && key.metadata.is_none()),
        ];
        match response_check::first(different) {
            None => Ok(key),
            Some(field) => Err(Error::new(ErrorKind::UnexpectedResponse, vendor, Operation::Update)
                .with_effect(Effect::Applied)
                .with_message(format!("the vendor did not apply the field `{field}`"))),
        }
    }
}
