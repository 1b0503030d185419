//! What callers ask for.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{Field, FieldSet};

/// When a new key shall end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Expiry {
    /// Whatever the vendor does when nothing is said: never for some, a year for others.
    #[default]
    VendorDefault,
    /// Never, said in so many words; refused by vendors that cannot.
    Never,
    /// This long after the vendor receives the request. Vendors that count in coarser units round **down**, and
    /// refuse less than one unit.
    In(Duration),
    /// At this time; sent as a span to vendors that take only spans.
    At(Timestamp),
}

impl Expiry {
    /// How long the key shall live, counted from `now`; `None` where no span was asked for. A time that is past
    /// gives zero.
    pub fn span(self, now: Timestamp) -> Option<Duration> {
        match self {
            Self::VendorDefault | Self::Never => None,
            Self::In(span) => Some(span),
            Self::At(time) => Some(Duration::try_from(time.duration_since(now)).unwrap_or_default()),
        }
    }
}

/// What an update does to one clearable field.
///
/// There is no `From<Option<T>>`: whether `None` keeps or clears must be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Patch<T> {
    /// Leave it as it is.
    #[default]
    Keep,
    /// Remove the value.
    Clear,
    /// Put this in its place.
    Set(T),
}

impl<T> Patch<T> {
    /// Whether the field is left alone.
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// Applies a function to the value that is set.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(f(value)),
        }
    }

    /// Changes `slot` as the patch says.
    pub fn apply(self, slot: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *slot = None,
            Self::Set(value) => *slot = Some(value),
        }
    }
}

/// A key to be minted.
///
/// A field that the vendor cannot honour is refused before anything is sent, never dropped: without its expiry
/// or its scopes a key would be broader than what was asked for.
///
/// ```
/// use api_keys_core::NewApiKey;
/// use std::time::Duration;
///
/// let new = NewApiKey::new("ci").owner("org_1").scopes(["deploy"]).expires_in(Duration::from_secs(86_400));
/// assert_eq!(new.name, "ci");
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct NewApiKey {
    /// The name.
    pub name: String,
    /// A description beside the name.
    pub description: Option<String>,
    /// Who the key shall belong to, in the vendor's terms.
    pub owner: Option<String>,
    /// What the key may do. `None` leaves it to the vendor; an empty list asks for a key that may do nothing.
    pub scopes: Option<Vec<String>>,
    /// When it ends.
    pub expiry: Expiry,
    /// The caller's own JSON.
    pub metadata: Option<Value>,
    /// Vendor-specific fields under the vendor's own names; an unknown one is refused.
    pub extra: Map<String, Value>,
}

impl NewApiKey {
    /// A key with a name and nothing else said.
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

    /// Sets the expiry.
    pub fn expiry(mut self, expiry: Expiry) -> Self {
        self.expiry = expiry;
        self
    }

    /// Ends the key this long after it is minted.
    pub fn expires_in(self, span: Duration) -> Self {
        self.expiry(Expiry::In(span))
    }

    /// Sets the metadata.
    pub fn metadata(mut self, metadata: impl Into<Value>) -> Self {
        self.metadata = Some(metadata.into());
        self
    }

