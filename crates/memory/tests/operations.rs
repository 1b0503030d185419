//! What each operation does, through the trait.

mod support;

use std::time::Duration;

use api_keys_core::{
    ApiKeyProvider, ApiKeyProviderExt, Effect, ErrorKind, Expiry, InvalidReason, KeyExpiry, KeyStatus,
    ListQuery, NewApiKey, Operation, RecordState, RevokeOptions, RotateOptions, SecretKey, Support,
    UpdateApiKey, Verification,
};
use api_keys_memory::Memory;
use serde_json::json;
use support::{Clock, add, id, run};

fn verdict(keys: &Memory, secret: &SecretKey) -> Verification {
    run(keys.verify(secret)).expect("the question is answered")
}

fn is_valid(keys: &Memory, secret: &SecretKey) -> bool {
    matches!(verdict(keys, secret), Verification::Valid(_))
}

fn active(keys: &Memory) -> usize {
    run(keys.list(ListQuery::new())).expect("a page").items.len()
}

#[test]
fn every_operation_is_native_and_reveal_only_when_secrets_are_retained() {
    let plain = Memory::new();
    let retaining = Memory::builder().retain_secrets(true).build().expect("no file to fail on");
    for operation in Operation::ALL.iter().copied() {
        assert_eq!(retaining.capabilities().support(operation), Support::Native, "{operation}");
        let expected = if operation == Operation::Reveal { Support::Unsupported } else { Support::Native };
        assert_eq!(plain.capabilities().support(operation), expected, "{operation}");
    }
    assert_eq!(plain.capabilities().max_active, None);
    let limited = Memory::builder().max_active(3).build().expect("no file to fail on");
    assert_eq!(limited.capabilities().max_active, Some(3));
}

#[test]
fn create_honours_every_field() {
    let clock = Clock::start();
    let keys = clock.builder().build().expect("no file to fail on");
    let new = NewApiKey::new("ci")
        .description("deploys")
        .owner("org_1")
        .scopes(["read", "write"])
        .expires_in(Duration::from_secs(60))
        .metadata(json!({ "team": [1, 2.5, null] }))
        .extra("allowed_ips", json!(["10.0.0.0/8"]))
        .extra("odd", json!(null));
    let issued = run(keys.create(new)).expect("a key");

    let key = issued.key;
    assert_eq!(key.name.as_deref(), Some("ci"));
    assert_eq!(key.description.as_deref(), Some("deploys"));
    assert_eq!(key.owner.as_deref(), Some("org_1"));
    assert_eq!(key.scopes, Some(vec!["read".to_owned(), "write".to_owned()]));
    assert_eq!(key.status, KeyStatus::Active);
    assert_eq!(key.created_at, Some(clock.now()));
    assert_eq!(key.updated_at, Some(clock.now()));
    assert_eq!(key.expiry, KeyExpiry::At(clock.now() + Duration::from_secs(60)));
    assert_eq!(key.last_used_at, None);
    assert_eq!(key.metadata, Some(json!({ "team": [1, 2.5, null] })));
    assert_eq!(json!(key.extra), json!({ "allowed_ips": ["10.0.0.0/8"], "odd": null }));
    assert!(issued.secret.expose().ends_with(&key.hint.clone().expect("a hint")));
    assert_eq!(run(keys.get(&key.id)).expect("the key"), key);
}

#[test]
fn what_is_not_said_stays_unsaid() {
    let keys = Memory::new();
    let key = run(keys.create(NewApiKey::new("ci"))).expect("a key").key;
    assert_eq!((key.description, key.owner, key.scopes, key.metadata), (None, None, None, None));
    assert_eq!(key.expiry, KeyExpiry::Never);
    assert!(key.extra.is_empty());

    let none = run(keys.create(NewApiKey::new("ci").scopes([""; 0]))).expect("a key").key;
    assert_eq!(none.scopes, Some(vec![]), "no scopes is not the same as nothing said");
}

