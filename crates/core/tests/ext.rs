//! What callers can do with any provider.

mod support;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use api_keys_core::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt, Capabilities, Cursor, Effect, ErrorKind, Field, ListQuery,
    NewApiKey, Operation, Page, Result, Revocation, Timestamp,
};
use futures_util::{StreamExt as _, TryStreamExt as _};
use support::{Fake, error, id, key, run, time};

const LISTS: Capabilities = Capabilities::none().native(&[Operation::List]);

/// Lists these pages: each has the cursor that leads to it, its keys, and the cursor of the next.
fn pages(pages: &'static [(&'static str, &'static [&'static str], &'static str)]) -> Fake {
    let pages: BTreeMap<_, _> = pages.iter().map(|&(at, keys, next)| (at, (keys, next))).collect();
    Fake::listing(LISTS, move |query| {
        let at = query.cursor.as_ref().map_or("", Cursor::as_str);
        let (keys, next) = pages.get(at).ok_or_else(|| error(ErrorKind::InvalidInput, Operation::List))?;
        let next = (!next.is_empty()).then(|| Cursor::new(*next));
        Ok(Page::new(keys.iter().map(|id| key(id)).collect(), next, None))
    })
}

/// The ids that a walk sees, and how it ends.
fn walk(provider: &Fake, query: ListQuery) -> (Vec<String>, Result<()>) {
    let mut ids = Vec::new();
    let end = run(provider.keys(query).try_for_each(|key| {
        ids.push(key.id.to_string());
        std::future::ready(Ok(()))
    }));
    (ids, end)
}

#[test]
fn keys_walks_every_page_in_order() {
    let provider = pages(&[("", &["a", "b"], "2"), ("2", &["c"], "3"), ("3", &["d"], "")]);
    let (ids, end) = walk(&provider, ListQuery::new());
    assert_eq!(ids, ["a", "b", "c", "d"]);
    assert!(end.is_ok());
    assert_eq!(provider.calls().len(), 3);
}

#[test]
fn keys_asks_the_same_query_on_every_page() {
    let provider = pages(&[("", &["a"], "2"), ("2", &["b"], "")]);
    let query = ListQuery::new().limit(1).owner("o").search("s").include_inactive(true);
    assert_eq!(walk(&provider, query.clone()).0, ["a", "b"]);
    let asked = [query.clone(), query.cursor(Cursor::new("2"))].map(|query| format!("list - {query:?}"));
    assert_eq!(*provider.calls(), asked);
}

#[test]
fn keys_goes_on_from_the_cursor_of_the_query() {
    let provider = pages(&[("", &["a"], "2"), ("2", &["b"], "")]);
    assert_eq!(walk(&provider, ListQuery::new().cursor(Cursor::new("2"))).0, ["b"]);
}

#[test]
fn keys_yields_each_id_once_when_pages_overlap() {
    let provider = pages(&[("", &["a", "b", "b"], "2"), ("2", &["b", "a", "c"], "3"), ("3", &["c"], "")]);
    assert_eq!(walk(&provider, ListQuery::new()).0, ["a", "b", "c"]);
}

#[test]
fn keys_goes_past_an_empty_page() {
    let provider = pages(&[("", &[], "2"), ("2", &[], "3"), ("3", &["a"], "")]);
    assert_eq!(walk(&provider, ListQuery::new()).0, ["a"]);
}

#[test]
fn keys_ends_at_an_empty_page_that_leads_to_itself() {
    let provider = pages(&[("", &["a"], "2"), ("2", &[], "2")]);
    let (ids, end) = walk(&provider, ListQuery::new());
    assert_eq!((ids, end.is_ok()), (vec!["a".to_owned()], true));
    assert_eq!(provider.calls().len(), 2);
}

