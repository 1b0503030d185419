//! Listing: order, filters, and pages over keys that come and go.

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use api_keys_core::{
    ApiKeyProvider, Cursor, ErrorKind, KeyId, ListQuery, NewApiKey, Page, RevokeOptions, UpdateApiKey,
};
use api_keys_memory::Memory;
use proptest::collection::vec;
use proptest::prelude::*;
use support::{add, run};

fn create(keys: &Memory, name: &str) -> KeyId {
    add(keys, NewApiKey::new(name))
}

fn names(keys: &Memory, query: ListQuery) -> Vec<String> {
    let page = run(keys.list(query)).expect("a page");
    page.items.into_iter().filter_map(|key| key.name).collect()
}

#[test]
fn keys_come_in_the_order_of_their_creation() {
    let keys = Memory::new();
    let first = create(&keys, "c");
    create(&keys, "a");
    create(&keys, "b");
    run(keys.update(&first, UpdateApiKey::new().name("z"))).expect("renamed");
    assert_eq!(names(&keys, ListQuery::new()), ["z", "a", "b"]);
}

#[test]
fn a_listed_key_is_the_key_that_get_reads() {
    let keys = Memory::new();
    let id = create(&keys, "ci");
    let page = run(keys.list(ListQuery::new())).expect("a page");
    assert_eq!(page.items, [run(keys.get(&id)).expect("the key")]);
}

#[test]
fn filters_narrow_the_list_and_the_total() {
    let keys = Memory::new();
    for (name, owner) in [("deploy-1", "a"), ("deploy-2", "b"), ("backup", "a")] {
        add(&keys, NewApiKey::new(name).owner(owner));
    }
    create(&keys, "deploy-3");
    assert_eq!(names(&keys, ListQuery::new().search("deploy")), ["deploy-1", "deploy-2", "deploy-3"]);
    assert_eq!(names(&keys, ListQuery::new().search("-2")), ["deploy-2"]);
    assert_eq!(names(&keys, ListQuery::new().owner("a")), ["deploy-1", "backup"]);
    assert_eq!(names(&keys, ListQuery::new().owner("a").search("deploy")), ["deploy-1"]);
    assert_eq!(names(&keys, ListQuery::new().owner("nobody")), [""; 0]);

    let page = run(keys.list(ListQuery::new().search("deploy").limit(2))).expect("a page");
    assert_eq!((page.items.len(), page.total), (2, Some(3)));
}

#[test]
fn inactive_keys_are_listed_only_when_asked_for() {
    let keys = Memory::new();
    create(&keys, "active");
    run(keys.update(&create(&keys, "disabled"), UpdateApiKey::new().enabled(false))).expect("switched off");
    run(keys.revoke(&create(&keys, "revoked"), RevokeOptions::new())).expect("revoked");
    add(&keys, NewApiKey::new("expired").expires_in(Duration::ZERO));
    assert_eq!(names(&keys, ListQuery::new()), ["active"]);
    let all = names(&keys, ListQuery::new().include_inactive(true));
    assert_eq!(all, ["active", "disabled", "revoked", "expired"]);
}

#[test]
fn a_page_holds_what_was_asked_but_no_more_than_the_largest() {
    let keys = Memory::builder().page_size(3).build().expect("no file to fail on");
    (0..5).for_each(|n| drop(create(&keys, &n.to_string())));
    let page = |query| run(keys.list(query)).expect("a page");
    assert_eq!(page(ListQuery::new()).items.len(), 3);
    assert_eq!(page(ListQuery::new().limit(2)).items.len(), 2);
    assert_eq!(page(ListQuery::new().limit(1000)).items.len(), 3);

    let last = page(ListQuery::new().cursor(page(ListQuery::new()).next.expect("more")));
    assert_eq!((last.items.len(), last.next), (2, None));
}

#[test]
fn a_full_last_page_has_no_successor() {
    let keys = Memory::builder().page_size(2).build().expect("no file to fail on");
    (0..2).for_each(|n| drop(create(&keys, &n.to_string())));
    assert_eq!(run(keys.list(ListQuery::new())).expect("a page").next, None);
    assert_eq!(run(Memory::new().list(ListQuery::new())).expect("a page"), {
        let mut none = Page::complete(vec![]);
        none.total = Some(0);
        none
    });
}

#[test]
fn an_empty_page_and_a_foreign_cursor_are_refused() {
    let keys = Memory::new();
    let cursors = ["", "5", "memory:", "memory:x", "memory:-1", "other:5"];
    let queries = cursors.map(|cursor| ListQuery::new().cursor(Cursor::new(cursor)));
    for query in queries.into_iter().chain([ListQuery::new().limit(0)]) {
        let error = run(keys.list(query.clone())).expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{query:?}");
    }
    let error = Memory::builder().page_size(0).build().expect_err("a page must hold a key");
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

/// What happens between two pages.
#[derive(Debug, Clone)]
enum Step {
    Add,
    /// Removes the key at this place among all that were ever made, if it is still there.
    Remove(prop::sample::Index),
    Revoke(prop::sample::Index),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Add),
        any::<prop::sample::Index>().prop_map(Step::Remove),
        any::<prop::sample::Index>().prop_map(Step::Revoke),
    ]
}

proptest! {
    #[test]
    fn a_walk_sees_every_lasting_key_once_while_keys_come_and_go(
        start in 0..30_usize,
        limit in 1..6_u32,
        include_inactive: bool,
        between in vec(vec(step(), 0..6), 0..20),
    ) {
        let keys = Memory::new();
        let mut made: Vec<KeyId> = (0..start).map(|_| create(&keys, "ci")).collect();
        // What came and stayed, before the walk or during it; what went; what the walk saw.
        let mut lasting: BTreeSet<KeyId> = made.iter().cloned().collect();
        let mut gone: BTreeSet<KeyId> = BTreeSet::new();
        let mut seen: BTreeSet<KeyId> = BTreeSet::new();

        let mut query = ListQuery::new().limit(limit).include_inactive(include_inactive);
        let mut between = between.into_iter();
        loop {
            let page = run(keys.list(query.clone())).expect("a page");
            for key in page.items {
                prop_assert!(!gone.contains(&key.id), "a key that is gone is not listed");
                prop_assert!(seen.insert(key.id), "no key is listed twice");
            }
            let Some(next) = page.next else { break };
            query = query.cursor(next);
            for step in between.next().unwrap_or_default() {
                match step {
                    Step::Add => {
                        let id = create(&keys, "late");
                        lasting.insert(id.clone());
                        made.push(id);
                    }
                    Step::Remove(index) if !made.is_empty() => {
                        let id = index.get(&made);
                        if run(keys.delete(id)).is_ok() {
                            lasting.remove(id);
                            gone.insert(id.clone());
                        }
                    }
                    Step::Revoke(index) if !made.is_empty() => {
                        let id = index.get(&made);
                        if run(keys.revoke(id, RevokeOptions::new())).is_ok() && !include_inactive {
                            lasting.remove(id);
                            gone.insert(id.clone());
                        }
                    }
                    Step::Remove(_) | Step::Revoke(_) => {}
                }
            }
        }
        for id in &lasting {
            prop_assert!(seen.contains(id), "a key that stayed is listed");
        }
    }
}
