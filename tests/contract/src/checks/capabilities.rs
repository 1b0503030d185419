//! `capabilities()`, compared to the behavior of the methods.

use std::time::Duration;

use api_keys_core::{
    Effect, Error, ErrorKind, Expiry, Field, ListQuery, NewApiKey, Operation, RevokeOptions, Timestamp,
    UpdateApiKey,
};

use super::probes::{DAY, Probe, clearings, creates, silent, updates};
use crate::connection::Vendor;
use crate::mock_server::{VendorServer, response_with};
use crate::perform::{change, new_key, perform, query, supported};
use crate::violations::{Case, Violations};

pub(super) async fn unsupported_operation_sends_nothing(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = silent(vendor).await;
    let provider = &*server.connection.provider;
    for operation in Operation::ALL.iter().copied() {
        if provider.capabilities().support(operation).is_supported() {
            continue;
        }
        let mut case = violations.case(operation);
        let error = perform(vendor, provider, operation, &vendor.key_id()).await.err();
        expect_rejection(&mut case, &server, error, ErrorKind::Unsupported).await;
    }
    let applicable = supported(provider).count() < Operation::ALL.len();
    violations.check_if(applicable);
}

pub(super) async fn unsupported_create_field_sends_nothing(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = silent(vendor).await;
    let provider = &*server.connection.provider;
    if !provider.capabilities().support(Operation::Create).is_supported() {
        return;
    }
    for Probe { field, ask, .. } in creates(&provider.capabilities()) {
        if !provider.capabilities().create_fields.contains(field) {
            let mut case = violations.case(format!("create {field}"));
            let error = provider.create(ask(new_key(vendor))).await.err();
            expect_rejection(&mut case, &server, error, ErrorKind::UnsupportedField).await;
        }
    }
    let mut case = violations.case("create with an unknown extra field");
    let error = provider.create(new_key(vendor).extra("nobody_knows", 1)).await.err();
    expect_rejection(&mut case, &server, error, ErrorKind::UnsupportedField).await;
    violations.check();
}

pub(super) async fn unsupported_update_field_sends_nothing(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = silent(vendor).await;
    let provider = &*server.connection.provider;
    let capabilities = provider.capabilities();
    if !capabilities.support(Operation::Update).is_supported() {
        return;
    }
    let settings =
        updates(&capabilities).into_iter().filter(|probe| !capabilities.update_fields.contains(probe.field));
    let clearings =
        clearings().into_iter().filter(|probe| !capabilities.clearable_fields.contains(probe.field));
    for Probe { field, ask, .. } in settings.chain(clearings) {
        let mut case = violations.case(format!("update {field}"));
        let error = provider.update(&vendor.key_id(), ask(change(vendor))).await.err();
        expect_rejection(&mut case, &server, error, ErrorKind::UnsupportedField).await;
    }
    let mut case = violations.case("update of an unknown extra field");
    let error = provider.update(&vendor.key_id(), change(vendor).extra("nobody_knows", 1)).await.err();
    expect_rejection(&mut case, &server, error, ErrorKind::UnsupportedField).await;

    let mut case = violations.case("update of nothing");
    let error = provider.update(&vendor.key_id(), UpdateApiKey::new()).await.err();
    expect_rejection(&mut case, &server, error, ErrorKind::InvalidInput).await;
    violations.check();
}

pub(super) async fn unsupported_filter_sends_nothing(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = silent(vendor).await;
    let provider = &*server.connection.provider;
    let capabilities = provider.capabilities();
    let queries: [(Field, ListQuery); 3] = [
        (Field::Owner, ListQuery::new().owner("somebody")),
        (Field::Search, query(vendor).search("night")),
        (Field::IncludeInactive, query(vendor).include_inactive(true)),
    ];
    let lists = capabilities.support(Operation::List).is_supported();
    let unsupported =
        queries.into_iter().filter(|(field, _)| lists && !capabilities.list_fields.contains(*field));
    let unsupported: Vec<_> = unsupported.collect();
    let revokes = capabilities.support(Operation::Revoke).is_supported();
    let without_reason = revokes && !capabilities.revoke_fields.contains(Field::Reason);
    let applicable = without_reason || !unsupported.is_empty();
    for (field, query) in unsupported {
        let mut case = violations.case(format!("list {field}"));
        let error = provider.list(query).await.err();
        expect_rejection(&mut case, &server, error, ErrorKind::UnsupportedField).await;
    }
    if without_reason {
        let mut case = violations.case("revoke reason");
        let error = provider.revoke(&vendor.key_id(), RevokeOptions::new().reason("leaked")).await.err();
        expect_rejection(&mut case, &server, error, ErrorKind::UnsupportedField).await;
    }
    violations.check_if(applicable);
}

pub(super) async fn missing_owner_sends_nothing(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = silent(vendor).await;
    let provider = &*server.connection.provider;
    if provider.capabilities().owner_required {
        let mut case = violations.case("create");
        let error = provider.create(NewApiKey::new("nightly export")).await.err();
        expect_rejection(&mut case, &server, error, ErrorKind::InvalidInput).await;
        let mut case = violations.case("list");
        expect_rejection(
            &mut case,
            &server,
            provider.list(ListQuery::new()).await.err(),
            ErrorKind::InvalidInput,
        )
        .await;
    }
    violations.check_if(provider.capabilities().owner_required);
}

pub(super) async fn past_expiration_sends_nothing(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = silent(vendor).await;
    let provider = &*server.connection.provider;
    if provider.capabilities().create_fields.contains(Field::Expiry) {
        for expiry in [Expiry::In(Duration::ZERO), Expiry::At(Timestamp::now() - DAY)] {
            let mut case = violations.case(format!("{expiry:?}"));
            let error = provider.create(new_key(vendor).expiry(expiry)).await.err();
            expect_rejection(&mut case, &server, error, ErrorKind::InvalidInput).await;
        }
    }
    violations.check_if(provider.capabilities().create_fields.contains(Field::Expiry));
}

async fn expect_rejection(case: &mut Case<'_>, server: &VendorServer, error: Option<Error>, kind: ErrorKind) {
    case.expect(server.requests().await.is_empty(), "something was sent");
    match error {
        None => case.wrong("was not rejected"),
        Some(error) => {
            case.expect(error.kind() == kind, format!("is {:?}: {error}", error.kind()));
            case.expect(
                error.effect() == Effect::NotApplied && error.attempts() == 0,
                "has an effect or an attempt",
            );
        }
    }
    server.respond(response_with(400, "", "")).await;
}