#[test]
fn keys_fails_rather_than_walk_in_a_circle_or_hide_what_it_did_not_reach() {
    let same = pages(&[("", &["a"], "2"), ("2", &["b"], "2")]);
    let circle = pages(&[("", &["a"], "2"), ("2", &["b"], "3"), ("3", &["a"], "2")]);
    let empty_circle = pages(&[("", &["a", "b"], "2"), ("2", &[], "3"), ("3", &[], "2")]);
    for provider in [same, circle, empty_circle] {
        let (ids, end) = walk(&provider, ListQuery::new());
        let error = end.expect_err("it never ends");
        assert_eq!(ids, ["a", "b"]);
        assert_eq!((error.kind(), error.effect()), (ErrorKind::UnexpectedResponse, Effect::NotApplied));
        assert_eq!((error.vendor(), error.operation()), ("fake", Some(Operation::List)));
        assert!(provider.calls().len() < 50);
    }
}

#[test]
fn keys_follows_the_same_cursor_as_long_as_it_brings_new_keys() {
    let asked = AtomicUsize::new(0);
    let provider = Fake::listing(LISTS, move |_| {
        let n = asked.fetch_add(1, Ordering::Relaxed);
        Ok(Page::new(vec![key(&format!("k{n}"))], (n < 99).then(|| Cursor::new("next")), None))
    });
    let (ids, end) = walk(&provider, ListQuery::new());
    assert_eq!((ids.len(), end.is_ok()), (100, true));
}

#[test]
fn keys_ends_at_the_first_error_after_what_came_before() {
    let provider = pages(&[("", &["a"], "gone"), ("later", &["b"], "")]);
    let (ids, end) = walk(&provider, ListQuery::new());
    assert_eq!(ids, ["a"]);
    assert_eq!(end.expect_err("the cursor leads nowhere").kind(), ErrorKind::InvalidInput);

    let outcomes: Vec<_> = run(provider.keys(ListQuery::new()).collect());
    assert_eq!(outcomes.len(), 2, "nothing comes after the error");
}

#[test]
fn keys_reads_a_page_only_when_it_is_needed() {
    let provider = pages(&[("", &["a", "b"], "2"), ("2", &["c"], "")]);
    let first: Vec<_> = run(provider.keys(ListQuery::new()).take(2).collect());
    assert_eq!(first.len(), 2);
    assert_eq!(provider.calls().len(), 1);
}

#[test]
fn find_tells_a_missing_key_from_a_failure() {
    let provider = Fake::new(LISTS);
    assert_eq!(run(provider.find(&id("k"))).expect("an answer"), Some(key("k")));
    assert_eq!(run(provider.find(&id("missing"))).expect("an answer"), None);
    assert_eq!(run(provider.find(&id("broken"))).expect_err("no answer").kind(), ErrorKind::Transport);
}

#[test]
fn require_names_the_first_operation_that_is_missing_and_sends_nothing() {
    let capabilities = Capabilities::none().native(&[Operation::List]).emulated(&[Operation::Get]);
    let provider = Fake::new(capabilities);
    provider.require(&[]).expect("nothing is asked for");
    provider.require(&[Operation::List, Operation::Get]).expect("emulated is good enough");
    let asked = [Operation::Get, Operation::Verify, Operation::Rotate];
    let error = provider.require(&asked).expect_err("two are missing");
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Unsupported, Some(Operation::Verify)));
    assert_eq!((error.effect(), error.vendor()), (Effect::NotApplied, "fake"));
    assert!(provider.supports(Operation::Get) && !provider.supports(Operation::Rotate));
    assert_eq!(provider.calls().len(), 0);
}

#[test]
fn replace_leaves_the_old_key_alive_until_it_is_told_to_revoke_it() {
    let provider = Fake::new(LISTS);
    let replacement = run(provider.replace(&id("old"), NewApiKey::new("new"))).expect("a new key");
    assert_eq!(replacement.old, id("old"));
    assert_eq!(replacement.issued.secret.expose(), "created-secret");
    assert_eq!(provider.calls().len(), 1, "only the create");

    let (issued, revocation) = run(replacement.revoke_old(&provider)).expect("revoked");
    assert_eq!((issued.key.id, revocation), (id("created"), Revocation::removed()));
    assert!(provider.calls()[1].starts_with("revoke old"));
}