#[test]
fn the_default_expiry_is_used_only_when_nothing_is_said() {
    let clock = Clock::start();
    let year = Duration::from_secs(365 * 86_400);
    let keys = clock.builder().default_expiry(year).build().expect("no file to fail on");
    let expiry = |expiry| run(keys.create(NewApiKey::new("ci").expiry(expiry))).expect("a key").key.expiry;
    let soon = clock.now() + Duration::from_nanos(1);
    assert_eq!(expiry(Expiry::VendorDefault), KeyExpiry::At(clock.now() + year));
    assert_eq!(expiry(Expiry::Never), KeyExpiry::Never);
    assert_eq!(expiry(Expiry::In(Duration::from_nanos(1))), KeyExpiry::At(soon));
    assert_eq!(expiry(Expiry::At(soon)), KeyExpiry::At(soon));
}

#[test]
fn an_expiry_beyond_the_calendar_is_refused() {
    let keys = Memory::new();
    let error = run(keys.create(NewApiKey::new("ci").expires_in(Duration::MAX))).expect_err("no such time");
    assert_eq!((error.kind(), error.effect()), (ErrorKind::InvalidInput, Effect::NotApplied));
    assert_eq!(active(&keys), 0);
}

#[test]
fn only_active_keys_count_against_the_limit() {
    let clock = Clock::start();
    let keys = clock.builder().max_active(3).build().expect("no file to fail on");
    let create = |expiry| run(keys.create(NewApiKey::new("ci").expiry(expiry)));
    let disabled = create(Expiry::Never).expect("room").key.id;
    let revoked = create(Expiry::Never).expect("room").key.id;
    let expired = create(Expiry::In(Duration::from_secs(1))).expect("room").key.id;
    let full = create(Expiry::Never).expect_err("full");
    assert_eq!((full.kind(), full.effect()), (ErrorKind::LimitReached, Effect::NotApplied));

    run(keys.update(&disabled, UpdateApiKey::new().enabled(false))).expect("switched off");
    run(keys.revoke(&revoked, RevokeOptions::new())).expect("revoked");
    clock.advance(Duration::from_secs(1));
    for _ in 0..3 {
        drop(create(Expiry::Never).expect("room again"));
    }
    assert_eq!(create(Expiry::Never).expect_err("full").kind(), ErrorKind::LimitReached);

    // What would make an inactive key active again needs room as well; other changes do not.
    let enable = run(keys.update(&disabled, UpdateApiKey::new().enabled(true))).expect_err("full");
    let extend = run(keys.update(&expired, UpdateApiKey::new().clear_expiry())).expect_err("full");
    assert_eq!((enable.kind(), extend.kind()), (ErrorKind::LimitReached, ErrorKind::LimitReached));
    assert_eq!(run(keys.get(&disabled)).expect("the record").status, KeyStatus::Disabled);
    run(keys.update(&disabled, UpdateApiKey::new().name("other"))).expect("a change that needs no room");
    assert_eq!(active(&keys), 3);
}

#[test]
fn an_active_key_can_be_updated_when_all_places_are_taken() {
    let keys = Memory::builder().max_active(1).build().expect("no file to fail on");
    let id = run(keys.create(NewApiKey::new("ci"))).expect("room").key.id;
    run(keys.update(&id, UpdateApiKey::new().name("other").enabled(true))).expect("it has its place already");
}

#[test]
fn update_sets_every_field_and_keeps_the_rest() {
    let clock = Clock::start();
    let keys = clock.builder().build().expect("no file to fail on");
    let new = NewApiKey::new("ci").description("deploys").owner("org_1").scopes(["read"]);
    let new = new.metadata(json!({ "a": 1 })).extra("x", 1).extra("y", 2);
    let before = run(keys.create(new)).expect("a key").key;
    clock.advance(Duration::from_secs(5));

    let renamed = run(keys.update(&before.id, UpdateApiKey::new().name("cd"))).expect("renamed");
    let mut expected = before.clone();
    expected.name = Some("cd".to_owned());
    expected.updated_at = Some(clock.now());
    assert_eq!(renamed, expected);

    let changes = UpdateApiKey::new()
        .description("releases")
        .owner("org_2")
        .scopes(["write"])
        .expiry(Expiry::In(Duration::from_secs(60)))
        .metadata(json!({ "b": 2 }))
        .enabled(false)
        .extra("y", 3)
        .extra("z", 4);
    let changed = run(keys.update(&before.id, changes)).expect("changed");
    expected.description = Some("releases".to_owned());
    expected.owner = Some("org_2".to_owned());
    expected.scopes = Some(vec!["write".to_owned()]);
    expected.expiry = KeyExpiry::At(clock.now() + Duration::from_secs(60));
    expected.metadata = Some(json!({ "b": 2 }));
    expected.status = KeyStatus::Disabled;
    expected.extra.insert("y".to_owned(), 3.into());
    expected.extra.insert("z".to_owned(), 4.into());
    assert_eq!(changed, expected);
    assert_eq!(run(keys.get(&before.id)).expect("the key"), expected);
}

