//! Queries for keys, and pages of results.

use crate::capabilities::field::{Field, FieldSet};

/// A filter for [`list`](crate::ApiKeyProvider::list). The default lists keys that authenticate, in pages of the
/// vendor's default size.
///
/// ```
/// use api_keys_core::ListQuery;
///
/// let query = ListQuery::new().owner("org_1").include_inactive(true).limit(50);
/// assert_eq!(query.limit, Some(50));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[must_use]
#[non_exhaustive]
pub struct ListQuery {
    /// The requested page size; a hint, reduced to the vendor's maximum.
    pub limit: Option<u32>,
    /// The cursor of the page, from the previous page.
    pub cursor: Option<Cursor>,
    /// The owner of the keys.
    pub owner: Option<String>,
    /// Includes keys that no longer authenticate, as far as the vendor keeps them.
    pub include_inactive: bool,
    /// A text that keys must match, as defined by the vendor.
    pub search: Option<String>,
}

impl ListQuery {
    /// Creates a query for all keys that authenticate.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the page size.
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Sets the cursor.
    pub fn cursor(mut self, cursor: Cursor) -> Self {
        self.cursor = Some(cursor);
        self
    }

    /// Filters by owner.
    pub fn owner(mut self, owner: impl Into<String>) -> Self {
        self.owner = Some(owner.into());
        self
    }

    /// Includes keys that no longer authenticate.
    pub fn include_inactive(mut self, include: bool) -> Self {
        self.include_inactive = include;
        self
    }

    /// Filters by text.
    pub fn search(mut self, text: impl Into<String>) -> Self {
        self.search = Some(text.into());
        self
    }

    /// Returns the fields that are set, without page size and cursor, which every provider supports.
    pub fn fields(&self) -> FieldSet {
        FieldSet::from_present([
            (Field::Owner, self.owner.is_some()),
            (Field::IncludeInactive, self.include_inactive),
            (Field::Search, self.search.is_some()),
        ])
    }
}

/// An opaque pagination cursor, valid only for the provider that created it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cursor(String);

impl Cursor {
    /// Creates a cursor from a provider's own position.
    pub fn new(position: impl Into<String>) -> Self {
        Self(position.into())
    }

    /// Returns the provider's own position.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One page of a listing.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items on this page.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` on the last page.
    pub next: Option<Cursor>,
    /// The number of items on all pages, where the vendor reports it.
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// Creates a page.
    pub fn new(items: Vec<T>, next: Option<Cursor>, total: Option<u64>) -> Self {
        Self { items, next, total }
    }

    /// Creates a page that contains all items.
    pub fn complete(items: Vec<T>) -> Self {
        Self::new(items, None, None)
    }
}
