//! Behavior of the operations beyond what `api-keys-conformance` tests.

mod support;

use std::time::Duration;

use api_keys_core::{
    ApiKeyProvider, Effect, ErrorKind, Expiry, InvalidReason, KeyExpiry, KeyStatus, NewApiKey, Operation,
    RecordState, RevokeOptions, RotateOptions, Support, UpdateApiKey, Verification,
};
use api_keys_memory::Memory;
use serde_json::json;
use support::{Clock, active, add, is_valid, run, verification};

#[test]
fn capabilities_follow_the_settings() {
    let plain = Memory::new();
    let retaining = Memory::builder().retain_secrets(true).build().expect("built");
    for operation in Operation::ALL.iter().copied() {
        assert_eq!(retaining.capabilities().support(operation), Support::Native, "{operation}");
        let expected = if operation == Operation::Reveal { Support::Unsupported } else { Support::Native };
        assert_eq!(plain.capabilities().support(operation), expected, "{operation}");
    }
    assert_eq!(plain.capabilities().max_active, None);
    let limited = Memory::builder().max_active(3).build().expect("built");
    assert_eq!(limited.capabilities().max_active, Some(3));
}

#[test]
fn create_sets_times_and_hint() {
    let clock = Clock::start();
    let keys = clock.builder().build().expect("built");
    let new = NewApiKey::new("ci").expires_in(Duration::from_secs(60)).extra("null", json!(null));
    let issued = run(keys.create(new)).expect("a key");
    let key = issued.key;
    assert_eq!((key.created_at, key.updated_at), (Some(clock.now()), Some(clock.now())));
    assert_eq!(key.expiry, KeyExpiry::At(clock.now() + Duration::from_secs(60)));
    assert_eq!(key.last_used_at, None);
    assert_eq!(json!(key.extra), json!({ "null": null }));
    assert!(issued.secret.expose().ends_with(&key.hint.clone().expect("a hint")));
    assert_eq!(run(keys.get(&key.id)).expect("the key"), key);
}

#[test]
fn unset_fields_are_none() {
    let keys = Memory::new();
    let key = run(keys.create(NewApiKey::new("ci"))).expect("a key").key;
    assert_eq!((key.description, key.owner, key.scopes, key.metadata), (None, None, None, None));
    assert_eq!(key.expiry, KeyExpiry::Never);
    assert!(key.extra.is_empty());

    let none = run(keys.create(NewApiKey::new("ci").scopes([""; 0]))).expect("a key").key;
    assert_eq!(none.scopes, Some(vec![]), "an empty list differs from no list");
}

#[test]
fn default_expiry_applies_to_vendor_default() {
    let clock = Clock::start();
    let year = Duration::from_secs(365 * 86_400);
    let keys = clock.builder().default_expiry(year).build().expect("built");
    let expiry = |expiry| run(keys.create(NewApiKey::new("ci").expiry(expiry))).expect("a key").key.expiry;
    let soon = clock.now() + Duration::from_nanos(1);
    assert_eq!(expiry(Expiry::VendorDefault), KeyExpiry::At(clock.now() + year));
    assert_eq!(expiry(Expiry::Never), KeyExpiry::Never);
    assert_eq!(expiry(Expiry::In(Duration::from_nanos(1))), KeyExpiry::At(soon));
    assert_eq!(expiry(Expiry::At(soon)), KeyExpiry::At(soon));
}

#[test]
fn expiry_out_of_range_is_rejected() {
    let keys = Memory::new();
    let error = run(keys.create(NewApiKey::new("ci").expires_in(Duration::MAX))).expect_err("out of range");
    assert_eq!((error.kind(), error.effect()), (ErrorKind::InvalidInput, Effect::NotApplied));
    assert_eq!(active(&keys), 0);
}

#[test]
fn only_active_keys_count_towards_the_limit() {
    let clock = Clock::start();
    let keys = clock.builder().max_active(3).build().expect("built");
    let create = |expiry| run(keys.create(NewApiKey::new("ci").expiry(expiry)));
    let disabled = create(Expiry::Never).expect("room").key.id;
    let revoked = create(Expiry::Never).expect("room").key.id;
    let expired = create(Expiry::In(Duration::from_secs(1))).expect("room").key.id;
    let full = create(Expiry::Never).expect_err("full");
    assert_eq!((full.kind(), full.effect()), (ErrorKind::LimitReached, Effect::NotApplied));

    run(keys.update(&disabled, UpdateApiKey::new().enabled(false))).expect("disabled");
    run(keys.revoke(&revoked, RevokeOptions::new())).expect("revoked");
    clock.advance(Duration::from_secs(1));
    for _ in 0..3 {
        drop(create(Expiry::Never).expect("room"));
    }
    assert_eq!(create(Expiry::Never).expect_err("full").kind(), ErrorKind::LimitReached);

    // Reactivating a key counts towards the limit; other changes do not.
    let enable = run(keys.update(&disabled, UpdateApiKey::new().enabled(true))).expect_err("full");
    let extend = run(keys.update(&expired, UpdateApiKey::new().clear_expiry())).expect_err("full");
    assert_eq!((enable.kind(), extend.kind()), (ErrorKind::LimitReached, ErrorKind::LimitReached));
    assert_eq!(run(keys.get(&disabled)).expect("the record").status, KeyStatus::Disabled);
    run(keys.update(&disabled, UpdateApiKey::new().name("other"))).expect("updated");
    assert_eq!(active(&keys), 3);
}

