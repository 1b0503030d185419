//! Pagination by offset while keys are created and removed.

use crate::types::key::{ApiKey, KeyId};
use crate::types::listing::{Cursor, ListQuery, Page};

/// The number of recently returned ids in a cursor.
const KNOWN_IDS: usize = 100;

/// The maximum number of requests that search for a lost position.
const MAX_SEARCHES: u8 = 3;

/// A position in a listing that the vendor paginates by offset.
///
/// With a bare offset a key is skipped if one before it is removed. The cursor therefore also contains the ids that
/// were returned most recently, and the next request begins one key early: the keys after the latest of these ids
/// have not been returned before, as long as the vendor's order is stable. If none of them is on the page, the cursor
/// searches for them once and then starts over rather than skip a key. A listing may thus repeat keys;
/// [`keys`](crate::ApiKeyProviderExt::keys) removes the duplicates.
///
/// A provider requests [`offset`](Self::offset) and [`limit`](Self::limit) until [`page`](Self::page) returns
/// [`Step::Page`], after at most a few requests:
///
/// ```
/// use api_keys_core::provider::{OffsetCursor, Step};
/// use api_keys_core::{ApiKey, Error, ListQuery, Operation, Page, Result};
///
/// # async fn request(_offset: u64, _limit: u32) -> Result<(Vec<ApiKey>, u64)> { Ok((Vec::new(), 0)) }
/// async fn list(query: ListQuery) -> Result<Page<ApiKey>> {
///     let mut cursor = OffsetCursor::from_query(&query, 100)
///         .ok_or_else(|| Error::invalid_input("vendor", Operation::List, "cursor of another provider"))?;
///     loop {
///         let (keys, total) = request(cursor.offset(), cursor.limit()).await?;
///         match cursor.page(keys, total) {
///             Step::Page(page) => return Ok(page),
///             Step::Retry(next) => cursor = next,
///         }
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetCursor {
    offset: u64,
    limit: u32,
    /// The total number of keys when the previous page was read.
    total: u64,
    /// The ids that were returned most recently, one per line, the latest last.
    known: String,
    /// The number of requests that searched for the position.
    searches: u8,
}

/// The result of [`OffsetCursor::page`].
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "a provider must handle both cases")]
pub enum Step {
    /// The requested page.
    Page(Page<ApiKey>),
    /// The position was not found: request another offset.
    Retry(OffsetCursor),
}

impl OffsetCursor {
    /// Creates the position of a query, for a vendor with pages of at most `max_page_size` keys, which must be at least
    /// 2. Returns `None` if the query's cursor was not created by this type.
    pub fn from_query(query: &ListQuery, max_page_size: u32) -> Option<Self> {
        let limit = query.limit.unwrap_or(max_page_size).max(1);
        let Some(cursor) = &query.cursor else {
            return Some(Self {
                offset: 0,
                limit: limit.min(max_page_size),
                total: 0,
                known: String::new(),
                searches: 0,
            });
        };
        let mut parts = cursor.as_str().splitn(3, ':');
        let end: u64 = parts.next()?.parse().ok().filter(|&end| end > 0)?;
        let total = parts.next()?.parse().ok()?;
        let known = parts.next()?;
        KeyId::new(known.lines().next_back()?).ok()?;
        // One more than requested, for the key that is already known.
        let limit = limit.saturating_add(1).min(max_page_size);
        Some(Self { offset: end - 1, limit, total, known: known.to_owned(), searches: 0 })
    }

    /// Returns the offset to request.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the number of keys to request.
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// Creates the page from the keys in the vendor's response, out of `total` keys.
    #[must_use]
    pub fn page(self, mut keys: Vec<ApiKey>, total: u64) -> Step {
        let position = |id: &str| keys.iter().position(|key| key.id.as_str() == id);
        let found = self.known.lines().rev().enumerate().find_map(|(age, id)| Some((age, position(id)?)));
        let (removed, old) = match found {
            Some((age, at)) => (age, at + 1),
            None if self.offset == 0 => (0, 0),
            None => return Step::Retry(self.search(total)),
        };
        let end = self.offset.saturating_add(keys.len() as u64);
        if self.searches > 0 && 0 < old && old == keys.len() && end < total {
            // The position moved during the search. An empty page that leads to itself would end the listing.
            return Step::Retry(Self { offset: end - 1, ..self }.count_search());
        }
        let next = (end < total && !keys.is_empty()).then(|| {
            let returned = keys[old..].iter().rev().map(|key| key.id.as_str());
            // Known ids after the position that was found no longer exist.
            let mut known: Vec<_> =
                returned.chain(self.known.lines().rev().skip(removed)).take(KNOWN_IDS).collect();
            known.reverse();
            Cursor::new(format!("{end}:{total}:{}", known.join("\n")))
        });
        keys.drain(..old);
        Step::Page(Page::new(keys, next, Some(total)))
    }

    /// Moves the position by one page, or by the change of the total if that is larger. A second search starts over.
    fn search(self, total: u64) -> Self {
        if self.searches > 0 {
            return self.start_over();
        }
        let (change, page) = (total.abs_diff(self.total), u64::from(self.limit));
        let offset = match change >= page {
            false => self.offset.saturating_sub(page - 1),
            true if total > self.total => self.offset.saturating_add(change - page / 2),
            true => self.offset.saturating_sub(change.saturating_add(page / 2)),
        };
        Self { offset, ..self }.count_search()
    }

    fn count_search(self) -> Self {
        match self.searches {
            MAX_SEARCHES => self.start_over(),
            searches => Self { searches: searches + 1, ..self },
        }
    }

    /// Returns to the first page and forgets all ids.
    fn start_over(self) -> Self {
        Self { offset: 0, known: String::new(), ..self }
    }
}
