//! A field that a provider honours reaches the vendor.

use std::collections::BTreeSet;
use std::time::Duration;

use api_keys_contract_tests::findings::Findings;
use api_keys_contract_tests::perform::{Player, change, new_key, query};
use api_keys_contract_tests::stage::Stage;
use api_keys_contract_tests::vendor::VENDORS;
use api_keys_core::{Expiry, Field, Operation, RevokeOptions, Timestamp};
use serde_json::{Value, json};

use crate::probes::{
    DAY, Probe, clearings, creates, expect_said, leaves, only_request, silent, updates, without_description,
};

#[tokio::test]
async fn every_field_that_a_create_honours_is_sent_in_a_place_of_its_own() {
    let mut findings = Findings::new();
    for vendor in VENDORS {
        let stage = silent(vendor).await;
        let provider = &*stage.connection.provider;
        if !provider.capabilities().support(Operation::Create).is_supported() {
            continue;
        }
        let _ = provider.create(new_key(vendor)).await;
        let before = only_request(&stage).await;
        let mut taken = BTreeSet::new();
        for Probe { field, what, ask, sent } in creates(&provider.capabilities()) {
            if !provider.capabilities().create_fields.contains(field) {
                continue;
            }
            let mut case = findings.case(format!("{} create {what}", vendor.name));
            let _ = provider.create(ask(new_key(vendor))).await;
            let after = only_request(&stage).await;
            expect_said(&mut case, &before, &after, &sent, &mut taken);
        }
    }
    findings.check();
}

#[tokio::test]
async fn every_field_that_an_update_honours_is_sent_in_a_place_of_its_own() {
    let mut findings = Findings::new();
    for vendor in VENDORS {
        let stage = silent(vendor).await;
        let provider = &*stage.connection.provider;
        let capabilities = provider.capabilities();
        if !capabilities.support(Operation::Update).is_supported() {
            continue;
        }
        // Something else is changed beside the field, and its place is taken.
        for (probes, fields) in [
            (updates(&capabilities), capabilities.update_fields),
            (clearings(), capabilities.clearable_fields),
        ] {
            let mut taken = BTreeSet::new();
            for Probe { field, what, ask, sent } in
                probes.into_iter().filter(|probe| fields.contains(probe.field))
            {
                let mut case = findings.case(format!("{} update {what}", vendor.name));
                let other =
                    if field == Field::Description { without_description(vendor) } else { change(vendor) };
                let _ = provider.update(&vendor.key_id(), other.clone()).await;
                let before = only_request(&stage).await;
                let _ = provider.update(&vendor.key_id(), ask(other)).await;
                let after = only_request(&stage).await;
                expect_said(&mut case, &before, &after, &sent, &mut taken);
            }
        }
    }
    findings.check();
}

#[tokio::test]
async fn what_a_list_honours_is_asked_of_the_vendor() {
    let mut findings = Findings::new();
    for vendor in VENDORS {
        let stage = silent(vendor).await;
        let provider = &*stage.connection.provider;
        if !provider.capabilities().support(Operation::List).is_supported() {
            continue;
        }
        let fields = provider.capabilities().list_fields;
        let mut taken = BTreeSet::new();
        let probes = [
            (Field::Owner, query(vendor).owner("somebody"), "somebody"),
            (Field::Search, query(vendor).search("a night & a day"), "a night & a day"),
        ];
        let _ = provider.list(query(vendor)).await;
        let before = only_request(&stage).await;
        for (field, query, sent) in probes {
            if fields.contains(field) {
                let mut case = findings.case(format!("{} list {field}", vendor.name));
                let _ = provider.list(query).await;
                let after = only_request(&stage).await;
                expect_said(&mut case, &before, &after, &[json!(sent)], &mut taken);
            }
        }
    }
    findings.check();
}

