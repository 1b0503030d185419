//! Listings: order, filters and pagination during changes.

mod support;

use std::collections::BTreeSet;

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
fn keys_are_in_creation_order() {
    let keys = Memory::new();
    let first = create(&keys, "c");
    create(&keys, "a");
    create(&keys, "b");
    run(keys.update(&first, UpdateApiKey::new().name("z"))).expect("renamed");
    assert_eq!(names(&keys, ListQuery::new()), ["z", "a", "b"]);
}

#[test]
fn filters_apply_to_items() {
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
    assert_eq!((page.items.len(), page.total), (2, None), "the matches of a search are not counted");
}

#[test]
fn page_size_is_capped() {
    let keys = Memory::builder().page_size(3).build().expect("built");
    (0..5).for_each(|n| drop(create(&keys, &n.to_string())));
    let page = |query| run(keys.list(query)).expect("a page");
    assert_eq!(page(ListQuery::new()).items.len(), 3);
    assert_eq!(page(ListQuery::new().limit(2)).items.len(), 2);
    assert_eq!(page(ListQuery::new().limit(1000)).items.len(), 3);

    let last = page(ListQuery::new().cursor(page(ListQuery::new()).next.expect("more")));
    assert_eq!((last.items.len(), last.next), (2, None));
}

#[test]
fn full_last_page_has_no_cursor() {
    let keys = Memory::builder().page_size(2).build().expect("built");
    (0..2).for_each(|n| drop(create(&keys, &n.to_string())));
    assert_eq!(run(keys.list(ListQuery::new())).expect("a page").next, None);
    assert_eq!(run(Memory::new().list(ListQuery::new())).expect("a page"), {
        let mut none = Page::complete(vec![]);
        none.total = Some(0);
        none
    });
}

#[test]
fn invalid_limit_and_cursor_are_rejected() {
    let keys = Memory::new();
    let cursors = ["", "5", "memory:", "memory:x", "memory:-1", "other:5"];
    let queries = cursors.map(|cursor| ListQuery::new().cursor(Cursor::new(cursor)));
    for query in queries.into_iter().chain([ListQuery::new().limit(0)]) {
        let error = run(keys.list(query.clone())).expect_err("rejected");
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{query:?}");
    }
    let error = Memory::builder().page_size(0).build().expect_err("empty pages");
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

/// A change between two pages.
#[derive(Debug, Clone)]
enum Step {
    Add,
    /// Removes one of the keys created so far, if it still exists.
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
    fn concurrent_changes_do_not_skip_or_repeat(
        start in 0..30_usize,
        limit in 1..6_u32,
        include_inactive: bool,
        between in vec(vec(step(), 0..6), 0..20),
    ) {
        let keys = Memory::new();
        let mut created: Vec<KeyId> = (0..start).map(|_| create(&keys, "ci")).collect();
        // Keys that exist, keys that were removed, and keys that were listed.
        let mut remaining: BTreeSet<KeyId> = created.iter().cloned().collect();
        let mut removed: BTreeSet<KeyId> = BTreeSet::new();
        let mut seen: BTreeSet<KeyId> = BTreeSet::new();

        let mut query = ListQuery::new().limit(limit).include_inactive(include_inactive);
        let mut between = between.into_iter();
        loop {
            let page = run(keys.list(query.clone())).expect("a page");
            for key in page.items {
                prop_assert!(!removed.contains(&key.id), "a removed key is listed");
                prop_assert!(seen.insert(key.id), "a key is listed twice");
            }
            let Some(next) = page.next else { break };
            query = query.cursor(next);
            for step in between.next().unwrap_or_default() {
                match step {
                    Step::Add => {
                        let id = create(&keys, "new");
                        remaining.insert(id.clone());
                        created.push(id);
                    }
                    Step::Remove(index) if !created.is_empty() => {
                        let id = index.get(&created);
                        if run(keys.delete(id)).is_ok() {
                            remaining.remove(id);
                            removed.insert(id.clone());
                        }
                    }
                    Step::Revoke(index) if !created.is_empty() => {
                        let id = index.get(&created);
                        if run(keys.revoke(id, RevokeOptions::new())).is_ok() && !include_inactive {
                            remaining.remove(id);
                            removed.insert(id.clone());
                        }
                    }
                    Step::Remove(_) | Step::Revoke(_) => {}
                }
            }
        }
        for id in &remaining {
            prop_assert!(seen.contains(id), "a key is not listed");
        }
    }
}
