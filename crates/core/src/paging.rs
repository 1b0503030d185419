//! Walking a listing that vendors page by offset, while keys come and go.

use crate::{ApiKey, Cursor, KeyId, Page};

/// Where a listing by offset goes on.
///
/// An offset alone skips a key when one before it is removed. So the cursor also names the last key that was
/// returned, and the next request starts one key early: when that key is not there any more, the listing starts over
/// rather than skip. It may thus repeat keys, which [`keys`](crate::ApiKeyProviderExt::keys) sorts out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetCursor {
    offset: u64,
    last: Option<KeyId>,
}

impl OffsetCursor {
    /// Reads a cursor; `None` when it is not one of these.
    pub fn parse(cursor: Option<&Cursor>) -> Option<Self> {
        let Some(cursor) = cursor else { return Some(Self::start()) };
        let (offset, last) = cursor.as_str().split_once(':')?;
        Some(Self {
            offset: offset.parse().ok().filter(|&offset| offset > 0)?,
            last: Some(KeyId::new(last).ok()?),
        })
    }

    /// The beginning of the listing.
    pub fn start() -> Self {
        Self { offset: 0, last: None }
    }

    /// The offset to ask for: one key early, unless at the beginning.
    pub fn offset(&self) -> u64 {
        self.offset.saturating_sub(1)
    }

    /// How many keys to ask for, so that `limit` of them are new; the vendor allows `most`, which is at least 2.
    pub fn limit(&self, limit: u32, most: u32) -> u32 {
        let known = u32::from(self.last.is_some());
        limit.max(1).saturating_add(known).min(most)
    }

    /// Makes the page from the keys that the vendor returned for [`offset`](Self::offset), of `total` keys in all;
    /// `None` when the place is lost and the listing must start over.
    pub fn page(&self, mut keys: Vec<ApiKey>, total: u64) -> Option<Page<ApiKey>> {
        let end = self.offset().saturating_add(keys.len() as u64);
        let next = keys.last().filter(|_| end < total).map(|last| Cursor::new(format!("{end}:{}", last.id)));
        if let Some(last) = &self.last {
            let known = keys.iter().position(|key| key.id == *last)?;
            keys.drain(..=known);
        }
        Some(Page::new(keys, next, Some(total)))
    }
}
