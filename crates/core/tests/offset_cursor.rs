//! Pagination by offset.

mod support;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use api_keys_core::provider::{OffsetCursor, Step};
use api_keys_core::{ApiKeyProviderExt, Capabilities, Cursor, ErrorKind, ListQuery, Operation, Page};
use futures_util::TryStreamExt as _;
use proptest::collection::vec;
use proptest::prelude::*;
use support::{Fake, error, key, run};

/// Access to the variants of [`Step`].
trait StepExt {
    fn expect(self, message: &str) -> Page<api_keys_core::ApiKey>;
    fn expect_err(self, message: &str) -> OffsetCursor;
}

impl StepExt for Step {
    fn expect(self, message: &str) -> Page<api_keys_core::ApiKey> {
        match self {
            Self::Page(page) => page,
            Self::Retry(cursor) => panic!("{message}: {cursor:?}"),
        }
    }

    fn expect_err(self, message: &str) -> OffsetCursor {
        match self {
            Self::Page(page) => panic!("{message}: {page:?}"),
            Self::Retry(cursor) => cursor,
        }
    }
}

fn position(query: ListQuery, max_page_size: u32) -> OffsetCursor {
    OffsetCursor::from_query(&query, max_page_size).expect("a valid cursor")
}

fn keys(ids: &[&str]) -> Vec<api_keys_core::ApiKey> {
    ids.iter().map(|id| key(id)).collect()
}

/// Returns the cursor after `a` and `b`.
fn after_two(total: u64) -> Cursor {
    position(ListQuery::new(), 100).page(keys(&["a", "b"]), total).expect("a page").next.expect("more")
}

#[test]
fn first_page_starts_at_0() {
    let start = position(ListQuery::new().limit(10), 100);
    assert_eq!((start.offset(), start.limit()), (0, 10));
    assert_eq!(position(ListQuery::new(), 100).limit(), 100);
    assert_eq!(position(ListQuery::new().limit(0), 100).limit(), 1);
    assert_eq!(position(ListQuery::new().limit(200), 100).limit(), 100, "no more than the vendor allows");
}

#[test]
fn next_page_overlaps_by_one_key() {
    let query = ListQuery::new().cursor(after_two(5));
    let next = position(query.clone().limit(10), 100);
    assert_eq!((next.offset(), next.limit()), (1, 11));
    assert_eq!(position(query.clone().limit(100), 100).limit(), 100, "no more than the vendor allows");
    assert_eq!(position(query.limit(u32::MAX), u32::MAX).limit(), u32::MAX);

    let page = next.page(keys(&["b", "c"]), 3).expect("found");
    assert_eq!(page, Page::new(vec![key("c")], None, Some(3)));
}

#[test]
fn latest_known_key_is_the_position() {
    let next = position(ListQuery::new().cursor(after_two(5)), 100);
    let page = next.page(keys(&["x", "a", "c"]), 4).expect("found");
    assert_eq!(page.items, [key("c")]);
}

#[test]
fn lost_position_is_searched_one_page_back() {
    let first: Vec<_> = (0..200).map(|n| key(&format!("k{n}"))).collect();
    let first = position(ListQuery::new(), 500).page(first, 900).expect("a page");
    let next = position(ListQuery::new().limit(9).cursor(first.next.expect("more")), 500);
    assert_eq!((next.offset(), next.limit()), (199, 10));
    let back = next.page(keys(&["m", "n"]), 900).expect_err("lost");
    assert_eq!(back.offset(), 190);
    let start = back.page(keys(&["o", "p"]), 900).expect_err("lost");
    assert_eq!(start.offset(), 0);
    let page = start.page(keys(&["o", "p"]), 900).expect("the first page");
    assert_eq!(page.items, keys(&["o", "p"]));
}

#[test]
fn lost_position_is_searched_by_the_total() {
    let first: Vec<_> = (0..2_000).map(|n| key(&format!("k{n}"))).collect();
    let first = position(ListQuery::new(), 5_000).page(first, 9_000).expect("a page");
    let query = ListQuery::new().limit(99).cursor(first.next.expect("more"));
    for (total, from) in [(9_400, 2_349), (8_600, 1_549)] {
        let moved = position(query.clone(), 100).page(keys(&["m"]), total).expect_err("lost");
        assert_eq!(moved.offset(), from);
    }
}

#[test]
fn foreign_cursor_is_rejected() {
    for text in
        ["", "5", "5:", "5:6", "5:6:", ":6:a", "5::a", "0:6:a", "-1:6:a", "x:6:a", "memory:5", "5:6:.."]
    {
        let query = ListQuery::new().cursor(Cursor::new(text));
        assert_eq!(OffsetCursor::from_query(&query, 100), None, "{text}");
    }
    let colons = position(ListQuery::new().cursor(Cursor::new("5:6:a:b")), 100);
    let _ = colons.page(vec![key("a:b")], 5).expect("found");
}

