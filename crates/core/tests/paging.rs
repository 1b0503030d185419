//! Listings by offset lose no key while keys come and go.

mod support;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use api_keys_core::provider::{OffsetCursor, Step};
use api_keys_core::{ApiKeyProviderExt, Capabilities, Cursor, ErrorKind, ListQuery, Operation, Page};
use futures_util::TryStreamExt as _;
use proptest::collection::vec;
use proptest::prelude::*;
use support::{Fake, error, key, run};

/// Access to one case of [`Step`].
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

fn place(query: ListQuery, most: u32) -> OffsetCursor {
    OffsetCursor::from_query(&query, most).expect("a cursor of its own")
}

fn keys(ids: &[&str]) -> Vec<api_keys_core::ApiKey> {
    ids.iter().map(|id| key(id)).collect()
}

/// The cursor after `a` and `b`, of `total` keys.
fn after_two(total: u64) -> Cursor {
    place(ListQuery::new(), 100).page(keys(&["a", "b"]), total).expect("a page").next.expect("more")
}

#[test]
fn a_listing_starts_at_the_beginning() {
    let start = place(ListQuery::new().limit(10), 100);
    assert_eq!((start.offset(), start.limit()), (0, 10));
    assert_eq!(place(ListQuery::new(), 100).limit(), 100);
    assert_eq!(place(ListQuery::new().limit(0), 100).limit(), 1);
    assert_eq!(place(ListQuery::new().limit(200), 100).limit(), 100, "no more than the vendor allows");
}

#[test]
fn a_cursor_asks_for_one_key_early_and_one_more() {
    let query = ListQuery::new().cursor(after_two(5));
    let next = place(query.clone().limit(10), 100);
    assert_eq!((next.offset(), next.limit()), (1, 11));
    assert_eq!(place(query.clone().limit(100), 100).limit(), 100, "no more than the vendor allows");
    assert_eq!(place(query.limit(u32::MAX), u32::MAX).limit(), u32::MAX);

    let page = next.page(keys(&["b", "c"]), 3).expect("the place is not lost");
    assert_eq!(page, Page::new(vec![key("c")], None, Some(3)));
}

#[test]
fn the_latest_key_that_is_still_there_is_the_place() {
    let next = place(ListQuery::new().cursor(after_two(5)), 100);
    let page = next.page(keys(&["x", "a", "c"]), 4).expect("`a` shows the place");
    assert_eq!(page.items, [key("c")]);
}

#[test]
fn a_place_that_is_lost_is_looked_for_a_page_back_and_then_from_the_beginning() {
    let first: Vec<_> = (0..200).map(|n| key(&format!("k{n}"))).collect();
    let first = place(ListQuery::new(), 500).page(first, 900).expect("a page");
    let next = place(ListQuery::new().limit(9).cursor(first.next.expect("more")), 500);
    assert_eq!((next.offset(), next.limit()), (199, 10));
    let back = next.page(keys(&["m", "n"]), 900).expect_err("no key is known");
    assert_eq!(back.offset(), 190);
    let start = back.page(keys(&["o", "p"]), 900).expect_err("no key is known");
    assert_eq!(start.offset(), 0);
    let page = start.page(keys(&["o", "p"]), 900).expect("the beginning");
    assert_eq!(page.items, keys(&["o", "p"]));
}

#[test]
fn a_place_that_is_lost_is_looked_for_where_the_total_says() {
    let first: Vec<_> = (0..2_000).map(|n| key(&format!("k{n}"))).collect();
    let first = place(ListQuery::new(), 5_000).page(first, 9_000).expect("a page");
    let query = ListQuery::new().limit(99).cursor(first.next.expect("more"));
    for (total, from) in [(9_400, 2_349), (8_600, 1_549)] {
        let there = place(query.clone(), 100).page(keys(&["m"]), total).expect_err("no key is known");
        assert_eq!(there.offset(), from);
    }
}

#[test]
fn a_cursor_of_another_provider_is_refused() {
    for text in
        ["", "5", "5:", "5:6", "5:6:", ":6:a", "5::a", "0:6:a", "-1:6:a", "x:6:a", "memory:5", "5:6:.."]
    {
        let query = ListQuery::new().cursor(Cursor::new(text));
        assert_eq!(OffsetCursor::from_query(&query, 100), None, "{text}");
    }
    let colons = place(ListQuery::new().cursor(Cursor::new("5:6:a:b")), 100);
    let _ = colons.page(vec![key("a:b")], 5).expect("found");
}

