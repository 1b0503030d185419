//! `ApiKeyProviderExt`.

mod support;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use api_keys_core::{
    ApiKey, ApiKeyProviderExt, Capabilities, Cursor, Effect, ErrorKind, Field, ListQuery, NewApiKey,
    Operation, Page, Result, Timestamp,
};
use futures_util::{StreamExt as _, TryStreamExt as _};
use support::{Fake, error, id, key, run, time};

const LISTS: Capabilities = Capabilities::none().native(&[Operation::List]);

/// Returns a provider with pages, each given by its cursor, its keys and the next cursor.
fn pages(pages: &'static [(&'static str, &'static [&'static str], &'static str)]) -> Fake {
    let pages: BTreeMap<_, _> = pages.iter().map(|&(at, keys, next)| (at, (keys, next))).collect();
    Fake::listing(LISTS, move |query| {
        let at = query.cursor.as_ref().map_or("", Cursor::as_str);
        let (keys, next) = pages.get(at).ok_or_else(|| error(ErrorKind::InvalidInput, Operation::List))?;
        let next = (!next.is_empty()).then(|| Cursor::new(*next));
        Ok(Page::new(keys.iter().map(|id| key(id)).collect(), next, None))
    })
}

/// Returns the listed ids and the final result.
fn collect(provider: &Fake, query: ListQuery) -> (Vec<String>, Result<()>) {
    let mut ids = Vec::new();
    let end = run(provider.keys(query).try_for_each(|key| {
        ids.push(key.id.to_string());
        std::future::ready(Ok(()))
    }));
    (ids, end)
}

#[test]
fn keys_reads_all_pages_in_order() {
    let provider = pages(&[("", &["a", "b"], "2"), ("2", &["c"], "3"), ("3", &["d"], "")]);
    let (ids, end) = collect(&provider, ListQuery::new());
    assert_eq!(ids, ["a", "b", "c", "d"]);
    assert!(end.is_ok());
    assert_eq!(provider.calls().len(), 3);
}

#[test]
fn keys_uses_the_same_query_for_every_page() {
    let provider = pages(&[("", &["a"], "2"), ("2", &["b"], "")]);
    let query = ListQuery::new().limit(1).owner("o").search("s").include_inactive(true);
    assert_eq!(collect(&provider, query.clone()).0, ["a", "b"]);
    let expected = [query.clone(), query.cursor(Cursor::new("2"))].map(|query| format!("list - {query:?}"));
    assert_eq!(*provider.calls(), expected);
}

#[test]
fn keys_starts_at_the_cursor() {
    let provider = pages(&[("", &["a"], "2"), ("2", &["b"], "")]);
    assert_eq!(collect(&provider, ListQuery::new().cursor(Cursor::new("2"))).0, ["b"]);
}

#[test]
fn keys_removes_duplicates() {
    let provider = pages(&[("", &["a", "b", "b"], "2"), ("2", &["b", "a", "c"], "3"), ("3", &["c"], "")]);
    assert_eq!(collect(&provider, ListQuery::new()).0, ["a", "b", "c"]);
}

#[test]
fn keys_skips_empty_pages() {
    let provider = pages(&[("", &[], "2"), ("2", &[], "3"), ("3", &["a"], "")]);
    assert_eq!(collect(&provider, ListQuery::new()).0, ["a"]);
}

#[test]
fn keys_ends_at_a_repeated_empty_page() {
    let provider = pages(&[("", &["a"], "2"), ("2", &[], "2")]);
    let (ids, end) = collect(&provider, ListQuery::new());
    assert_eq!((ids, end.is_ok()), (vec!["a".to_owned()], true));
    assert_eq!(provider.calls().len(), 2);
}

