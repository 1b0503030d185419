//! What a vendor can do, known before anything is sent.

use std::fmt;

/// The operations of [`ApiKeyProvider`](crate::ApiKeyProvider).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Mint a key.
    Create,
    /// Read one key's metadata.
    Get,
    /// Read one page of keys.
    List,
    /// Change a key's metadata.
    Update,
    /// Make a secret useless at once.
    Revoke,
    /// Remove a key's record.
    Delete,
    /// Give a key a new secret.
    Rotate,
    /// Show a key's secret again.
    Reveal,
    /// Ask whether a secret is good.
    Verify,
}

impl Operation {
    /// Every operation, in the order of the trait.
    pub const ALL: [Self; 9] = [
        Self::Create,
        Self::Get,
        Self::List,
        Self::Update,
        Self::Revoke,
        Self::Delete,
        Self::Rotate,
        Self::Reveal,
        Self::Verify,
    ];

    /// Lower-case name, for output and spans.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Get => "get",
            Self::List => "list",
            Self::Update => "update",
            Self::Revoke => "revoke",
            Self::Delete => "delete",
            Self::Rotate => "rotate",
            Self::Reveal => "reveal",
            Self::Verify => "verify",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How a vendor offers an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Support {
    /// The vendor has no such operation: the call returns
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) and sends nothing.
    #[default]
    Unsupported,
    /// The provider reaches the same result in one step with another of the vendor's operations.
    Emulated,
    /// One of the vendor's operations does just this.
    Native,
}

impl Support {
    /// Whether the operation can be called at all.
    pub const fn is_supported(self) -> bool {
        !matches!(self, Self::Unsupported)
    }

    /// Lower-case name, for output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsupported => "unsupported",
            Self::Emulated => "emulated",
            Self::Native => "native",
        }
    }
}

impl fmt::Display for Support {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A part of a request that some vendors honour and others do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Field {
    /// The key's name.
    Name,
    /// The key's description, beside its name.
    Description,
    /// Who the key belongs to: a user, an organization.
    Owner,
    /// What the key may do.
    Scopes,
    /// When the key ends.
    Expiry,
    /// The caller's own JSON, stored with the key.
    Metadata,
    /// Whether the key is switched on.
    Enabled,
    /// Why a key is revoked.
    Reason,
    /// A text that listed keys must match.
    Search,
    /// Whether keys that no longer authenticate are listed too.
    IncludeInactive,
    /// Vendor-specific fields.
    Extra,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 11] = [
        Self::Name,
        Self::Description,
        Self::Owner,
        Self::Scopes,
        Self::Expiry,
        Self::Metadata,
        Self::Enabled,
        Self::Reason,
        Self::Search,
        Self::IncludeInactive,
        Self::Extra,
    ];

    /// Snake-case name, for errors and output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Description => "description",
            Self::Owner => "owner",
            Self::Scopes => "scopes",
            Self::Expiry => "expiry",
            Self::Metadata => "metadata",
            Self::Enabled => "enabled",
            Self::Reason => "reason",
            Self::Search => "search",
            Self::IncludeInactive => "include_inactive",
            Self::Extra => "extra",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A set of [`Field`]s, built at compile time.
///
/// ```
/// use api_keys_core::{Field, FieldSet};
///
/// const FIELDS: FieldSet = FieldSet::of(&[Field::Name, Field::Expiry]);
/// assert!(FIELDS.contains(Field::Name) && !FIELDS.contains(Field::Scopes));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FieldSet(u16);

impl FieldSet {
    /// No field.
    pub const EMPTY: Self = Self(0);

    /// These fields.
    pub const fn of(fields: &[Field]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < fields.len() {
            bits |= 1 << fields[i] as u16;
            i += 1;
        }
        Self(bits)
    }

    /// Whether the field is in the set.
    pub const fn contains(self, field: Field) -> bool {
        self.0 & (1 << field as u16) != 0
    }

    /// Whether the set has no field.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The fields in the set.
    pub fn iter(self) -> impl Iterator<Item = Field> {
        Field::ALL.into_iter().filter(move |&field| self.contains(field))
    }
}

impl FromIterator<Field> for FieldSet {
    fn from_iter<I: IntoIterator<Item = Field>>(fields: I) -> Self {
        fields.into_iter().fold(Self::EMPTY, |set, field| Self(set.0 | Self::of(&[field]).0))
    }
}

impl fmt::Debug for FieldSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Which keys a vendor lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ListScope {
    /// Every key that has a record, usable or not.
    #[default]
    All,
    /// Only keys that still authenticate; the others can be read by id at best.
    ActiveOnly,
}

/// What a provider can do. `Copy`, built at compile time, and true: a test compares it with what the methods do.
///
/// ```
/// use api_keys_core::{Capabilities, Operation, Support};
///
/// const CAPABILITIES: Capabilities = Capabilities::none()
///     .native(&[Operation::Create, Operation::List, Operation::Revoke])
///     .emulated(&[Operation::Get]);
/// assert_eq!(CAPABILITIES.support(Operation::Get), Support::Emulated);
/// assert_eq!(CAPABILITIES.support(Operation::Verify), Support::Unsupported);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Capabilities {
    support: [Support; Operation::ALL.len()],
    /// What [`create`](crate::ApiKeyProvider::create) honours.
    pub create_fields: FieldSet,
    /// What [`update`](crate::ApiKeyProvider::update) can set.
    pub update_fields: FieldSet,
    /// What [`update`](crate::ApiKeyProvider::update) can clear.
    pub clearable_fields: FieldSet,
    /// The vendor-specific fields that [`create`](crate::ApiKeyProvider::create) honours.
    pub create_extra: &'static [&'static str],
    /// The vendor-specific fields that [`update`](crate::ApiKeyProvider::update) can set.
    pub update_extra: &'static [&'static str],
    /// What [`list`](crate::ApiKeyProvider::list) honours. The page size is a hint and always accepted.
    pub list_fields: FieldSet,
    /// What [`revoke`](crate::ApiKeyProvider::revoke) honours.
    pub revoke_fields: FieldSet,
    /// Whether [`create`](crate::ApiKeyProvider::create) and [`list`](crate::ApiKeyProvider::list) refuse to work
    /// without an owner.
    pub owner_required: bool,
    /// Which keys the vendor lists.
    pub list_scope: ListScope,
    /// Whether listing is by pages; if not, the first page holds every key.
    pub paged: bool,
    /// The most keys that listing can reach, where the vendor cuts the list off without saying so.
    pub list_ceiling: Option<u32>,
    /// Whether the creation times that the vendor tells are true.
    pub created_at_reliable: bool,
    /// Whether a rotated key keeps its id.
    pub rotate_keeps_id: bool,
    /// Whether a revoked key can be made to authenticate again.
    pub revoke_reversible: bool,
    /// Whether a revoked key can still be read by id.
    pub revoke_keeps_record: bool,
    /// How many keys can be active at a time, where the number is known and fixed.
    pub max_active: Option<u32>,
}