#[test]
fn a_failed_revocation_of_the_old_key_does_not_lose_the_new_one() {
    let provider: Box<dyn ApiKeyProvider> = Box::new(Fake::new(LISTS));
    let replacement = run(provider.replace(&id("broken"), NewApiKey::new("new"))).expect("a new key");
    let failed = run(replacement.revoke_old(&provider)).expect_err("it is broken");
    assert_eq!(
        (failed.issued.secret.expose(), failed.source.kind()),
        ("created-secret", ErrorKind::Transport)
    );
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
fn orphans_have_the_same_owner_as_far_as_the_vendor_tells() {
    let listed = vec![
        candidate("same", Some("ci"), Some("o"), None),
        candidate("other", Some("ci"), Some("p"), None),
        candidate("untold", Some("ci"), None, None),
    ];
    assert_eq!(orphans(LISTS, &NewApiKey::new("ci").owner("o"), listed.clone()), ["same", "untold"]);
    // Without an owner the vendor chose one, which is not known here.
    assert_eq!(orphans(LISTS, &NewApiKey::new("ci"), listed), ["same", "other", "untold"]);
}

#[test]
fn orphans_were_created_since_the_start_less_a_minute() {
    let started = time(STARTED);
    let minute = Duration::from_secs(60);
    let at = |id, time| candidate(id, Some("ci"), None, time);
    let listed = vec![
        at("before", Some(started - minute - Duration::from_nanos(1))),
        at("skewed", Some(started - minute)),
        at("exact", Some(started)),
        at("later", Some(started + 60 * minute)),
        at("untold", None),
    ];
    let new = NewApiKey::new("ci");
    assert_eq!(orphans(LISTS, &new, listed.clone()), ["skewed", "exact", "later", "untold"]);
    let unreliable = LISTS.created_at_unreliable();
    assert_eq!(orphans(unreliable, &new, listed), ["before", "skewed", "exact", "later", "untold"]);
}

#[test]
fn orphans_can_be_asked_for_since_the_beginning_of_time() {
    let provider = Fake::listing(LISTS, |_| {
        Ok(Page::complete(vec![candidate("a", Some("ci"), None, Some(Timestamp::MIN))]))
    });
    assert_eq!(run(provider.orphans(&NewApiKey::new("ci"), Timestamp::MIN)).expect("a list").len(), 1);
}

#[test]
fn orphans_asks_for_the_owner_only_where_the_vendor_can_filter() {
    let new = NewApiKey::new("ci").owner("o");
    for (capabilities, asked) in
        [(LISTS, ListQuery::new()), (LISTS.list_fields(&[Field::Owner]), ListQuery::new().owner("o"))]
    {
        let provider = Fake::new(capabilities);
        run(provider.orphans(&new, time(STARTED))).expect("a list");
        assert_eq!(*provider.calls(), [format!("list - {asked:?}")]);
    }
}

#[test]
fn orphans_looks_at_every_page_and_fails_rather_than_tell_half() {
    let asked = AtomicUsize::new(0);
    let provider = Fake::listing(LISTS, move |_| match asked.fetch_add(1, Ordering::Relaxed) {
        0 => Ok(Page::new(vec![], Some(Cursor::new("2")), None)),
        1 => Ok(Page::complete(vec![candidate("late", Some("ci"), None, None)])),
        2 => Ok(Page::new(vec![candidate("a", Some("ci"), None, None)], Some(Cursor::new("2")), None)),
        _ => Err(error(ErrorKind::Timeout, Operation::List)),
    });
    let new = NewApiKey::new("ci");
    let found = run(provider.orphans(&new, time(STARTED))).expect("a list");
    assert_eq!(found.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(), ["late"]);
    let error = run(provider.orphans(&new, time(STARTED))).expect_err("the second page failed");
    assert_eq!(error.kind(), ErrorKind::Timeout);
}