#[tokio::test]
async fn keys_that_no_longer_authenticate_are_listed_only_when_asked_for() {
    let mut findings = Findings::new();
    for vendor in VENDORS {
        let stage = Stage::new(vendor).await;
        let provider = &*stage.connection.provider;
        if !provider.capabilities().support(Operation::List).is_supported() {
            continue;
        }
        for nth in 0..3 {
            let mut case = findings.case(format!("{} {nth}", vendor.name));
            stage.answer(Player { vendor, status: None, nth }).await;
            let active = provider.list(query(vendor)).await.unwrap().items;
            if provider.capabilities().list_fields.contains(Field::IncludeInactive) {
                let all = provider.list(query(vendor).include_inactive(true)).await.unwrap().items;
                let sent = count_listed(&stage, nth);
                case.expect(all.len() == sent, format!("{} of {sent} keys are told", all.len()));
                // Clerk filters by itself, when the query says so.
                if vendor.name == "clerk" {
                    let asked = stage.asked().await;
                    let queries: Vec<_> =
                        asked.iter().map(|request| request.url.query().unwrap_or_default()).collect();
                    let says = |query: &str| query.contains("include_invalid=true");
                    case.expect(!says(queries[0]) && says(queries[1]), format!("asked {queries:?}"));
                    continue;
                }
            }
            case.expect(active.iter().all(|key| !key.status.is_inactive()), format!("lists {active:?}"));
        }
    }
    findings.check();
}

#[tokio::test]
async fn the_reason_of_a_revocation_is_sent() {
    let mut findings = Findings::new();
    for vendor in VENDORS {
        let stage = silent(vendor).await;
        let provider = &*stage.connection.provider;
        if provider.capabilities().revoke_fields.contains(Field::Reason) {
            let mut case = findings.case(vendor.name);
            let _ = provider.revoke(&vendor.key_id(), RevokeOptions::new()).await;
            let before = only_request(&stage).await;
            let _ = provider.revoke(&vendor.key_id(), RevokeOptions::new().reason("leaked")).await;
            let after = only_request(&stage).await;
            expect_said(&mut case, &before, &after, &[json!("leaked")], &mut BTreeSet::new());
        }
    }
    findings.check();
}

#[tokio::test]
async fn an_expiry_is_never_later_than_asked_and_never_left_out() {
    let mut findings = Findings::new();
    for vendor in VENDORS {
        let stage = silent(vendor).await;
        let provider = &*stage.connection.provider;
        if !provider.capabilities().create_fields.contains(Field::Expiry) {
            continue;
        }
        let just_under = 3 * DAY - Duration::from_millis(1);
        for expiry in [Expiry::In(just_under), Expiry::At(Timestamp::now() + just_under)] {
            let mut case = findings.case(format!("{} {expiry:?}", vendor.name));
            let _ = provider.create(new_key(vendor).expiry(expiry)).await;
            let body: Value = serde_json::from_slice(&only_request(&stage).await.body).unwrap();
            let now = Timestamp::now();
            let number = leaves(&body).into_iter().find_map(|(_, value)| match value.as_str() {
                Some(text) => Some(text.parse::<Timestamp>().ok()?.duration_since(now).as_secs_f64()),
                None => value.as_f64(),
            });
            // In days or in seconds, whichever the vendor counts in, or until a time.
            let seconds =
                number.map(|number| if number < 1000.0 { number * DAY.as_secs_f64() } else { number });
            let asked = just_under.as_secs_f64();
            let holds =
                seconds.is_some_and(|seconds| seconds <= asked && asked - seconds <= DAY.as_secs_f64());
            case.expect(holds, format!("{body} is not {asked} s"));
        }
    }
    findings.check();
}

/// How many keys are in the nth example of a list.
fn count_listed(stage: &Stage, nth: usize) -> usize {
    let operation = stage.vendor.document.operation("listApiKeys");
    let media = operation.successes().flat_map(|(_, response)| response.content.values());
    let examples: Vec<_> = media.flat_map(|media| media.examples.values()).collect();
    let example = &examples[nth % examples.len()].value;
    let lists = [example, &example["apiKeys"], &example["data"]];
    lists.into_iter().find_map(Value::as_array).map(Vec::len).expect("a list")
}
