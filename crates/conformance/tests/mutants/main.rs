//! Mutation tests: every check detects a provider with the corresponding defect.

mod create;
mod list;
mod rejections;
mod rotation;
mod secrets;
#[path = "../support/mod.rs"]
mod support;
mod update;

use std::collections::BTreeSet;

use api_keys_conformance::{Outcome, Report, run};
use api_keys_core::{Capabilities, Error, ErrorKind, Operation};
use support::mutant::{Mutant, Mutation};
use support::vendor::{Vendor, everything};
use support::{Clock, failed};

/// A defect of a provider, and the checks that must fail.
struct Case {
    defect: &'static str,
    capabilities: Capabilities,
    mutation: Mutation,
    detected_by: &'static [&'static str],
}

/// A defect of a provider with all capabilities.
fn mutant(defect: &'static str, mutation: Mutation, detected_by: &'static [&'static str]) -> Case {
    Case { defect, capabilities: everything(), mutation, detected_by }
}

/// A defect of another provider.
fn mutant_of(
    capabilities: Capabilities,
    defect: &'static str,
    mutation: Mutation,
    detected_by: &'static [&'static str],
) -> Case {
    Case { defect, capabilities, mutation, detected_by }
}

fn cases() -> Vec<Case> {
    [
        create::cases(),
        list::cases(),
        update::cases(),
        rejections::cases(),
        rotation::cases(),
        secrets::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

async fn report(case: &Case) -> Report {
    let clock = Clock::start();
    let mut vendor = Vendor::new(&clock, case.capabilities);
    vendor.capabilities = case.capabilities;
    let options = vendor.options(&clock);
    run(&Mutant::new(vendor, case.mutation), options).await
}

#[tokio::test]
async fn every_mutant_is_detected() {
    let mut undetected = Vec::new();
    for case in cases() {
        let report = report(&case).await;
        let failed = failed(&report);
        let missing: Vec<_> = case.detected_by.iter().filter(|name| !failed.contains(name)).collect();
        if !missing.is_empty() {
            undetected.push(format!(
                "a provider that {} is not detected by {missing:?}, but by {failed:?}",
                case.defect
            ));
        }
    }
    assert!(undetected.is_empty(), "undetected:\n{}", undetected.join("\n"));
}

#[tokio::test]
async fn every_check_detects_a_mutant() {
    let inner = Vendor::new(&Clock::start(), everything());
    let report = run(&inner, api_keys_conformance::Options::new()).await;
    let all: BTreeSet<_> = report.checks().iter().map(|check| check.name).collect();
    let useful: BTreeSet<_> = cases().iter().flat_map(|case| case.detected_by.iter().copied()).collect();
    let never: Vec<_> = all.difference(&useful).collect();
    assert!(never.is_empty(), "no mutant is detected by {never:?}");
    let unknown: Vec<_> = useful.difference(&all).collect();
    assert!(unknown.is_empty(), "unknown checks: {unknown:?}");
}

#[tokio::test]
async fn panic_fails_the_check_and_keys_are_removed() {
    let clock = Clock::start();
    let vendor = Vendor::new(&clock, everything());
    let (keys, options) = (vendor.keys.clone(), vendor.options(&clock));
    let report = run(&Mutant::new(vendor, Mutation::Get(|_, _| panic!("message"))), options).await;
    let get = report.checks().iter().find(|check| check.name == "get_returns_the_created_key");
    let Some(Outcome::Failed { reason, .. }) = get.map(|check| &check.outcome) else { panic!("{report}") };
    assert_eq!(reason, "the provider panicked: message");
    assert!(!failed(&report).contains(&"no_keys_remain"), "{report}");
    let left =
        support::mutant::now(api_keys_core::ApiKeyProvider::list(&keys, api_keys_core::ListQuery::new()));
    assert_eq!(left.expect("a page").items, []);
}

#[tokio::test]
async fn failure_contains_the_error_in_one_line() {
    let change = |error: Error| error.with_vendor_message("two\nlines");
    let report = report(&mutant("", Mutation::Error(change), &[])).await;
    for line in report.to_string().lines().skip(1) {
        assert!(
            ["  passed  ", "  skipped ", "  FAILED  ", "          "]
                .iter()
                .any(|start| line.starts_with(start))
        );
    }
}

#[tokio::test]
async fn remaining_keys_are_reported() {
    let report = report(&mutant("", Mutation::Delete(|_, _| Ok(())), &[])).await;
    assert!(failed(&report).contains(&"no_keys_remain"), "{report}");
    assert!(!report.remaining_keys().is_empty());
    for id in report.remaining_keys() {
        assert!(report.to_string().contains(id.as_str()), "{id} is not in {report}");
    }
}

#[tokio::test]
async fn run_stops_if_keys_cannot_be_removed() {
    let fail = Mutation::Delete(|_, _| Err(Error::new(ErrorKind::Unavailable, "memory", Operation::Delete)));
    let clock = Clock::start();
    let vendor = Vendor::new(&clock, everything());
    let options = vendor.options(&clock).max_keys(3);
    let report = run(&Mutant::new(vendor, fail), options).await;
    assert!(!report.is_complete() && (3..6).contains(&report.remaining_keys().len()), "{report}");
}

#[tokio::test]
async fn secrets_are_not_in_the_report() {
    let leak = Mutation::Get(|mutant, _| {
        let (_, secret) = mutant.issued().pop().expect("a key");
        Err(Error::new(ErrorKind::Unavailable, "memory", Operation::Get).with_vendor_message(secret.expose()))
    });
    let panic = Mutation::Get(|mutant, _| panic!("{}", mutant.issued().pop().expect("a key").1.expose()));
    for mutation in [leak, panic] {
        let clock = Clock::start();
        let vendor = Vendor::new(&clock, everything());
        let options = vendor.options(&clock);
        let mutant = Mutant::new(vendor, mutation);
        let report = run(&mutant, options).await;
        let text = format!("{report} {report:?}");
        assert!(failed(&report).contains(&"get_returns_the_created_key"), "{report}");
        assert!(mutant.issued().iter().all(|(_, secret)| !text.contains(secret.expose())), "{text}");
    }
}

#[tokio::test]
#[should_panic(expected = "FAILED  revoked_secret_does_not_authenticate")]
async fn assert_passed_panics_with_the_report() {
    let mutation = Mutation::Revoke(|_, _, _| Ok(api_keys_core::Revocation::retained()));
    report(&mutant("", mutation, &[])).await.assert_passed();
}
