//! Secrets: minted, verified, counted, revealed.

mod support;

use std::time::Duration;

use api_keys_core::{
    ApiKeyProvider, Effect, ErrorKind, InvalidReason, KeyStatus, ListQuery, NewApiKey, Operation,
    RevokeOptions, RotateOptions, SecretKey, UpdateApiKey, Verification,
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
fn ids_and_secrets_differ_from_key_to_key() {
    let keys = Memory::new();
    let issued: Vec<_> = (0..50).map(|_| run(keys.create(NewApiKey::new("ci"))).expect("a key")).collect();
    let ids: std::collections::HashSet<_> = issued.iter().map(|issued| &issued.key.id).collect();
    let secrets: std::collections::HashSet<_> = issued.iter().map(|issued| issued.secret.expose()).collect();
    assert_eq!((ids.len(), secrets.len()), (50, 50));
    assert!(secrets.iter().all(|secret| secret.len() >= 43), "256 bits in base64");
}

#[test]
fn a_key_expires_at_its_end_and_not_before() {
    let clock = Clock::start();
    let keys = clock.builder().build().expect("no file to fail on");
    let new = NewApiKey::new("ci").expires_in(Duration::from_secs(60));
    let issued = run(keys.create(new)).expect("a key");
    clock.advance(Duration::from_secs(60) - Duration::from_nanos(1));
    assert!(is_valid(&keys, &issued.secret));
    clock.advance(Duration::from_nanos(1));
    assert_eq!(verdict(&keys, &issued.secret), Verification::Invalid(InvalidReason::Expired));
    assert_eq!(run(keys.get(&issued.key.id)).expect("the record").status, KeyStatus::Expired);
}

#[test]
fn a_disabled_key_does_not_authenticate_until_it_is_enabled() {
    let keys = Memory::new();
    let issued = run(keys.create(NewApiKey::new("ci"))).expect("a key");
    run(keys.update(&issued.key.id, UpdateApiKey::new().enabled(false))).expect("switched off");
    assert_eq!(verdict(&keys, &issued.secret), Verification::Invalid(InvalidReason::Disabled));
    run(keys.update(&issued.key.id, UpdateApiKey::new().enabled(true))).expect("switched on");
    assert!(is_valid(&keys, &issued.secret));
}

#[test]
fn verify_notes_the_time_of_good_uses_only() {
    let clock = Clock::start();
    let keys = clock.builder().build().expect("no file to fail on");
    let issued = run(keys.create(NewApiKey::new("ci"))).expect("a key");
    clock.advance(Duration::from_secs(1));
    let used = clock.now();
    let seen = verdict(&keys, &issued.secret).key().cloned().expect("good");
    assert_eq!((seen.last_used_at, seen.updated_at), (Some(used), issued.key.updated_at));

    run(keys.revoke(&issued.key.id, RevokeOptions::new())).expect("revoked");
    clock.advance(Duration::from_secs(1));
    assert_eq!(verdict(&keys, &issued.secret), Verification::Invalid(InvalidReason::Revoked));
    assert_eq!(run(keys.get(&issued.key.id)).expect("the record").last_used_at, Some(used));
}

#[test]
fn a_use_count_runs_down_and_then_the_key_is_refused() {
    let keys = Memory::new();
    let issued = run(keys.create(NewApiKey::new("ci").extra("remaining", 2))).expect("a key");
    let id = &issued.key.id;
    for left in [1, 0] {
        let seen = verdict(&keys, &issued.secret).key().cloned().expect("good");
        assert_eq!(seen.extra["remaining"], left);
    }
    for _ in 0..2 {
        assert_eq!(verdict(&keys, &issued.secret), Verification::Invalid(InvalidReason::QuotaExceeded));
    }
    assert_eq!(run(keys.get(id)).expect("the record").extra["remaining"], 0);

    run(keys.update(id, UpdateApiKey::new().extra("remaining", 1))).expect("one more");
    assert!(is_valid(&keys, &issued.secret));
    assert!(!is_valid(&keys, &issued.secret));
    run(keys.update(id, UpdateApiKey::new().extra("remaining", json!(null)))).expect("no limit any more");
    assert!(is_valid(&keys, &issued.secret));
}

#[test]
fn an_invalid_secret_does_not_use_the_count_up() {
    let keys = Memory::new();
    let issued = run(keys.create(NewApiKey::new("ci").extra("remaining", 1))).expect("a key");
    run(keys.update(&issued.key.id, UpdateApiKey::new().enabled(false))).expect("switched off");
    assert!(!is_valid(&keys, &issued.secret));
    assert_eq!(run(keys.get(&issued.key.id)).expect("the record").extra["remaining"], 1);
}

#[test]
fn a_use_count_that_is_no_whole_number_is_refused() {
    let keys = Memory::new();
    let id = add(&keys, NewApiKey::new("ci"));
    for count in [json!(-1), json!(1.5), json!("3"), json!([1])] {
        let create = run(keys.create(NewApiKey::new("ci").extra("remaining", count.clone())));
        let update = run(keys.update(&id, UpdateApiKey::new().extra("remaining", count)));
        assert_eq!(create.expect_err("refused").kind(), ErrorKind::InvalidInput);
        assert_eq!(update.expect_err("refused").kind(), ErrorKind::InvalidInput);
    }
    assert_eq!(active(&keys), 1);
}

#[test]
fn own_ids_and_secrets_are_used_and_clashes_are_refused() {
    let taken = id("key_1");
    let keys = Memory::builder()
        .ids(move || taken.clone())
        .secrets(|id| SecretKey::new(format!("secret-of-{id}-0123456789")))
        .build()
        .expect("no file to fail on");
    let issued = run(keys.create(NewApiKey::new("first"))).expect("a key");
    assert_eq!(issued.key.id, id("key_1"));
    assert_eq!(issued.secret.expose(), "secret-of-key_1-0123456789");
    assert_eq!(issued.key.hint.as_deref(), Some("6789"));

    let second = run(keys.create(NewApiKey::new("second"))).expect_err("the id is taken");
    assert_eq!((second.kind(), second.effect()), (ErrorKind::Conflict, Effect::NotApplied));
    let rotated = run(keys.rotate(&issued.key.id, RotateOptions::new())).expect_err("the same secret");
    assert_eq!((rotated.kind(), rotated.operation()), (ErrorKind::Conflict, Some(Operation::Rotate)));
    let key = run(keys.get(&issued.key.id)).expect("the first key");
    assert_eq!(key.name.as_deref(), Some("first"));
    assert!(is_valid(&keys, &issued.secret));
}

#[test]
fn two_keys_never_share_a_secret() {
    let keys =
        Memory::builder().secrets(|_| SecretKey::new("always-the-same-secret")).build().expect("built");
    let first = run(keys.create(NewApiKey::new("first"))).expect("a key");
    let error = run(keys.create(NewApiKey::new("second"))).expect_err("the secret is in use");
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(verdict(&keys, &first.secret).key().map(|key| &key.id), Some(&first.key.id));
}

#[test]
fn reveal_shows_the_current_secret_when_secrets_are_retained() {
    let keys = Memory::builder().retain_secrets(true).build().expect("no file to fail on");
    let issued = run(keys.create(NewApiKey::new("ci"))).expect("a key");
    let id = &issued.key.id;
    assert_eq!(run(keys.reveal(id)).expect("retained").expose(), issued.secret.expose());
    let rotated = run(keys.rotate(id, RotateOptions::new())).expect("a new secret");
    assert_eq!(run(keys.reveal(id)).expect("retained").expose(), rotated.secret.expose());

    let forgetful = Memory::new();
    let issued = run(forgetful.create(NewApiKey::new("ci"))).expect("a key");
    let error = run(forgetful.reveal(&issued.key.id)).expect_err("not kept");
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Unsupported, Effect::NotApplied));
}
