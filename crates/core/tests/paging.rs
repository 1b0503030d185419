//! Listings by offset lose no key while keys come and go.

mod support;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use api_keys_core::{
    ApiKeyProviderExt, Capabilities, Cursor, ErrorKind, ListQuery, OffsetCursor, Operation, Page,
};
use futures_util::TryStreamExt as _;
use proptest::collection::vec;
use proptest::prelude::*;
use support::{Fake, error, key, run};

#[test]
fn a_listing_starts_at_the_beginning() {
    let start = OffsetCursor::parse(None).expect("the beginning");
    assert_eq!(start, OffsetCursor::start());
    assert_eq!((start.offset(), start.limit(10, 100)), (0, 10));
}

#[test]
fn a_cursor_asks_for_one_key_early_and_one_more() {
    let page = OffsetCursor::start().page(vec![key("a"), key("b")], 5).expect("a page");
    let cursor = OffsetCursor::parse(page.next.as_ref()).expect("its own cursor");
    assert_eq!((cursor.offset(), cursor.limit(10, 100)), (1, 11));
    assert_eq!(cursor.limit(100, 100), 100, "no more than the vendor allows");
    assert_eq!(cursor.limit(u32::MAX, u32::MAX), u32::MAX);

    let page = cursor.page(vec![key("b"), key("c")], 3).expect("the place is not lost");
    assert_eq!(page, Page::new(vec![key("c")], None, Some(3)));
}

#[test]
fn a_place_that_is_lost_is_told() {
    let page = OffsetCursor::start().page(vec![key("a"), key("b")], 5).expect("a page");
    let cursor = OffsetCursor::parse(page.next.as_ref()).expect("its own cursor");
    assert_eq!(cursor.page(vec![key("c"), key("d")], 4), None, "`b` is not where it was");
    assert_eq!(cursor.page(vec![], 0), None);
}

#[test]
fn a_cursor_of_another_provider_is_refused() {
    for text in ["", "5", "5:", ":a", "0:a", "-1:a", "x:a", "memory:5", "5:.."] {
        assert_eq!(OffsetCursor::parse(Some(&Cursor::new(text))), None, "{text}");
    }
    let colons = OffsetCursor::parse(Some(&Cursor::new("5:a:b"))).expect("ids may have colons");
    assert!(colons.page(vec![key("a:b")], 5).is_some());
}

#[test]
fn a_cursor_at_the_end_of_all_numbers_does_no_harm() {
    let cursor = OffsetCursor::parse(Some(&Cursor::new(format!("{}:a", u64::MAX)))).expect("a cursor");
    let page = cursor.page(vec![key("a"), key("b")], u64::MAX).expect("the place is not lost");
    assert_eq!(page, Page::new(vec![key("b")], None, Some(u64::MAX)));
}

#[test]
fn a_walk_ends_even_if_the_vendor_claims_keys_that_it_never_lists() {
    let provider = Fake::listing(Capabilities::none().native(&[Operation::List]).paged(), |query| {
        let cursor = OffsetCursor::parse(query.cursor.as_ref()).expect("its own cursor");
        Ok(cursor.page(vec![key("a"), key("b")], u64::MAX).expect("the place is not lost"))
    });
    let end: Result<Vec<_>, _> = run(provider.keys(ListQuery::new()).try_collect());
    assert_eq!(end.expect_err("it never ends").kind(), ErrorKind::UnexpectedResponse);
}

/// What happens to the keys between two requests.
#[derive(Debug, Clone)]
enum Step {
    Add(prop::sample::Index),
    Remove(prop::sample::Index),
}

fn step() -> impl Strategy<Value = Step> {
    let place = any::<prop::sample::Index>;
    prop_oneof![place().prop_map(Step::Add), place().prop_map(Step::Remove)]
}

/// The keys at a vendor that lists by offset, and what is still to happen to them.
struct Vendor {
    keys: Vec<String>,
    lasting: BTreeSet<String>,
    steps: std::vec::IntoIter<Vec<Step>>,
    made: usize,
}

impl Vendor {
    fn request(&mut self, offset: u64, limit: u32) -> (Vec<api_keys_core::ApiKey>, u64) {
        let offset = usize::try_from(offset).expect("small").min(self.keys.len());
        let keys = self.keys[offset..].iter().take(limit as usize).map(|id| key(id)).collect();
        let total = self.keys.len() as u64;
        for step in self.steps.next().unwrap_or_default() {
            match step {
                Step::Add(place) => {
                    self.made += 1;
                    self.keys.insert(place.index(self.keys.len() + 1), format!("late{}", self.made));
                }
                Step::Remove(place) if !self.keys.is_empty() => {
                    let gone = self.keys.remove(place.index(self.keys.len()));
                    self.lasting.remove(&gone);
                }
                Step::Remove(_) => {}
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
            let asked = OffsetCursor::parse(query.cursor.as_ref())
                .ok_or_else(|| error(ErrorKind::InvalidInput, Operation::List))?;
            let limit = query.limit.unwrap_or(most);
            let mut vendor = server.lock().expect("the vendor");
            for cursor in [asked, OffsetCursor::start()] {
                let (keys, total) = vendor.request(cursor.offset(), cursor.limit(limit, most));
                if let Some(page) = cursor.page(keys, total) {
                    return Ok(page);
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
