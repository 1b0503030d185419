//! Walking a listing that vendors page by offset, while keys come and go.

use crate::{ApiKey, Cursor, KeyId, ListQuery, Page};

/// How many of the keys that were returned last a cursor knows.
const KNOWN: usize = 100;

/// How often a place that was lost is looked for.
const MOST_LOOKS: u8 = 3;

/// Where a listing by offset goes on.
///
/// An offset alone skips a key when one before it is removed. So the cursor also names the keys that were returned
/// last, and the next request starts one key early: what follows the latest of them that is still there was not
/// returned before, as long as the vendor keeps its order. When none of them is on the page, the listing looks for
/// them once, and then starts over rather than skip. It may thus repeat keys, which
/// [`keys`](crate::ApiKeyProviderExt::keys) sorts out.
///
/// A provider asks for [`offset`](Self::offset) and [`limit`](Self::limit) until [`page`](Self::page) is content,
/// which is soon:
///
/// ```
/// use api_keys_core::{ApiKey, Error, ListQuery, OffsetCursor, Operation, Page, Result};
///
/// # async fn request(_offset: u64, _limit: u32) -> Result<(Vec<ApiKey>, u64)> { Ok((Vec::new(), 0)) }
/// async fn list(query: ListQuery) -> Result<Page<ApiKey>> {
///     let mut place = OffsetCursor::from_query(&query, 100)
///         .ok_or_else(|| Error::invalid_input("vendor", Operation::List, "the cursor is not one of this provider"))?;
///     loop {
///         let (keys, total) = request(place.offset(), place.limit()).await?;
///         match place.page(keys, total) {
///             Ok(page) => return Ok(page),
///             Err(elsewhere) => place = elsewhere,
///         }
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetCursor {
    offset: u64,
    limit: u32,
    /// How many keys there were when the page before was read.
    total: u64,
    /// The ids that were returned last, one a line, the latest at the end.
    known: String,
    /// How often the place was looked for.
    looked: u8,
}

impl OffsetCursor {
    /// Where the query goes on, at a vendor that allows pages of `most` keys, which is at least 2. `None` when its
    /// cursor is not one of these.
    pub fn from_query(query: &ListQuery, most: u32) -> Option<Self> {
        let limit = query.limit.unwrap_or(most).max(1);
        let Some(cursor) = &query.cursor else {
            return Some(Self {
                offset: 0,
                limit: limit.min(most),
                total: 0,
                known: String::new(),
                looked: 0,
            });
        };
        let mut parts = cursor.as_str().splitn(3, ':');
        let end: u64 = parts.next()?.parse().ok().filter(|&end| end > 0)?;
        let total = parts.next()?.parse().ok()?;
        let known = parts.next()?;
        KeyId::new(known.lines().next_back()?).ok()?;
        // One more than is wanted, for the one that is known.
        let limit = limit.saturating_add(1).min(most);
        Some(Self { offset: end - 1, limit, total, known: known.to_owned(), looked: 0 })
    }

    /// The offset to ask for.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// How many keys to ask for.
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// Makes the page from the keys that the vendor returned, of `total` keys in all.
    ///
    /// # Errors
    /// Where to ask instead, when these keys do not show the place.
    pub fn page(self, mut keys: Vec<ApiKey>, total: u64) -> Result<Page<ApiKey>, Self> {
        let position = |id: &str| keys.iter().position(|key| key.id.as_str() == id);
        let place = self.known.lines().rev().enumerate().find_map(|(age, id)| Some((age, position(id)?)));
        let (gone, old) = match place {
            Some((age, at)) => (age, at + 1),
            None if self.offset == 0 => (0, 0),
            None => return Err(self.elsewhere(total)),
        };
        let end = self.offset.saturating_add(keys.len() as u64);
        if self.looked > 0 && 0 < old && old == keys.len() && end < total {
            // The place moved while it was looked for. An empty page that leads to itself would be the end.
            return Err(Self { offset: end - 1, ..self }.again());
        }
        let next = (end < total && !keys.is_empty()).then(|| {
            let returned = keys[old..].iter().rev().map(|key| key.id.as_str());
            // Of those that were known before, what was later than the place is not there any more.
            let mut known: Vec<_> = returned.chain(self.known.lines().rev().skip(gone)).take(KNOWN).collect();
            known.reverse();
            Cursor::new(format!("{end}:{total}:{}", known.join("\n")))
        });
        keys.drain(..old);
        Ok(Page::new(keys, next, Some(total)))
    }

    /// One page back, where the place is when fewer keys than that went; as far away as the total changed, when it
    /// changed by more; at the second time the beginning.
    fn elsewhere(self, total: u64) -> Self {
        if self.looked > 0 {
            return self.beginning();
        }
        let (change, page) = (total.abs_diff(self.total), u64::from(self.limit));
        let offset = match change >= page {
            false => self.offset.saturating_sub(page - 1),
            true if total > self.total => self.offset.saturating_add(change - page / 2),
            true => self.offset.saturating_sub(change.saturating_add(page / 2)),
        };
        Self { offset, ..self }.again()
    }

    fn again(self) -> Self {
        match self.looked {
            MOST_LOOKS => self.beginning(),
            looked => Self { looked: looked + 1, ..self },
        }
    }

    /// Knows no key, so that any page shows the place.
    fn beginning(self) -> Self {
        Self { offset: 0, known: String::new(), ..self }
    }
}
