//! Fields of requests, and sets of them.

use std::fmt;

/// A field of a request that not every vendor supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Field {
    /// The name of a key.
    Name,
    /// The description of a key, in addition to its name.
    Description,
    /// The owner of a key, such as a user or an organization.
    Owner,
    /// The scopes of a key.
    Scopes,
    /// The expiration of a key.
    Expiry,
    /// The caller's own JSON, stored with a key.
    Metadata,
    /// The enabled state of a key.
    Enabled,
    /// The reason for a revocation.
    Reason,
    /// A text that listed keys must match.
    Search,
    /// The inclusion of keys that no longer authenticate.
    IncludeInactive,
    /// The duration for which previous secrets remain valid after a rotation.
    Overlap,
    /// Vendor-specific fields.
    Extra,
}

impl Field {
    /// All fields.
    pub const ALL: &'static [Self] = &[
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
        Self::Overlap,
        Self::Extra,
    ];

    /// Returns the snake-case name.
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
            Self::Overlap => "overlap",
            Self::Extra => "extra",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A set of [`Field`]s that can be built at compile time.
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
    /// The empty set.
    pub const EMPTY: Self = Self(0);

    /// Creates a set.
    pub const fn of(fields: &[Field]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < fields.len() {
            bits |= 1 << fields[i] as u16;
            i += 1;
        }
        Self(bits)
    }

    /// Creates the set of the fields that are present.
    pub(crate) fn from_present<const N: usize>(fields: [(Field, bool); N]) -> Self {
        fields.into_iter().filter_map(|(field, present)| present.then_some(field)).collect()
    }

    /// Returns whether the set contains a field.
    pub const fn contains(self, field: Field) -> bool {
        self.0 & (1 << field as u16) != 0
    }

    /// Returns whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns an iterator over the fields.
    pub fn iter(self) -> impl Iterator<Item = Field> {
        Field::ALL.iter().copied().filter(move |&field| self.contains(field))
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