#[test]
fn a_cursor_at_the_end_of_all_numbers_does_no_harm() {
    let at = |offset: u64, total: u64| {
        place(ListQuery::new().cursor(Cursor::new(format!("{offset}:{total}:a"))), 100)
    };
    let page = at(u64::MAX, 0).page(keys(&["a", "b"]), u64::MAX).expect("the place is not lost");
    assert_eq!(page, Page::new(vec![key("b")], None, Some(u64::MAX)));
    assert_eq!(at(u64::MAX, 0).page(keys(&["x"]), u64::MAX).expect_err("lost").offset(), u64::MAX);
    assert_eq!(at(2, u64::MAX).page(keys(&["x"]), 0).expect_err("lost").offset(), 0);
}

#[test]
fn a_walk_ends_even_if_the_vendor_claims_keys_that_it_never_lists() {
    let provider = Fake::listing(Capabilities::none().native(&[Operation::List]).paged(), |query| {
        let cursor = OffsetCursor::from_query(query, 100).expect("its own cursor");
        Ok(cursor.page(keys(&["a", "b"]), u64::MAX).expect("the place is not lost"))
    });
    let end: Result<Vec<_>, _> = run(provider.keys(ListQuery::new()).try_collect());
    assert_eq!(end.expect_err("it never ends").kind(), ErrorKind::UnexpectedResponse);
}

/// A change to the keys between two requests.
#[derive(Debug, Clone)]
enum Change {
    Add(prop::sample::Index),
    Remove(prop::sample::Index),
}

fn step() -> impl Strategy<Value = Change> {
    let place = any::<prop::sample::Index>;
    prop_oneof![place().prop_map(Change::Add), place().prop_map(Change::Remove)]
}

/// The keys at a vendor that lists by offset, and what is still to happen to them.
struct Vendor {
    keys: Vec<String>,
    lasting: BTreeSet<String>,
    steps: std::vec::IntoIter<Vec<Change>>,
    made: usize,
}

impl Vendor {
    fn request(&mut self, offset: u64, limit: u32) -> (Vec<api_keys_core::ApiKey>, u64) {
        let offset = usize::try_from(offset).expect("small").min(self.keys.len());
        let keys = self.keys[offset..].iter().take(limit as usize).map(|id| key(id)).collect();
        let total = self.keys.len() as u64;
        for step in self.steps.next().unwrap_or_default() {
            match step {
                Change::Add(place) => {
                    self.made += 1;
                    self.keys.insert(place.index(self.keys.len() + 1), format!("late{}", self.made));
                }
                Change::Remove(place) if !self.keys.is_empty() => {
                    let gone = self.keys.remove(place.index(self.keys.len()));
                    self.lasting.remove(&gone);
                }
                Change::Remove(_) => {}
            }
        }
        (keys, total)
    }
}

proptest! {
    #[test]
    fn a_walk_by_offset_sees_every_lasting_key_once(
        start in 0..25_usize,
        limit in 1..6_u32,
        most in 2..8_u32,
        steps in vec(vec(step(), 0..4), 0..9),
    ) {
        let keys: Vec<_> = (0..start).map(|n| format!("k{n}")).collect();
        let lasting = keys.iter().cloned().collect();
        let vendor = Arc::new(Mutex::new(Vendor { keys, lasting, steps: steps.into_iter(), made: 0 }));
        let server = Arc::clone(&vendor);
        let provider = Fake::listing(Capabilities::none().native(&[Operation::List]).paged(), move |query| {
            let mut place = OffsetCursor::from_query(query, most)
                .ok_or_else(|| error(ErrorKind::InvalidInput, Operation::List))?;
            let mut vendor = server.lock().expect("the vendor");
            for _ in 0..6 {
                let (keys, total) = vendor.request(place.offset(), place.limit());
                match place.page(keys, total) {
                    Step::Page(page) => return Ok(page),
                    Step::Retry(next) => place = next,
                }
            }
            Err(error(ErrorKind::UnexpectedResponse, Operation::List))
        });
        let walked: Vec<_> = run(provider.keys(ListQuery::new().limit(limit)).try_collect()).expect("a walk");
        let seen: BTreeSet<_> = walked.iter().map(|key| key.id.to_string()).collect();
        prop_assert_eq!(seen.len(), walked.len(), "no key is seen twice");
        let vendor = vendor.lock().expect("the vendor");
        let missed: Vec<_> = vendor.lasting.difference(&seen).collect();
        prop_assert!(missed.is_empty(), "missed {:?}", missed);
    }
}