#[test]
fn extreme_cursors_do_not_overflow() {
    let at = |offset: u64, total: u64| {
        position(ListQuery::new().cursor(Cursor::new(format!("{offset}:{total}:a"))), 100)
    };
    let page = at(u64::MAX, 0).page(keys(&["a", "b"]), u64::MAX).expect("found");
    assert_eq!(page, Page::new(vec![key("b")], None, Some(u64::MAX)));
    assert_eq!(at(u64::MAX, 0).page(keys(&["x"]), u64::MAX).expect_err("lost").offset(), u64::MAX);
    assert_eq!(at(2, u64::MAX).page(keys(&["x"]), 0).expect_err("lost").offset(), 0);
}

#[test]
fn keys_ends_if_the_total_is_wrong() {
    let provider = Fake::listing(Capabilities::none().native(&[Operation::List]).paged(), |query| {
        let cursor = OffsetCursor::from_query(query, 100).expect("a valid cursor");
        Ok(cursor.page(keys(&["a", "b"]), u64::MAX).expect("found"))
    });
    let end: Result<Vec<_>, _> = run(provider.keys(ListQuery::new()).try_collect());
    assert_eq!(end.expect_err("endless").kind(), ErrorKind::UnexpectedResponse);
}

/// A change to the keys between two requests.
#[derive(Debug, Clone)]
enum Change {
    Add(prop::sample::Index),
    Remove(prop::sample::Index),
}

fn step() -> impl Strategy<Value = Change> {
    let position = any::<prop::sample::Index>;
    prop_oneof![position().prop_map(Change::Add), position().prop_map(Change::Remove)]
}

/// A vendor that paginates by offset, and its pending changes.
struct Vendor {
    keys: Vec<String>,
    remaining: BTreeSet<String>,
    steps: std::vec::IntoIter<Vec<Change>>,
    created: usize,
}

impl Vendor {
    fn request(&mut self, offset: u64, limit: u32) -> (Vec<api_keys_core::ApiKey>, u64) {
        let offset = usize::try_from(offset).expect("small").min(self.keys.len());
        let keys = self.keys[offset..].iter().take(limit as usize).map(|id| key(id)).collect();
        let total = self.keys.len() as u64;
        for step in self.steps.next().unwrap_or_default() {
            match step {
                Change::Add(position) => {
                    self.created += 1;
                    self.keys.insert(position.index(self.keys.len() + 1), format!("new{}", self.created));
                }
                Change::Remove(position) if !self.keys.is_empty() => {
                    let removed = self.keys.remove(position.index(self.keys.len()));
                    self.remaining.remove(&removed);
                }
                Change::Remove(_) => {}
            }
        }
        (keys, total)
    }
}

proptest! {
    #[test]
    fn keys_by_offset_neither_skips_nor_repeats(
        start in 0..25_usize,
        limit in 1..6_u32,
        max_page_size in 2..8_u32,
        steps in vec(vec(step(), 0..4), 0..9),
    ) {
        let keys: Vec<_> = (0..start).map(|n| format!("k{n}")).collect();
        let remaining = keys.iter().cloned().collect();
        let vendor = Arc::new(Mutex::new(Vendor { keys, remaining, steps: steps.into_iter(), created: 0 }));
        let server = Arc::clone(&vendor);
        let provider = Fake::listing(Capabilities::none().native(&[Operation::List]).paged(), move |query| {
            let mut position = OffsetCursor::from_query(query, max_page_size)
                .ok_or_else(|| error(ErrorKind::InvalidInput, Operation::List))?;
            let mut vendor = server.lock().expect("the vendor");
            for _ in 0..6 {
                let (keys, total) = vendor.request(position.offset(), position.limit());
                match position.page(keys, total) {
                    Step::Page(page) => return Ok(page),
                    Step::Retry(next) => position = next,
                }
            }
            Err(error(ErrorKind::UnexpectedResponse, Operation::List))
        });
        let listed: Vec<_> = run(provider.keys(ListQuery::new().limit(limit)).try_collect()).expect("keys");
        let seen: BTreeSet<_> = listed.iter().map(|key| key.id.to_string()).collect();
        prop_assert_eq!(seen.len(), listed.len(), "a key is repeated");
        let vendor = vendor.lock().expect("the vendor");
        let missed: Vec<_> = vendor.remaining.difference(&seen).collect();
        prop_assert!(missed.is_empty(), "missing {:?}", missed);
    }
}