impl Capabilities {
    /// Nothing supported; the start of every `const`.
    pub const fn none() -> Self {
        Self {
            support: [Support::Unsupported; Operation::ALL.len()],
            create_fields: FieldSet::EMPTY,
            update_fields: FieldSet::EMPTY,
            clearable_fields: FieldSet::EMPTY,
            create_extra: &[],
            update_extra: &[],
            list_fields: FieldSet::EMPTY,
            revoke_fields: FieldSet::EMPTY,
            owner_required: false,
            list_scope: ListScope::All,
            paged: false,
            list_ceiling: None,
            created_at_reliable: true,
            rotate_keeps_id: false,
            revoke_reversible: false,
            revoke_keeps_record: false,
            max_active: None,
        }
    }

    /// These operations are native.
    pub const fn native(self, operations: &[Operation]) -> Self {
        self.with(operations, Support::Native)
    }

    /// These operations are emulated.
    pub const fn emulated(self, operations: &[Operation]) -> Self {
        self.with(operations, Support::Emulated)
    }

    const fn with(mut self, operations: &[Operation], support: Support) -> Self {
        let mut i = 0;
        while i < operations.len() {
            self.support[operations[i] as usize] = support;
            i += 1;
        }
        self
    }

    /// `create` honours these fields.
    pub const fn create_fields(mut self, fields: &[Field]) -> Self {
        self.create_fields = FieldSet::of(fields);
        self
    }

    /// `update` can set the first and clear the second.
    pub const fn update_fields(mut self, settable: &[Field], clearable: &[Field]) -> Self {
        self.update_fields = FieldSet::of(settable);
        self.clearable_fields = FieldSet::of(clearable);
        self
    }

    /// `create` honours the first vendor-specific fields, `update` can set the second. With
    /// [`Field::Extra`] in the field set and nothing here, any is accepted.
    pub const fn extra_fields(
        mut self,
        create: &'static [&'static str],
        update: &'static [&'static str],
    ) -> Self {
        self.create_extra = create;
        self.update_extra = update;
        self
    }

    /// `list` honours these fields.
    pub const fn list_fields(mut self, fields: &[Field]) -> Self {
        self.list_fields = FieldSet::of(fields);
        self
    }

    /// `revoke` honours these fields.
    pub const fn revoke_fields(mut self, fields: &[Field]) -> Self {
        self.revoke_fields = FieldSet::of(fields);
        self
    }

    /// `create` and `list` need an owner.
    pub const fn owner_required(mut self) -> Self {
        self.owner_required = true;
        self
    }

    /// Only keys that still authenticate are listed.
    pub const fn lists_active_only(mut self) -> Self {
        self.list_scope = ListScope::ActiveOnly;
        self
    }

    /// Listing is by pages.
    pub const fn paged(mut self) -> Self {
        self.paged = true;
        self
    }

    /// Listing reaches at most this many keys.
    pub const fn list_ceiling(mut self, keys: u32) -> Self {
        self.list_ceiling = Some(keys);
        self
    }

    /// The creation times that the vendor tells cannot be trusted.
    pub const fn created_at_unreliable(mut self) -> Self {
        self.created_at_reliable = false;
        self
    }

    /// A rotated key keeps its id.
    pub const fn rotate_keeps_id(mut self) -> Self {
        self.rotate_keeps_id = true;
        self
    }

    /// A revoked key can be made to authenticate again.
    pub const fn revoke_reversible(mut self) -> Self {
        self.revoke_reversible = true;
        self
    }

    /// A revoked key can still be read by id.
    pub const fn revoke_keeps_record(mut self) -> Self {
        self.revoke_keeps_record = true;
        self
    }

    /// At most this many keys can be active.
    pub const fn max_active(mut self, keys: u32) -> Self {
        self.max_active = Some(keys);
        self
    }

    /// How an operation is offered.
    pub const fn support(&self, operation: Operation) -> Support {
        self.support[operation as usize]
    }
}
