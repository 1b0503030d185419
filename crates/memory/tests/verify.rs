//! Generated secrets, verification and use counts.

mod support;

use std::time::Duration;

use api_keys_core::{
    ApiKeyProvider, Effect, ErrorKind, InvalidReason, KeyStatus, NewApiKey, Operation, RevokeOptions,
    RotateOptions, SecretKey, UpdateApiKey, Verification,
};
use api_keys_memory::Memory;
use serde_json::json;
use support::{Clock, active, add, id, is_valid, run, verification};

#[test]
fn ids_and_secrets_are_unique() {
    let keys = Memory::new();
    let issued: Vec<_> = (0..50).map(|_| run(keys.create(NewApiKey::new("ci"))).expect("a key")).collect();
    let ids: std::collections::HashSet<_> = issued.iter().map(|issued| &issued.key.id).collect();
    let secrets: std::collections::HashSet<_> = issued.iter().map(|issued| issued.secret.expose()).collect();
    assert_eq!((ids.len(), secrets.len()), (50, 50));
    assert!(secrets.iter().all(|secret| secret.len() >= 43), "256 bits in base64");
}

#[test]
fn key_expires_exactly_on_time() {
    let clock = Clock::start();
    let keys = clock.builder().build().expect("built");
    let new = NewApiKey::new("ci").expires_in(Duration::from_secs(60));
    let issued = run(keys.create(new)).expect("a key");
    clock.advance(Duration::from_secs(60) - Duration::from_nanos(1));
    assert!(is_valid(&keys, &issued.secret));
    clock.advance(Duration::from_nanos(1));
    assert_eq!(verification(&keys, &issued.secret), Verification::Invalid(InvalidReason::Expired));
    assert_eq!(run(keys.get(&issued.key.id)).expect("the record").status, KeyStatus::Expired);
}

#[test]
fn only_valid_uses_update_last_used_at() {
    let clock = Clock::start();
    let keys = clock.builder().build().expect("built");
    let issued = run(keys.create(NewApiKey::new("ci"))).expect("a key");
    clock.advance(Duration::from_secs(1));
    let used_at = clock.now();
    let seen = verification(&keys, &issued.secret).key().cloned().expect("valid");
    assert_eq!((seen.last_used_at, seen.updated_at), (Some(used_at), issued.key.updated_at));

    run(keys.revoke(&issued.key.id, RevokeOptions::new())).expect("revoked");
    clock.advance(Duration::from_secs(1));
    assert_eq!(verification(&keys, &issued.secret), Verification::Invalid(InvalidReason::Revoked));
    assert_eq!(run(keys.get(&issued.key.id)).expect("the record").last_used_at, Some(used_at));
}

#[test]
fn remaining_uses_are_counted_down() {
    let keys = Memory::new();
    let issued = run(keys.create(NewApiKey::new("ci").extra("remaining", 2))).expect("a key");
    let id = &issued.key.id;
    for remaining in [1, 0] {
        let seen = verification(&keys, &issued.secret).key().cloned().expect("valid");
        assert_eq!(seen.extra["remaining"], remaining);
    }
    for _ in 0..2 {
        assert_eq!(verification(&keys, &issued.secret), Verification::Invalid(InvalidReason::QuotaExceeded));
    }
    assert_eq!(run(keys.get(id)).expect("the record").extra["remaining"], 0);

    run(keys.update(id, UpdateApiKey::new().extra("remaining", 1))).expect("updated");
    assert!(is_valid(&keys, &issued.secret));
    assert!(!is_valid(&keys, &issued.secret));
    run(keys.update(id, UpdateApiKey::new().extra("remaining", json!(null)))).expect("updated");
    assert!(is_valid(&keys, &issued.secret));
}

#[test]
fn invalid_remaining_is_rejected() {
    let keys = Memory::new();
    let id = add(&keys, NewApiKey::new("ci"));
    for count in [json!(-1), json!(1.5), json!("3"), json!([1])] {
        let create = run(keys.create(NewApiKey::new("ci").extra("remaining", count.clone())));
        let update = run(keys.update(&id, UpdateApiKey::new().extra("remaining", count)));
        assert_eq!(create.expect_err("rejected").kind(), ErrorKind::InvalidInput);
        assert_eq!(update.expect_err("rejected").kind(), ErrorKind::InvalidInput);
    }
    assert_eq!(active(&keys), 1);
}

#[test]
fn custom_generators_and_conflicts() {
    let fixed = id("key_1");
    let keys = Memory::builder()
        .ids(move || fixed.clone())
        .secrets(|id| SecretKey::new(format!("secret-of-{id}-0123456789")))
        .build()
        .expect("built");
    let issued = run(keys.create(NewApiKey::new("first"))).expect("a key");
    assert_eq!(issued.key.id, id("key_1"));
    assert_eq!(issued.secret.expose(), "secret-of-key_1-0123456789");
    assert_eq!(issued.key.hint.as_deref(), Some("6789"));

    let second = run(keys.create(NewApiKey::new("second"))).expect_err("duplicate id");
    assert_eq!((second.kind(), second.effect()), (ErrorKind::Conflict, Effect::NotApplied));
    let rotated = run(keys.rotate(&issued.key.id, RotateOptions::new())).expect_err("the same secret");
    assert_eq!((rotated.kind(), rotated.operation()), (ErrorKind::Conflict, Some(Operation::Rotate)));
    let key = run(keys.get(&issued.key.id)).expect("the first key");
    assert_eq!(key.name.as_deref(), Some("first"));
    assert!(is_valid(&keys, &issued.secret));
}

#[test]
fn duplicate_secret_is_rejected() {
    let keys =
        Memory::builder().secrets(|_| SecretKey::new("always-the-same-secret")).build().expect("built");
    let first = run(keys.create(NewApiKey::new("first"))).expect("a key");
    let error = run(keys.create(NewApiKey::new("second"))).expect_err("duplicate secret");
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(verification(&keys, &first.secret).key().map(|key| &key.id), Some(&first.key.id));
}