#[test]
fn active_key_can_be_updated_at_the_limit() {
    let keys = Memory::builder().max_active(1).build().expect("built");
    let id = run(keys.create(NewApiKey::new("ci"))).expect("room").key.id;
    run(keys.update(&id, UpdateApiKey::new().name("other").enabled(true))).expect("updated");
}

#[test]
fn update_sets_its_time_and_merges_extra_fields() {
    let clock = Clock::start();
    let keys = clock.builder().build().expect("built");
    let before =
        run(keys.create(NewApiKey::new("ci").owner("o").extra("x", 1).extra("y", 2))).expect("a key").key;
    clock.advance(Duration::from_secs(5));

    let changes = UpdateApiKey::new().name("cd").metadata(json!(null)).extra("y", 3).extra("z", 4);
    let after = run(keys.update(&before.id, changes)).expect("changed");
    let mut expected = before;
    expected.name = Some("cd".to_owned());
    expected.metadata = Some(json!(null).into());
    expected.updated_at = Some(clock.now());
    expected.extra.extend([("y".to_owned(), json!(3)), ("z".to_owned(), json!(4))]);
    assert_eq!(after, expected);
    assert_eq!(run(keys.get(&after.id)).expect("the key"), expected);
}

#[test]
fn expired_key_can_be_extended() {
    let clock = Clock::start();
    let keys = clock.builder().build().expect("built");
    let issued = run(keys.create(NewApiKey::new("ci").expires_in(Duration::ZERO))).expect("a key");
    assert_eq!(issued.key.status, KeyStatus::Expired);
    let changes = UpdateApiKey::new().expiry(Expiry::In(Duration::from_secs(60)));
    let key = run(keys.update(&issued.key.id, changes)).expect("extended");
    assert_eq!(key.status, KeyStatus::Active);
    assert!(is_valid(&keys, &issued.secret));
}

#[test]
fn revoke_is_final_and_stores_the_reason() {
    let keys = Memory::new();
    let issued = run(keys.create(NewApiKey::new("ci"))).expect("a key");
    let id = &issued.key.id;
    let revocation = run(keys.revoke(id, RevokeOptions::new().reason("leaked"))).expect("revoked");
    assert_eq!((revocation.record, revocation.reversible), (RecordState::Retained, false));
    assert_eq!(verification(&keys, &issued.secret), Verification::Invalid(InvalidReason::Revoked));

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
fn repeated_revoke_keeps_the_first_reason() {
    let clock = Clock::start();
    let keys = clock.builder().build().expect("built");
    let id = add(&keys, NewApiKey::new("ci"));
    let first = run(keys.revoke(&id, RevokeOptions::new().reason("leaked"))).expect("revoked");
    let key = run(keys.get(&id)).expect("the record");
    clock.advance(Duration::from_secs(1));
    let second = run(keys.revoke(&id, RevokeOptions::new().reason("again"))).expect("revoked");
    assert_eq!(first, second);
    assert_eq!(run(keys.get(&id)).expect("the record"), key);
}

#[test]
fn disabled_and_expired_keys_can_be_revoked() {
    let keys = Memory::new();
    let expired = add(&keys, NewApiKey::new("a").expires_in(Duration::ZERO));
    let disabled = add(&keys, NewApiKey::new("b"));
    run(keys.update(&disabled, UpdateApiKey::new().enabled(false))).expect("disabled");
    for id in [expired, disabled] {
        run(keys.revoke(&id, RevokeOptions::new())).expect("revoked");
        let key = run(keys.get(&id)).expect("the record");
        assert_eq!(key.status, KeyStatus::Revoked);
        assert!(!key.extra.contains_key("revocation_reason"));
    }
}

#[test]
fn rotate_keeps_a_key_disabled() {
    let keys = Memory::new();
    let id = add(&keys, NewApiKey::new("ci"));
    run(keys.update(&id, UpdateApiKey::new().enabled(false))).expect("disabled");
    let new = run(keys.rotate(&id, RotateOptions::new())).expect("a new secret");
    assert_eq!(verification(&keys, &new.secret), Verification::Invalid(InvalidReason::Disabled));
}

#[test]
fn rotate_rejects_revoked_and_expired_keys() {
    let keys = Memory::new();
    let expired = add(&keys, NewApiKey::new("a").expires_in(Duration::ZERO));
    let revoked = add(&keys, NewApiKey::new("b"));
    run(keys.revoke(&revoked, RevokeOptions::new())).expect("revoked");
    for id in [expired, revoked] {
        let error = run(keys.rotate(&id, RotateOptions::new())).expect_err("rejected");
        assert_eq!((error.kind(), error.effect()), (ErrorKind::Conflict, Effect::NotApplied));
    }
}
