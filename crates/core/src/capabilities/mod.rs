//! The operations and fields that a vendor supports.

pub(crate) mod field;
pub(crate) mod operation;
mod validation;

use self::field::{Field, FieldSet};
use self::operation::{Operation, Support};

/// The keys that a vendor lists.
///
/// Exhaustive: a listing either contains inactive keys or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ListScope {
    /// All keys that have a record.
    #[default]
    All,
    /// Only keys that authenticate.
    ActiveOnly,
}

/// The operations and fields that a provider supports. Can be built at compile time.
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
#[must_use]
#[non_exhaustive]
pub struct Capabilities {
    support: [Support; Operation::ALL.len()],
    /// The fields that [`create`](crate::ApiKeyProvider::create) supports.
    pub create_fields: FieldSet,
    /// The fields that [`update`](crate::ApiKeyProvider::update) can set.
    pub update_fields: FieldSet,
    /// The fields that [`update`](crate::ApiKeyProvider::update) can clear.
    pub clearable_fields: FieldSet,
    /// The vendor-specific fields that [`create`](crate::ApiKeyProvider::create) supports.
    pub create_extra: &'static [&'static str],
    /// The vendor-specific fields that [`update`](crate::ApiKeyProvider::update) can set.
    pub update_extra: &'static [&'static str],
    /// The filters that [`list`](crate::ApiKeyProvider::list) supports. The page size is a hint and always accepted.
    pub list_fields: FieldSet,
    /// The fields that [`revoke`](crate::ApiKeyProvider::revoke) supports.
    pub revoke_fields: FieldSet,
    /// The fields that [`rotate`](crate::ApiKeyProvider::rotate) supports.
    pub rotate_fields: FieldSet,
    /// Vendor-specific fields that restrict a key and that only the vendor's server can set. A key with such a value
    /// cannot be [replaced](crate::Rotation) by an equal one.
    pub server_fields: &'static [&'static str],
    /// Vendor-specific fields that restrict a key and to which the vendor's server assigns a default. A replaced key and
    /// its successor must have the same values.
    pub server_defaults: &'static [&'static str],
    /// `true` if [`create`](crate::ApiKeyProvider::create) and [`list`](crate::ApiKeyProvider::list) require an owner.
    pub owner_required: bool,
    /// The keys that the vendor lists.
    pub list_scope: ListScope,
    /// `true` if listings are paginated; otherwise the first page contains all keys.
    pub paged: bool,
    /// The maximum number of keys in a listing, if the vendor truncates it without an indication.
    pub list_ceiling: Option<u32>,
    /// `true` if the vendor's creation times are reliable.
    pub created_at_reliable: bool,
    /// `true` if a rotated key keeps its id.
    pub rotate_keeps_id: bool,
    /// `true` if a revoked key can be enabled again.
    pub revoke_reversible: bool,
    /// `true` if a revoked key can still be read by id.
    pub revoke_keeps_record: bool,
    /// The maximum number of active keys, if it is known and fixed.
    pub max_active: Option<u32>,
}

impl Capabilities {
    /// Creates capabilities without any support.
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
            rotate_fields: FieldSet::EMPTY,
            server_fields: &[],
            server_defaults: &[],
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

    /// Declares native operations.
    pub const fn native(self, operations: &[Operation]) -> Self {
        self.with(operations, Support::Native)
    }

    /// Declares emulated operations.
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

    /// Declares the fields that `create` supports.
    pub const fn create_fields(mut self, fields: &[Field]) -> Self {
        self.create_fields = FieldSet::of(fields);
        self
    }

    /// Declares the fields that `update` can set and clear.
    pub const fn update_fields(mut self, settable: &[Field], clearable: &[Field]) -> Self {
        self.update_fields = FieldSet::of(settable);
        self.clearable_fields = FieldSet::of(clearable);
        self
    }

    /// Declares the vendor-specific fields of `create` and `update`. If none are declared and the field set contains
    /// [`Field::Extra`], all are accepted.
    pub const fn extra_fields(
        mut self,
        create: &'static [&'static str],
        update: &'static [&'static str],
    ) -> Self {
        self.create_extra = create;
        self.update_extra = update;
        self
    }

    /// Declares the filters that `list` supports.
    pub const fn list_fields(mut self, fields: &[Field]) -> Self {
        self.list_fields = FieldSet::of(fields);
        self
    }

    /// Declares the fields that `revoke` supports.
    pub const fn revoke_fields(mut self, fields: &[Field]) -> Self {
        self.revoke_fields = FieldSet::of(fields);
        self
    }

    /// Declares the fields that `rotate` supports.
    pub const fn rotate_fields(mut self, fields: &[Field]) -> Self {
        self.rotate_fields = FieldSet::of(fields);
        self
    }

    /// Declares the vendor-specific fields that restrict a key and that `create` cannot set: those that are absent by
    /// default, and those with a default of the server.
    pub const fn server_fields(
        mut self,
        absent: &'static [&'static str],
        defaults: &'static [&'static str],
    ) -> Self {
        self.server_fields = absent;
        self.server_defaults = defaults;
        self
    }

    /// Declares that `create` and `list` require an owner.
    pub const fn owner_required(mut self) -> Self {
        self.owner_required = true;
        self
    }

    /// Declares that only keys that authenticate are listed.
    pub const fn lists_active_only(mut self) -> Self {
        self.list_scope = ListScope::ActiveOnly;
        self
    }

    /// Declares that listings are paginated.
    pub const fn paged(mut self) -> Self {
        self.paged = true;
        self
    }

    /// Declares the maximum number of keys in a listing.
    pub const fn list_ceiling(mut self, keys: u32) -> Self {
        self.list_ceiling = Some(keys);
        self
    }

    /// Declares that creation times are unreliable.
    pub const fn created_at_unreliable(mut self) -> Self {
        self.created_at_reliable = false;
        self
    }

    /// Declares that a rotated key keeps its id.
    pub const fn rotate_keeps_id(mut self) -> Self {
        self.rotate_keeps_id = true;
        self
    }

    /// Declares that a revoked key can be enabled again.
    pub const fn revoke_reversible(mut self) -> Self {
        self.revoke_reversible = true;
        self
    }

    /// Declares that a revoked key can still be read by id.
    pub const fn revoke_keeps_record(mut self) -> Self {
        self.revoke_keeps_record = true;
        self
    }

    /// Declares the maximum number of active keys.
    pub const fn max_active(mut self, keys: u32) -> Self {
        self.max_active = Some(keys);
        self
    }

    /// Returns the support of an operation.
    pub const fn support(&self, operation: Operation) -> Support {
        self.support[operation as usize]
    }
}
