//! Providers that lie are found out, each by the check that is named after what it does not do. A check that cannot
//! fail is worth nothing, so every check has its liar.

mod create;
mod kill;
mod list;
mod refuse;
#[path = "../support/mod.rs"]
mod support;
mod update;

use std::collections::BTreeSet;

use api_keys_conformance::{Outcome, Report, run};
use api_keys_core::{Capabilities, Error};
use support::liar::{Liar, Lie};
use support::vendor::{Vendor, everything};
use support::{Clock, failed};

/// What a provider with these capabilities lies about, and the checks that must fail.
struct Case {
    what: &'static str,
    capabilities: Capabilities,
    lie: Lie,
    found_by: &'static [&'static str],
}

/// A lie of a provider that can do everything.
fn lie(what: &'static str, lie: Lie, found_by: &'static [&'static str]) -> Case {
    Case { what, capabilities: everything(), lie, found_by }
}

/// A lie of another provider.
fn lie_of(
    capabilities: Capabilities,
    what: &'static str,
    lie: Lie,
    found_by: &'static [&'static str],
) -> Case {
    Case { what, capabilities, lie, found_by }
}

fn cases() -> Vec<Case> {
    [create::cases(), list::cases(), update::cases(), kill::cases(), refuse::cases()]
        .into_iter()
        .flatten()
        .collect()
}

async fn report(case: &Case) -> Report {
    let clock = Clock::start();
    let mut vendor = Vendor::new(&clock, case.capabilities);
    vendor.capabilities = case.capabilities;
    let options = vendor.options(&clock);
    run(&Liar::new(vendor, case.lie), options).await
}

#[tokio::test]
async fn every_lie_is_found_by_the_checks_named_after_it() {
    let mut undetected = Vec::new();
    for case in cases() {
        let report = report(&case).await;
        let failed = failed(&report);
        let missing: Vec<_> = case.found_by.iter().filter(|name| !failed.contains(name)).collect();
        if !missing.is_empty() {
            undetected.push(format!("a provider that {}, by {missing:?}; only by {failed:?}", case.what));
        }
    }
    assert!(undetected.is_empty(), "not found:\n{}", undetected.join("\n"));
}

#[tokio::test]
async fn every_check_finds_a_lie() {
    let honest = Vendor::new(&Clock::start(), everything());
    let report = run(&honest, api_keys_conformance::Options::new()).await;
    let all: BTreeSet<_> = report.checks().iter().map(|check| check.name).collect();
    let useful: BTreeSet<_> = cases().iter().flat_map(|case| case.found_by.iter().copied()).collect();
    let never: Vec<_> = all.difference(&useful).collect();
    assert!(never.is_empty(), "no lie is found by {never:?}");
    let unknown: Vec<_> = useful.difference(&all).collect();
    assert!(unknown.is_empty(), "there are no such checks: {unknown:?}");
}

#[tokio::test]
async fn a_provider_that_panics_fails_a_check_and_the_run_goes_on_and_cleans_up() {
    let clock = Clock::start();
    let vendor = Vendor::new(&clock, everything());
    let (keys, options) = (vendor.keys.clone(), vendor.options(&clock));
    let report = run(&Liar::new(vendor, Lie::Get(|_, _| panic!("out of order"))), options).await;
    let get = report.checks().iter().find(|check| check.name == "get_returns_what_create_returned");
    let Some(Outcome::Failed { why, .. }) = get.map(|check| &check.outcome) else { panic!("{report}") };
    assert_eq!(why, "the provider panicked: out of order");
    assert!(!failed(&report).contains(&"nothing_is_left_over"), "{report}");
    let left =
        support::liar::now(api_keys_core::ApiKeyProvider::list(&keys, api_keys_core::ListQuery::new()));
    assert_eq!(left.expect("a page").items, []);
}

#[tokio::test]
async fn a_failure_tells_the_error_of_the_provider_in_one_line() {
    let gone = |error: Error| error.with_vendor_message("gone\nfishing");
    let report = report(&lie("", Lie::Error(gone), &[])).await;
    for line in report.to_string().lines().skip(1) {
        assert!(
            ["  passed  ", "  skipped ", "  FAILED  ", "          "]
                .iter()
                .any(|start| line.starts_with(start))
        );
    }
}

#[tokio::test]
#[should_panic(expected = "FAILED  a_revoked_secret_is_dead")]
async fn assert_passed_panics_with_the_report() {
    let lies = Lie::Revoke(|_, _, _| Ok(api_keys_core::Revocation::retained()));
    report(&lie("", lies, &[])).await.assert_passed();
}
