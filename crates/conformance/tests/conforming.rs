//! Conforming providers pass.

mod support;

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use api_keys_conformance::{Options, Outcome, Report, run};
use api_keys_core::{ApiKeyProvider, ListQuery, NewApiKey, Operation};
use api_keys_memory::Memory;
use support::vendor::{DISABLING, KEEPING, OWNING, REMOVING, Vendor, everything};
use support::{Clock, failed};

fn passed(report: &Report) -> BTreeSet<&'static str> {
    let passed = report.checks().iter().filter(|check| matches!(check.outcome, Outcome::Passed));
    passed.map(|check| check.name).collect()
}

fn skipped(report: &Report) -> Vec<&'static str> {
    let skipped = report.checks().iter().filter(|check| matches!(check.outcome, Outcome::Skipped { .. }));
    skipped.map(|check| check.name).collect()
}

async fn active(keys: &impl ApiKeyProvider) -> usize {
    keys.list(ListQuery::new()).await.expect("a page").items.len()
}

#[tokio::test]
async fn memory_passes_with_default_options() {
    let keys = Memory::new();
    run(&keys, Options::new()).await.assert_passed();
    assert_eq!(active(&keys).await, 0);
}

#[tokio::test]
async fn memory_passes_and_skips_inapplicable_checks() {
    let clock = Clock::start();
    let keys = clock.builder().retain_secrets(true).max_active(5).build().expect("built");
    let report = run(&keys, clock.options()).await;
    report.assert_passed();
    let expected = [
        "create_rejects_a_lifetime_below_minimum",
        "list_without_pagination_is_one_page",
        "reversible_revocation_can_be_undone",
        "unsupported_operations_send_no_request",
        "create_rejects_unsupported_fields",
        "create_rejects_unknown_extra_fields",
        "create_requires_an_owner",
        "update_rejects_unsupported_fields",
        "update_rejects_clearing_unclearable_fields",
        "update_rejects_unknown_extra_fields",
        "list_rejects_unsupported_fields",
        "list_requires_an_owner",
        "revoke_rejects_unsupported_fields",
        "rotate_rejects_unsupported_fields",
    ];
    assert_eq!(skipped(&report), expected, "{report}");
}

#[tokio::test]
async fn memory_passes_with_pages_of_one_key() {
    let keys = Memory::builder().page_size(1).build().expect("built");
    run(&keys, Options::new()).await.assert_passed();
}

#[tokio::test]
async fn memory_passes_with_a_default_expiry() {
    let keys = Memory::builder().default_expiry(Duration::from_secs(3600)).build().expect("built");
    run(&keys, Options::new()).await.assert_passed();
}

#[tokio::test]
async fn other_keys_are_not_changed() {
    let keys = Memory::builder().page_size(3).build().expect("built");
    for name in ["", "a", "check-", "ключ"] {
        let _ = keys.create(NewApiKey::new(name).owner("org_1")).await.expect("a key");
    }
    let before = keys.list(ListQuery::new().include_inactive(true)).await.expect("a page");
    run(&keys, Options::new().owner("org_1").other_owner("org_2")).await.assert_passed();
    let after = keys.list(ListQuery::new().include_inactive(true)).await.expect("a page");
    assert_eq!(before, after);
}

#[tokio::test]
async fn pointers_to_a_provider_pass() {
    let keys = Memory::new();
    let direct = run(&keys, Options::new()).await;
    let dynamic: &dyn ApiKeyProvider = &keys;
    let shared: Arc<dyn ApiKeyProvider> = Arc::new(keys.clone());
    let boxed: Box<dyn ApiKeyProvider> = Box::new(keys.clone());
    let nested = Arc::new(Box::new(keys.clone()));
    for report in [
        run(dynamic, Options::new()).await,
        run(&shared, Options::new()).await,
        run(&boxed, Options::new()).await,
        run(&nested, Options::new()).await,
    ] {
        report.assert_passed();
        assert_eq!(passed(&report), passed(&direct));
    }
}

#[tokio::test]
async fn every_check_is_passed_by_some_provider() {
    let mut seen = BTreeSet::new();
    let mut all = BTreeSet::new();
    for capabilities in [everything(), KEEPING, REMOVING, DISABLING, OWNING] {
        let clock = Clock::start();
        let vendor = Vendor::new(&clock, capabilities);
        let report = run(&vendor, vendor.options(&clock)).await;
        report.assert_passed();
        assert_eq!(active(&vendor.keys).await, 0, "{capabilities:?}");
        seen.extend(passed(&report));
        all.extend(report.checks().iter().map(|check| check.name));
    }
    let never: Vec<_> = all.difference(&seen).collect();
    assert!(never.is_empty(), "no provider runs these checks: {never:?}");
}

#[tokio::test]
async fn check_can_be_skipped() {
    let options = Options::new().skip("new_key_is_listed", "reason");
    let report = run(&Memory::new(), options).await;
    report.assert_passed();
    assert!(skipped(&report).contains(&"new_key_is_listed"));
    assert!(report.to_string().contains("skipped new_key_is_listed: reason"), "{report}");
}

#[tokio::test]
async fn unknown_check_to_skip_fails_the_run() {
    let report = run(&Memory::new(), Options::new().skip("a_new_key_is_lsited", "reason")).await;
    assert_eq!(failed(&report), ["a_new_key_is_lsited"]);
}

#[tokio::test]
async fn run_can_be_limited() {
    let options = Options::new().only(["new_key_is_listed", "no_such_check"]);
    let report = run(&Memory::new(), options).await;
    assert_eq!(failed(&report), ["no_such_check"]);
    assert_eq!(passed(&report), ["new_key_is_listed", "no_keys_remain"].into());
    let operations: Vec<_> = report.checks().iter().map(|check| check.operation).collect();
    assert_eq!(operations, [Some(Operation::List), None, None]);
}

#[tokio::test]
async fn cancelled_run_removes_keys() {
    let keys = Memory::new();
    let created = Arc::new(AtomicBool::new(false));
    let cancelled = Arc::clone(&created);
    let options = Options::new().cancel_on(poll_fn(move |_| match cancelled.load(Ordering::SeqCst) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    }));
    let options = options.settle(move || {
        created.store(true, Ordering::SeqCst);
        tokio::task::yield_now()
    });
    let report = run(&keys, options).await;
    assert!(!report.is_complete() && failed(&report).is_empty(), "{report}");
    assert!(passed(&report).contains("no_keys_remain") && !passed(&report).contains("new_key_is_listed"));
    assert_eq!((report.remaining_keys(), active(&keys).await), (&[][..], 0));
}

#[tokio::test]
async fn run_can_be_spawned() {
    let keys: Arc<dyn ApiKeyProvider> = Arc::new(Memory::new());
    let report = tokio::spawn(async move { run(&keys, Options::new()).await }).await.expect("a report");
    report.assert_passed();
}

#[tokio::test]
async fn run_settles_after_every_change() {
    let pauses = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&pauses);
    let options = Options::new().settle(move || {
        counter.fetch_add(1, Ordering::SeqCst);
        std::future::ready(())
    });
    let report = run(&Memory::new(), options).await;
    report.assert_passed();
    // Almost every check creates a key.
    assert!(pauses.load(Ordering::SeqCst) > report.checks().len() as u64);
}
