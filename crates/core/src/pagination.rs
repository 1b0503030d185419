//! Iteration over all pages of a listing in bounded memory.

use std::collections::HashSet;
use std::mem;

use crate::types::key::{ApiKey, KeyId};
use crate::types::listing::{Cursor, ListQuery, Page};

/// The minimum number of remembered ids; the maximum is twice as many.
const WINDOW: usize = 10_000;

/// The number of times that the same page may recur. More than one, because a listing by offset starts over when its
/// position is lost.
const MAX_REPEATS: u32 = 4;

/// The number of known keys in a row, in addition to [`MAX_REPEATS`] times the remembered ids: a listing that starts over
/// repeats all of those.
const MAX_STALE_KEYS: usize = 200;

/// The number of empty pages in a row. Without this limit a vendor that reports keys and never lists them would loop
/// forever.
const MAX_EMPTY_PAGES: usize = 1_000;

/// The state of an iteration over pages.
pub(crate) struct Pagination {
    /// The next query; `None` after the last page.
    pub(crate) query: Option<ListQuery>,
    recent: Recent,
    pages: u64,
    /// A page to recognize, identified by its cursor and its first key. It is replaced after 1, 2, 4, 8... pages and
    /// thus ends up inside a loop, if there is one.
    mark: Option<(Option<Cursor>, Option<KeyId>)>,
    /// Recurrences of the marked page since the last new key.
    repeats: u32,
    /// Recurrences of the marked page with keys that had been forgotten.
    laps: u32,
    /// Known keys since the last new key.
    stale_keys: usize,
    /// Empty pages since the last new key.
    empty_pages: usize,
}

/// Pagination that does not terminate.
#[derive(Debug)]
pub(crate) struct Endless;

impl Pagination {
    pub(crate) fn new(query: ListQuery) -> Self {
        let recent = Recent::default();
        Self {
            query: Some(query),
            recent,
            pages: 0,
            mark: None,
            repeats: 0,
            laps: 0,
            stale_keys: 0,
            empty_pages: 0,
        }
    }

    /// Records the page for a query and returns the keys that are new.
    pub(crate) fn advance(&mut self, query: ListQuery, page: Page<ApiKey>) -> Result<Vec<ApiKey>, Endless> {
        let first = page.items.first().map(|key| key.id.clone());
        let (count, empty) = (page.items.len(), page.items.is_empty());
        let fresh: Vec<_> = page.items.into_iter().filter(|key| self.recent.insert(&key.id)).collect();

        let recurs = self.mark.as_ref().is_some_and(|(cursor, key)| *cursor == query.cursor && *key == first);
        if fresh.is_empty() {
            self.stale_keys += count;
            self.empty_pages += usize::from(empty);
            self.repeats += u32::from(recurs);
        } else {
            (self.stale_keys, self.empty_pages, self.repeats) = (0, 0, 0);
            self.laps += u32::from(recurs);
        }
        self.pages += 1;
        if self.pages.is_power_of_two() {
            self.mark = Some((query.cursor.clone(), first));
        }

        // An empty page that leads to itself is the last one.
        if let Some(next) = page.next.filter(|next| !empty || query.cursor.as_ref() != Some(next)) {
            // Ending here would hide the remaining keys, and continuing may never terminate.
            let repeated = self.recent.len() * MAX_REPEATS as usize + MAX_STALE_KEYS;
            let stale = self.stale_keys > repeated || self.empty_pages > MAX_EMPTY_PAGES;
            if self.repeats.max(self.laps) > MAX_REPEATS || stale {
                return Err(Endless);
            }
            self.query = Some(query.cursor(next));
        }
        Ok(fresh)
    }
}

/// The most recent ids in two generations. When the newer one is full, the older one is dropped.
#[derive(Default)]
struct Recent {
    newer: HashSet<KeyId>,
    older: HashSet<KeyId>,
}

impl Recent {
    /// Remembers an id and returns whether it was unknown.
    fn insert(&mut self, id: &KeyId) -> bool {
        if self.newer.contains(id) {
            return false;
        }
        let known = self.older.take(id);
        let new = known.is_none();
        self.newer.insert(known.unwrap_or_else(|| id.clone()));
        if self.newer.len() == WINDOW {
            mem::swap(&mut self.newer, &mut self.older);
            self.newer.clear();
        }
        new
    }

    fn len(&self) -> usize {
        self.newer.len() + self.older.len()
    }
}
