//! Supported fields reach the vendor.

use std::collections::BTreeSet;
use std::time::Duration;

use api_keys_core::{Expiry, Field, Operation, RevokeOptions, Timestamp};
use serde_json::{Value, json};

use super::probes::{
    DAY, Probe, clearings, creates, expect_sent, leaves, only_request, silent, updates, without_description,
};
use crate::connection::Vendor;
use crate::mock_server::VendorServer;
use crate::perform::{Player, change, new_key, query};
use crate::violations::Violations;

pub(super) async fn create_sends_each_supported_field(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = silent(vendor).await;
    let provider = &*server.connection.provider;
    if !provider.capabilities().support(Operation::Create).is_supported() {
        return;
    }
    let _ = provider.create(new_key(vendor)).await;
    let before = only_request(&server).await;
    let mut taken = BTreeSet::new();
    for Probe { field, what, ask, sent } in creates(&provider.capabilities()) {
        if !provider.capabilities().create_fields.contains(field) {
            continue;
        }
        let mut case = violations.case(format!("create {what}"));
        let _ = provider.create(ask(new_key(vendor))).await;
        let after = only_request(&server).await;
        expect_sent(&mut case, &before, &after, &sent, &mut taken);
    }
    violations.check();
}

pub(super) async fn update_sends_each_supported_field(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = silent(vendor).await;
    let provider = &*server.connection.provider;
    let capabilities = provider.capabilities();
    if !capabilities.support(Operation::Update).is_supported() {
        return;
    }
    // Another field is changed as well, and its location is excluded.
    for (probes, fields) in
        [(updates(&capabilities), capabilities.update_fields), (clearings(), capabilities.clearable_fields)]
    {
        let mut taken = BTreeSet::new();
        for Probe { field, what, ask, sent } in
            probes.into_iter().filter(|probe| fields.contains(probe.field))
        {
            let mut case = violations.case(format!("update {what}"));
            let other =
                if field == Field::Description { without_description(vendor) } else { change(vendor) };
            let _ = provider.update(&vendor.key_id(), other.clone()).await;
            let before = only_request(&server).await;
            let _ = provider.update(&vendor.key_id(), ask(other)).await;
            let after = only_request(&server).await;
            expect_sent(&mut case, &before, &after, &sent, &mut taken);
        }
    }
    violations.check();
}

pub(super) async fn list_sends_each_supported_filter(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = silent(vendor).await;
    let provider = &*server.connection.provider;
    if !provider.capabilities().support(Operation::List).is_supported() {
        return;
    }
    let fields = provider.capabilities().list_fields;
    let mut taken = BTreeSet::new();
    let probes = [
        (Field::Owner, query(vendor).owner("somebody"), "somebody"),
        (Field::Search, query(vendor).search("a night & a day"), "a night & a day"),
    ];
    let _ = provider.list(query(vendor)).await;
    let before = only_request(&server).await;
    for (field, query, sent) in probes {
        if fields.contains(field) {
            let mut case = violations.case(format!("list {field}"));
            let _ = provider.list(query).await;
            let after = only_request(&server).await;
            expect_sent(&mut case, &before, &after, &[json!(sent)], &mut taken);
        }
    }
    violations.check_if(fields.contains(Field::Owner) || fields.contains(Field::Search));
}

pub(super) async fn inactive_keys_are_listed_on_request(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    let provider = &*server.connection.provider;
    if !provider.capabilities().support(Operation::List).is_supported() {
        return;
    }
    for nth in 0..3 {
        let mut case = violations.case(nth);
        server.respond(Player { vendor, status: None, nth }).await;
        let active = provider.list(query(vendor)).await.unwrap().items;
        if provider.capabilities().list_fields.contains(Field::IncludeInactive) {
            let all = provider.list(query(vendor).include_inactive(true)).await.unwrap().items;
            let sent = count_listed(&server, nth);
            case.expect(all.len() == sent, format!("{} of {sent} keys are reported", all.len()));
            if let Some(inactive) = vendor.inactive_query {
                let requested = server.requests().await;
                let queries: Vec<_> =
                    requested.iter().map(|request| request.url.query().unwrap_or_default()).collect();
                let includes_inactive = |query: &str| query.contains(inactive);
                case.expect(
                    !includes_inactive(queries[0]) && includes_inactive(queries[1]),
                    format!("requested {queries:?}"),
                );
                continue;
            }
        }
        case.expect(active.iter().all(|key| !key.status.is_inactive()), format!("lists {active:?}"));
    }
    violations.check();
}

pub(super) async fn the_reason_of_a_revocation_is_sent(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = silent(vendor).await;
    let provider = &*server.connection.provider;
    if provider.capabilities().revoke_fields.contains(Field::Reason) {
        let mut case = violations.case("revoke");
        let _ = provider.revoke(&vendor.key_id(), RevokeOptions::new()).await;
        let before = only_request(&server).await;
        let _ = provider.revoke(&vendor.key_id(), RevokeOptions::new().reason("leaked")).await;
        let after = only_request(&server).await;
        expect_sent(&mut case, &before, &after, &[json!("leaked")], &mut BTreeSet::new());
    }
    violations.check_if(provider.capabilities().revoke_fields.contains(Field::Reason));
}

pub(super) async fn expiration_is_never_later_or_missing(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = silent(vendor).await;
    let provider = &*server.connection.provider;
    if !provider.capabilities().create_fields.contains(Field::Expiry) {
        return;
    }
    let just_under = 3 * DAY - Duration::from_millis(1);
    for expiry in [Expiry::In(just_under), Expiry::At(Timestamp::now() + just_under)] {
        let mut case = violations.case(format!("{expiry:?}"));
        let _ = provider.create(new_key(vendor).expiry(expiry)).await;
        let body: Value = serde_json::from_slice(&only_request(&server).await.body).unwrap();
        let now = Timestamp::now();
        let number = leaves(&body).into_iter().find_map(|(_, value)| match value.as_str() {
            Some(text) => Some(text.parse::<Timestamp>().ok()?.duration_since(now).as_secs_f64()),
            None => value.as_f64(),
        });
        // In days or in seconds, whichever the vendor counts in, or until a time.
        let seconds = number.map(|number| if number < 1000.0 { number * DAY.as_secs_f64() } else { number });
        let requested = just_under.as_secs_f64();
        let holds =
            seconds.is_some_and(|seconds| seconds <= requested && requested - seconds <= DAY.as_secs_f64());
        case.expect(holds, format!("{body} is not {requested} s"));
    }
    violations.check();
}

/// Returns the number of keys in the nth example of a list.
fn count_listed(server: &VendorServer, nth: usize) -> usize {
    let operation = server.vendor.document.operation("listApiKeys");
    let media = operation.successes().flat_map(|(_, response)| response.content.values());
    let examples: Vec<_> = media.flat_map(|media| media.examples.values()).collect();
    let example = &examples[nth % examples.len()].value;
    let lists = [example, &example["apiKeys"], &example["data"]];
    lists.into_iter().find_map(Value::as_array).map(Vec::len).expect("a list")
}