#[test]
fn update_clears_what_can_be_cleared() {
    let keys = Memory::new();
    let new = NewApiKey::new("ci").description("d").metadata(json!(1)).expires_in(Duration::from_secs(60));
    let id = add(&keys, new);
    let changes = UpdateApiKey::new().clear_description().clear_metadata().clear_expiry();
    let key = run(keys.update(&id, changes)).expect("cleared");
    assert_eq!((key.description, key.metadata, key.expiry), (None, None, KeyExpiry::Never));

    let json_null = run(keys.update(&id, UpdateApiKey::new().metadata(json!(null)))).expect("set");
    assert_eq!(json_null.metadata, Some(json!(null)), "null is a value");
}

#[test]
fn an_update_that_changes_nothing_is_refused() {
    let keys = Memory::new();
    let id = add(&keys, NewApiKey::new("ci"));
    let error = run(keys.update(&id, UpdateApiKey::new())).expect_err("nothing to do");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[test]
fn an_expired_key_can_be_given_more_time() {
    let clock = Clock::start();
    let keys = clock.builder().build().expect("no file to fail on");
    let issued = run(keys.create(NewApiKey::new("ci").expires_in(Duration::ZERO))).expect("a key");
    assert_eq!(issued.key.status, KeyStatus::Expired);
    let more = UpdateApiKey::new().expiry(Expiry::In(Duration::from_secs(60)));
    let key = run(keys.update(&issued.key.id, more)).expect("more time");
    assert_eq!(key.status, KeyStatus::Active);
    assert!(is_valid(&keys, &issued.secret));
}

#[test]
fn revoke_is_for_good_and_keeps_the_record_with_its_reason() {
    let keys = Memory::new();
    let issued = run(keys.create(NewApiKey::new("ci"))).expect("a key");
    let id = &issued.key.id;
    let revocation = run(keys.revoke(id, RevokeOptions::new().reason("leaked"))).expect("revoked");
    assert_eq!((revocation.record, revocation.reversible), (RecordState::Retained, false));
    assert_eq!(verdict(&keys, &issued.secret), Verification::Invalid(InvalidReason::Revoked));

    let key = run(keys.get(id)).expect("the record");
    assert_eq!(key.status, KeyStatus::Revoked);
    assert_eq!(key.extra["revocation_reason"], "leaked");

    for changes in [
        UpdateApiKey::new().enabled(true),
        UpdateApiKey::new().enabled(false),
        UpdateApiKey::new().name("other"),
    ] {
        let error = run(keys.update(id, changes)).expect_err("revoked");
        assert_eq!((error.kind(), error.effect()), (ErrorKind::Conflict, Effect::NotApplied));
    }
    assert_eq!(run(keys.get(id)).expect("the record"), key);
}

#[test]
fn revoke_is_idempotent_and_the_first_reason_stays() {
    let clock = Clock::start();
    let keys = clock.builder().build().expect("no file to fail on");
    let id = add(&keys, NewApiKey::new("ci"));
    let first = run(keys.revoke(&id, RevokeOptions::new().reason("leaked"))).expect("revoked");
    let key = run(keys.get(&id)).expect("the record");
    clock.advance(Duration::from_secs(1));
    let second = run(keys.revoke(&id, RevokeOptions::new().reason("again"))).expect("revoked already");
    assert_eq!(first, second);
    assert_eq!(run(keys.get(&id)).expect("the record"), key);
}

#[test]
fn disabled_and_expired_keys_can_be_revoked() {
    let keys = Memory::new();
    let expired = add(&keys, NewApiKey::new("a").expires_in(Duration::ZERO));
    let disabled = add(&keys, NewApiKey::new("b"));
    run(keys.update(&disabled, UpdateApiKey::new().enabled(false))).expect("switched off");
    for id in [expired, disabled] {
        run(keys.revoke(&id, RevokeOptions::new())).expect("revoked");
        let key = run(keys.get(&id)).expect("the record");
        assert_eq!(key.status, KeyStatus::Revoked);
        assert!(!key.extra.contains_key("revocation_reason"));
    }
}

#[test]
fn rotate_keeps_the_id_and_kills_the_old_secret_at_once() {
    let clock = Clock::start();
    let keys = clock.builder().build().expect("no file to fail on");
    let old = run(keys.create(NewApiKey::new("ci").scopes(["read"]))).expect("a key");
    clock.advance(Duration::from_secs(1));
    let new = run(keys.rotate(&old.key.id, RotateOptions::new())).expect("a new secret");
    assert_eq!(verdict(&keys, &old.secret), Verification::Invalid(InvalidReason::NotFound));
    assert_eq!(verdict(&keys, &new.secret).key().map(|key| &key.id), Some(&old.key.id));

    let mut expected = old.key;
    expected.updated_at = Some(clock.now());
    expected.hint.clone_from(&new.key.hint);
    assert_eq!(new.key, expected);
    assert!(new.secret.expose().ends_with(&new.key.hint.expect("a hint")));
}

#[test]
fn a_disabled_key_stays_disabled_when_it_is_rotated() {
    let keys = Memory::new();
    let id = add(&keys, NewApiKey::new("ci"));
    run(keys.update(&id, UpdateApiKey::new().enabled(false))).expect("switched off");
    let new = run(keys.rotate(&id, RotateOptions::new())).expect("a new secret");
    assert_eq!(verdict(&keys, &new.secret), Verification::Invalid(InvalidReason::Disabled));
}

#[test]
fn revoked_and_expired_keys_cannot_be_rotated() {
    let keys = Memory::new();
    let expired = add(&keys, NewApiKey::new("a").expires_in(Duration::ZERO));
    let revoked = add(&keys, NewApiKey::new("b"));
    run(keys.revoke(&revoked, RevokeOptions::new())).expect("revoked");
    for id in [expired, revoked] {
        let error = run(keys.rotate(&id, RotateOptions::new())).expect_err("dead");
        assert_eq!((error.kind(), error.effect()), (ErrorKind::Conflict, Effect::NotApplied));
    }
}

#[test]
fn delete_removes_the_record_and_the_secret_is_unknown_from_then_on() {
    let keys = Memory::new();
    let issued = run(keys.create(NewApiKey::new("ci"))).expect("a key");
    run(keys.delete(&issued.key.id)).expect("deleted");
    assert_eq!(verdict(&keys, &issued.secret), Verification::Invalid(InvalidReason::NotFound));
    assert_eq!(run(keys.find(&issued.key.id)).expect("an answer"), None);
}

#[test]
fn an_unknown_id_is_not_found_by_every_operation_that_takes_one() {
    let keys = Memory::builder().retain_secrets(true).build().expect("no file to fail on");
    let id = id("key_unknown");
    let errors = [
        run(keys.get(&id)).expect_err("get"),
        run(keys.update(&id, UpdateApiKey::new().name("x"))).expect_err("update"),
        run(keys.revoke(&id, RevokeOptions::new())).expect_err("revoke"),
        run(keys.delete(&id)).expect_err("delete"),
        run(keys.rotate(&id, RotateOptions::new())).expect_err("rotate"),
        run(keys.reveal(&id)).expect_err("reveal"),
    ];
    let operations = [
        Operation::Get,
        Operation::Update,
        Operation::Revoke,
        Operation::Delete,
        Operation::Rotate,
        Operation::Reveal,
    ];
    for (error, operation) in errors.iter().zip(operations) {
        assert_eq!((error.kind(), error.effect()), (ErrorKind::NotFound, Effect::NotApplied));
        assert_eq!((error.vendor(), error.operation()), ("memory", Some(operation)));
    }
}

#[test]
fn clones_share_the_keys() {
    let keys = Memory::new();
    let issued = run(keys.clone().create(NewApiKey::new("ci"))).expect("a key");
    assert!(is_valid(&keys, &issued.secret));
}