/// The number of pages determines how long a loop goes unnoticed.
#[test]
fn pagination_loop_is_detected_within_few_pages() {
    let page = |number: usize| (0..100).map(|n| key(&format!("ak_{}", number * 100 + n))).collect::<Vec<_>>();
    let number = |query: &ListQuery| -> usize {
        query.cursor.as_ref().map_or(0, |cursor| cursor.as_str().parse().expect("a number"))
    };
    // Pages in the loop, whether cursors recur, the maximum number of pages read.
    for (pages, recurs, limit) in
        [(1, true, 10), (1, false, 10), (2, true, 20), (2, false, 20), (50, true, 350), (50, false, 350)]
    {
        let calls = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counted = std::sync::Arc::clone(&calls);
        let provider = Fake::unrecorded(LISTS, move |query| {
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let at = number(query);
            let next = if recurs { (at + 1) % pages } else { at + 1 };
            Ok(Page::new(page(at % pages), Some(Cursor::new(next.to_string())), None))
        });
        let end = run(provider.keys(ListQuery::new()).try_for_each(|_| std::future::ready(Ok(()))));
        assert_eq!(end.expect_err("endless").kind(), ErrorKind::UnexpectedResponse);
        let calls = calls.load(std::sync::atomic::Ordering::SeqCst);
        assert!(calls <= limit, "{pages} pages, recurring {recurs}: {calls} calls");
        println!("{pages} {recurs} {calls}");
    }
}

#[test]
fn keys_detects_a_pagination_loop() {
    let same = pages(&[("", &["a"], "2"), ("2", &["b"], "2")]);
    let endless = pages(&[("", &["a"], "2"), ("2", &["b"], "3"), ("3", &["a"], "2")]);
    let empty_endless = pages(&[("", &["a", "b"], "2"), ("2", &[], "3"), ("3", &[], "2")]);
    for provider in [same, endless, empty_endless] {
        let (ids, end) = collect(&provider, ListQuery::new());
        let error = end.expect_err("endless");
        assert_eq!(ids, ["a", "b"]);
        assert_eq!((error.kind(), error.effect()), (ErrorKind::UnexpectedResponse, Effect::NotApplied));
        assert_eq!((error.vendor(), error.operation()), ("fake", Some(Operation::List)));
        assert!(provider.calls().len() < 50);
    }
}

#[test]
fn keys_follows_a_repeated_cursor_with_new_keys() {
    let calls = AtomicUsize::new(0);
    let provider = Fake::listing(LISTS, move |_| {
        let n = calls.fetch_add(1, Ordering::Relaxed);
        Ok(Page::new(vec![key(&format!("k{n}"))], (n < 99).then(|| Cursor::new("next")), None))
    });
    let (ids, end) = collect(&provider, ListQuery::new());
    assert_eq!((ids.len(), end.is_ok()), (100, true));
}

#[test]
fn keys_ends_at_the_first_error() {
    let provider = pages(&[("", &["a"], "missing"), ("later", &["b"], "")]);
    let (ids, end) = collect(&provider, ListQuery::new());
    assert_eq!(ids, ["a"]);
    assert_eq!(end.expect_err("invalid cursor").kind(), ErrorKind::InvalidInput);

    let outcomes: Vec<_> = run(provider.keys(ListQuery::new()).collect());
    assert_eq!(outcomes.len(), 2, "ends after the error");
}

#[test]
fn keys_reads_pages_on_demand() {
    let provider = pages(&[("", &["a", "b"], "2"), ("2", &["c"], "")]);
    let first: Vec<_> = run(provider.keys(ListQuery::new()).take(2).collect());
    assert_eq!(first.len(), 2);
    assert_eq!(provider.calls().len(), 1);
}

#[test]
fn find_distinguishes_missing_from_failed() {
    let provider = Fake::new(LISTS);
    assert_eq!(run(provider.find(&id("k"))).expect("found"), Some(key("k")));
    assert_eq!(run(provider.find(&id("missing"))).expect("found"), None);
    assert_eq!(run(provider.find(&id("broken"))).expect_err("failed").kind(), ErrorKind::Transport);
}

#[test]
fn require_reports_the_first_unsupported() {
    let capabilities = Capabilities::none().native(&[Operation::List]).emulated(&[Operation::Get]);
    let provider = Fake::new(capabilities);
    provider.require(&[]).expect("no operations");
    provider.require(&[Operation::List, Operation::Get]).expect("supported");
    let required = [Operation::Get, Operation::Verify, Operation::Rotate];
    let error = provider.require(&required).expect_err("unsupported");
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Unsupported, Some(Operation::Verify)));
    assert_eq!((error.effect(), error.vendor()), (Effect::NotApplied, "fake"));
    assert!(provider.supports(Operation::Get) && !provider.supports(Operation::Rotate));
    assert_eq!(provider.calls().len(), 0);
}

