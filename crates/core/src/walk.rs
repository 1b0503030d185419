//! Walking all pages of a listing, in memory that does not grow with it.

use std::collections::HashSet;
use std::mem;

use crate::{ApiKey, Cursor, KeyId, ListQuery, Page};

/// So many ids at least are remembered, and at most twice as many.
const WINDOW: usize = 10_000;

/// How often a walk comes back to the same page. More than once, because a listing by offset starts over when it has
/// lost its place.
const MOST_ROUNDS: u32 = 10;

/// How many pages a walk follows without a new key, beside one for each key that it remembers: a listing that starts
/// over shows all of those again. A vendor that claims keys and never lists them could go on for ever.
const MOST_BARREN: usize = 1_000;

/// How far a walk has come.
pub(crate) struct Walk {
    /// What to ask next; `None` at the end.
    pub(crate) query: Option<ListQuery>,
    recent: Recent,
    pages: u64,
    /// A page that was seen, by what was asked and what came first. It is chosen anew after 1, 2, 4, 8... pages, so
    /// that in the end it is one of the circle, if there is one.
    mark: Option<(Option<Cursor>, Option<KeyId>)>,
    /// How often the marked page came again since the last new key.
    rounds: u32,
    /// How often it came again with keys that were forgotten in between.
    laps: u32,
    /// How many pages had no new key, since the last one that had.
    barren: usize,
}

/// The vendor's pages do not end.
#[derive(Debug)]
pub(crate) struct Endless;

impl Walk {
    pub(crate) fn new(query: ListQuery) -> Self {
        let recent = Recent::default();
        Self { query: Some(query), recent, pages: 0, mark: None, rounds: 0, laps: 0, barren: 0 }
    }

    /// Takes the page that answers the query, and returns the keys on it that are new.
    pub(crate) fn take(&mut self, query: ListQuery, page: Page<ApiKey>) -> Result<Vec<ApiKey>, Endless> {
        let first = page.items.first().map(|key| key.id.clone());
        let empty = page.items.is_empty();
        let fresh: Vec<_> = page.items.into_iter().filter(|key| self.recent.is_new(&key.id)).collect();

        let again = self.mark.as_ref().is_some_and(|(asked, came)| *asked == query.cursor && *came == first);
        if fresh.is_empty() {
            self.barren += 1;
            self.rounds += u32::from(again);
        } else {
            (self.barren, self.rounds) = (0, 0);
            self.laps += u32::from(again);
        }
        self.pages += 1;
        if self.pages.is_power_of_two() {
            self.mark = Some((query.cursor.clone(), first));
        }

        // An empty page that leads back to itself is the end.
        if let Some(next) = page.next.filter(|next| !empty || query.cursor.as_ref() != Some(next)) {
            // To end here would hide the keys that were not reached; to go on may never end.
            let barren = self.barren > MOST_BARREN + self.recent.len();
            if self.rounds.max(self.laps) > MOST_ROUNDS || barren {
                return Err(Endless);
            }
            self.query = Some(query.cursor(next));
        }
        Ok(fresh)
    }
}

/// The ids that were seen last, in two halves; when the newer is full, the older is forgotten.
#[derive(Default)]
struct Recent {
    newer: HashSet<KeyId>,
    older: HashSet<KeyId>,
}

impl Recent {
    /// Whether an id is not among those remembered; it is from now on.
    fn is_new(&mut self, id: &KeyId) -> bool {
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