    /// Sets one vendor-specific field.
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    /// The fields that are set.
    pub fn fields(&self) -> FieldSet {
        present([
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

/// Changes to a key. Every field is kept unless said otherwise.
///
/// ```
/// use api_keys_core::{Expiry, UpdateApiKey};
///
/// let changes = UpdateApiKey::new().name("ci-2").enabled(false).clear_expiry();
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct UpdateApiKey {
    /// A new name; names cannot be cleared.
    pub name: Option<String>,
    /// The description.
    pub description: Patch<String>,
    /// A new owner.
    pub owner: Option<String>,
    /// New scopes, in place of the old ones.
    pub scopes: Option<Vec<String>>,
    /// The expiry. [`Patch::Clear`] means that the key no longer ends.
    pub expiry: Patch<Expiry>,
    /// New metadata, in place of the old; never merged.
    pub metadata: Patch<Value>,
    /// Switches the key on or off.
    pub enabled: Option<bool>,
    /// Vendor-specific fields under the vendor's own names; an unknown one is refused.
    pub extra: Map<String, Value>,
}

impl UpdateApiKey {
    /// No change.
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

    /// Removes the description.
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

    /// Sets the expiry, counted from now.
    pub fn expiry(mut self, expiry: Expiry) -> Self {
        self.expiry = Patch::Set(expiry);
        self
    }

    /// Lets the key live for ever.
    pub fn clear_expiry(mut self) -> Self {
        self.expiry = Patch::Clear;
        self
    }

    /// Sets the metadata.
    pub fn metadata(mut self, metadata: impl Into<Value>) -> Self {
        self.metadata = Patch::Set(metadata.into());
        self
    }

    /// Removes the metadata.
    pub fn clear_metadata(mut self) -> Self {
        self.metadata = Patch::Clear;
        self
    }

    /// Switches the key on or off.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = Some(enabled);
        self
    }

    /// Sets one vendor-specific field.
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    /// The fields that change.
    pub fn fields(&self) -> FieldSet {
        present([
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

    /// The fields that are cleared.
    pub fn cleared(&self) -> FieldSet {
        present([
            (Field::Description, self.description == Patch::Clear),
            (Field::Expiry, matches!(self.expiry, Patch::Clear | Patch::Set(Expiry::Never))),
            (Field::Metadata, self.metadata == Patch::Clear),
        ])
    }
}

/// Which keys to list.
///
/// Without anything said: the keys that still authenticate, page by page as the vendor serves them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct ListQuery {
    /// How many keys a page should hold; a hint, cut to what the vendor allows.
    pub limit: Option<u32>,
    /// Where to go on, from the page before.
    pub cursor: Option<Cursor>,
    /// Only keys of this owner.
    pub owner: Option<String>,
    /// Also keys that no longer authenticate, as far as the vendor keeps them.
    pub include_inactive: bool,
    /// Only keys that match this text, in the vendor's sense.
    pub search: Option<String>,
}

impl ListQuery {
    /// Every key that still authenticates.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the page size.
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Goes on from a page.
    pub fn cursor(mut self, cursor: Cursor) -> Self {
        self.cursor = Some(cursor);
        self
    }

    /// Only keys of this owner.
    pub fn owner(mut self, owner: impl Into<String>) -> Self {
        self.owner = Some(owner.into());
        self
    }

    /// Also keys that no longer authenticate.
    pub fn include_inactive(mut self, include: bool) -> Self {
        self.include_inactive = include;
        self
    }

    /// Only keys that match this text.
    pub fn search(mut self, text: impl Into<String>) -> Self {
        self.search = Some(text.into());
        self
    }

    /// The fields that are set; page size and cursor are always honoured and do not count.
    pub fn fields(&self) -> FieldSet {
        present([
            (Field::Owner, self.owner.is_some()),
            (Field::IncludeInactive, self.include_inactive),
            (Field::Search, self.search.is_some()),
        ])
    }
}

/// Where a listing goes on. Opaque: it means something only to the provider that made it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cursor(String);

impl Cursor {
    /// For providers: wraps whatever finds the next page.
    pub fn new(position: impl Into<String>) -> Self {
        Self(position.into())
    }

    /// For providers: what was wrapped.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How to revoke.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct RevokeOptions {
    /// Why, for the vendor's record.
    pub reason: Option<String>,
}

impl RevokeOptions {
    /// Nothing said.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the reason.
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The fields that are set.
    pub fn fields(&self) -> FieldSet {
        present([(Field::Reason, self.reason.is_some())])
    }
}

/// How to rotate. Empty today; here so that an option can come without breaking callers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct RotateOptions {}

impl RotateOptions {
    /// Nothing said.
    pub fn new() -> Self {
        Self::default()
    }
}

fn present<const N: usize>(fields: [(Field, bool); N]) -> FieldSet {
    fields.into_iter().filter_map(|(field, set)| set.then_some(field)).collect()
}