const STARTED: &str = "2026-01-01T12:00:00Z";

fn candidate(id: &str, name: Option<&str>, owner: Option<&str>, created_at: Option<Timestamp>) -> ApiKey {
    let mut key = key(id);
    key.name = name.map(str::to_owned);
    key.owner = owner.map(str::to_owned);
    key.created_at = created_at;
    key
}

fn orphans(capabilities: Capabilities, new: &NewApiKey, listed: Vec<ApiKey>) -> Vec<String> {
    let provider = Fake::listing(capabilities, move |_| Ok(Page::complete(listed.clone())));
    let found = run(provider.orphans(new, time(STARTED))).expect("a list");
    found.into_iter().map(|key| key.id.to_string()).collect()
}

#[test]
fn orphans_have_the_same_name() {
    let listed = vec![
        candidate("same", Some("ci"), None, None),
        candidate("longer", Some("ci-2"), None, None),
        candidate("unnamed", None, None, None),
    ];
    assert_eq!(orphans(LISTS, &NewApiKey::new("ci"), listed), ["same"]);
}

#[test]
fn orphans_have_the_same_or_an_unknown_owner() {
    let listed = vec![
        candidate("same", Some("ci"), Some("o"), None),
        candidate("other", Some("ci"), Some("p"), None),
        candidate("unknown", Some("ci"), None, None),
    ];
    assert_eq!(orphans(LISTS, &NewApiKey::new("ci").owner("o"), listed.clone()), ["same", "unknown"]);
    // The vendor's default owner is unknown.
    assert_eq!(orphans(LISTS, &NewApiKey::new("ci"), listed), ["same", "other", "unknown"]);
}

#[test]
fn orphans_are_created_after_the_start() {
    let started = time(STARTED);
    let minute = Duration::from_secs(60);
    let at = |id, time| candidate(id, Some("ci"), None, time);
    let listed = vec![
        at("before", Some(started - minute - Duration::from_nanos(1))),
        at("skewed", Some(started - minute)),
        at("exact", Some(started)),
        at("later", Some(started + 60 * minute)),
        at("unknown", None),
    ];
    let new = NewApiKey::new("ci");
    assert_eq!(orphans(LISTS, &new, listed.clone()), ["skewed", "exact", "later", "unknown"]);
    let unreliable = LISTS.created_at_unreliable();
    assert_eq!(orphans(unreliable, &new, listed), ["before", "skewed", "exact", "later", "unknown"]);
}

#[test]
fn orphans_accepts_the_earliest_time() {
    let provider = Fake::listing(LISTS, |_| {
        Ok(Page::complete(vec![candidate("a", Some("ci"), None, Some(Timestamp::MIN))]))
    });
    assert_eq!(run(provider.orphans(&NewApiKey::new("ci"), Timestamp::MIN)).expect("a list").len(), 1);
}

#[test]
fn orphans_filters_by_owner_where_supported() {
    let new = NewApiKey::new("ci").owner("o");
    for (capabilities, expected) in
        [(LISTS, ListQuery::new()), (LISTS.list_fields(&[Field::Owner]), ListQuery::new().owner("o"))]
    {
        let provider = Fake::new(capabilities);
        run(provider.orphans(&new, time(STARTED))).expect("a list");
        assert_eq!(*provider.calls(), [format!("list - {expected:?}")]);
    }
}

#[test]
fn orphans_reads_all_pages_or_fails() {
    let calls = AtomicUsize::new(0);
    let provider = Fake::listing(LISTS, move |_| match calls.fetch_add(1, Ordering::Relaxed) {
        0 => Ok(Page::new(vec![], Some(Cursor::new("2")), None)),
        1 => Ok(Page::complete(vec![candidate("last", Some("ci"), None, None)])),
        2 => Ok(Page::new(vec![candidate("a", Some("ci"), None, None)], Some(Cursor::new("2")), None)),
        _ => Err(error(ErrorKind::Timeout, Operation::List)),
    });
    let new = NewApiKey::new("ci");
    let found = run(provider.orphans(&new, time(STARTED))).expect("a list");
    assert_eq!(found.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(), ["last"]);
    let error = run(provider.orphans(&new, time(STARTED))).expect_err("failed");
    assert_eq!(error.kind(), ErrorKind::Timeout);
}
