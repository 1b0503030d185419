//! What `capabilities()` promises, and what the methods do.

use std::time::Duration;

use api_keys_contract_tests::findings::{Case, Findings};
use api_keys_contract_tests::perform::{change, new_key, perform, query};
use api_keys_contract_tests::stage::{Stage, answer};
use api_keys_contract_tests::vendor::VENDORS;
use api_keys_core::{
    Effect, Error, ErrorKind, Expiry, Field, ListQuery, NewApiKey, Operation, RevokeOptions, Timestamp,
    UpdateApiKey,
};

use crate::probes::{DAY, Probe, clearings, creates, silent, updates};

#[tokio::test]
async fn an_unsupported_operation_says_so_and_sends_nothing() {
    let mut findings = Findings::new();
    for vendor in VENDORS {
        let stage = silent(vendor).await;
        let provider = &*stage.connection.provider;
        for operation in Operation::ALL.iter().copied() {
            if provider.capabilities().support(operation).is_supported() {
                continue;
            }
            let mut case = findings.case(format!("{} {operation}", vendor.name));
            let error = perform(vendor, provider, operation, &vendor.key_id()).await.err();
            expect_refusal(&mut case, &stage, error, ErrorKind::Unsupported).await;
        }
    }
    findings.check();
}

#[tokio::test]
async fn a_field_that_a_create_does_not_honour_is_refused_and_nothing_is_sent() {
    let mut findings = Findings::new();
    for vendor in VENDORS {
        let stage = silent(vendor).await;
        let provider = &*stage.connection.provider;
        if !provider.capabilities().support(Operation::Create).is_supported() {
            continue;
        }
        for Probe { field, ask, .. } in creates(&provider.capabilities()) {
            if !provider.capabilities().create_fields.contains(field) {
                let mut case = findings.case(format!("{} create {field}", vendor.name));
                let error = provider.create(ask(new_key(vendor))).await.err();
                expect_refusal(&mut case, &stage, error, ErrorKind::UnsupportedField).await;
            }
        }
        let mut case = findings.case(format!("{} create with an unknown extra field", vendor.name));
        let error = provider.create(new_key(vendor).extra("nobody_knows", 1)).await.err();
        expect_refusal(&mut case, &stage, error, ErrorKind::UnsupportedField).await;
    }
    findings.check();
}

#[tokio::test]
async fn a_field_that_an_update_does_not_honour_is_refused_and_nothing_is_sent() {
    let mut findings = Findings::new();
    for vendor in VENDORS {
        let stage = silent(vendor).await;
        let provider = &*stage.connection.provider;
        let capabilities = provider.capabilities();
        if !capabilities.support(Operation::Update).is_supported() {
            continue;
        }
        let settings = updates(&capabilities)
            .into_iter()
            .filter(|probe| !capabilities.update_fields.contains(probe.field));
        let clearings =
            clearings().into_iter().filter(|probe| !capabilities.clearable_fields.contains(probe.field));
        for Probe { field, ask, .. } in settings.chain(clearings) {
            let mut case = findings.case(format!("{} update {field}", vendor.name));
            let error = provider.update(&vendor.key_id(), ask(change(vendor))).await.err();
            expect_refusal(&mut case, &stage, error, ErrorKind::UnsupportedField).await;
        }
        let mut case = findings.case(format!("{} update of an unknown extra field", vendor.name));
        let error = provider.update(&vendor.key_id(), change(vendor).extra("nobody_knows", 1)).await.err();
        expect_refusal(&mut case, &stage, error, ErrorKind::UnsupportedField).await;

        let mut case = findings.case(format!("{} update of nothing", vendor.name));
        let error = provider.update(&vendor.key_id(), UpdateApiKey::new()).await.err();
        expect_refusal(&mut case, &stage, error, ErrorKind::InvalidInput).await;
    }
    findings.check();
}

#[tokio::test]
async fn a_field_that_a_list_or_a_revoke_does_not_honour_is_refused_and_nothing_is_sent() {
    let mut findings = Findings::new();
    for vendor in VENDORS {
        let stage = silent(vendor).await;
        let provider = &*stage.connection.provider;
        let capabilities = provider.capabilities();
        let lists: [(Field, ListQuery); 3] = [
            (Field::Owner, ListQuery::new().owner("somebody")),
            (Field::Search, query(vendor).search("night")),
            (Field::IncludeInactive, query(vendor).include_inactive(true)),
        ];
        for (field, query) in lists {
            let lists = capabilities.support(Operation::List).is_supported();
            if lists && !capabilities.list_fields.contains(field) {
                let mut case = findings.case(format!("{} list {field}", vendor.name));
                expect_refusal(
                    &mut case,
                    &stage,
                    provider.list(query).await.err(),
                    ErrorKind::UnsupportedField,
                )
                .await;
            }
        }
        let revokes = capabilities.support(Operation::Revoke).is_supported();
        if revokes && !capabilities.revoke_fields.contains(Field::Reason) {
            let mut case = findings.case(format!("{} revoke reason", vendor.name));
            let error = provider.revoke(&vendor.key_id(), RevokeOptions::new().reason("leaked")).await.err();
            expect_refusal(&mut case, &stage, error, ErrorKind::UnsupportedField).await;
        }
    }
    findings.check();
}

#[tokio::test]
async fn an_owner_that_is_needed_and_missing_is_told_before_anything_is_sent() {
    let mut findings = Findings::new();
    for vendor in VENDORS {
        let stage = silent(vendor).await;
        let provider = &*stage.connection.provider;
        if provider.capabilities().owner_required {
            let mut case = findings.case(format!("{} create", vendor.name));
            let error = provider.create(NewApiKey::new("nightly export")).await.err();
            expect_refusal(&mut case, &stage, error, ErrorKind::InvalidInput).await;
            let mut case = findings.case(format!("{} list", vendor.name));
            expect_refusal(
                &mut case,
                &stage,
                provider.list(ListQuery::new()).await.err(),
                ErrorKind::InvalidInput,
            )
            .await;
        }
    }
    findings.check();
}

#[tokio::test]
async fn an_expiry_that_is_over_is_told_before_anything_is_sent() {
    let mut findings = Findings::new();
    for vendor in VENDORS {
        let stage = silent(vendor).await;
        let provider = &*stage.connection.provider;
        if provider.capabilities().create_fields.contains(Field::Expiry) {
            for expiry in [Expiry::In(Duration::ZERO), Expiry::At(Timestamp::now() - DAY)] {
                let mut case = findings.case(format!("{} {expiry:?}", vendor.name));
                let error = provider.create(new_key(vendor).expiry(expiry)).await.err();
                expect_refusal(&mut case, &stage, error, ErrorKind::InvalidInput).await;
            }
        }
    }
    findings.check();
}

async fn expect_refusal(case: &mut Case<'_>, stage: &Stage, error: Option<Error>, kind: ErrorKind) {
    case.expect(stage.asked().await.is_empty(), "something was sent");
    match error {
        None => case.wrong("was not refused"),
        Some(error) => {
            case.expect(error.kind() == kind, format!("is {:?}: {error}", error.kind()));
            case.expect(
                error.effect() == Effect::NotApplied && error.attempts() == 0,
                "tells an effect or an attempt",
            );
        }
    }
    stage.answer(answer(400, "", "")).await;
}
