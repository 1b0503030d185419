//! Concurrent calls.

mod support;

use std::collections::HashSet;
use std::sync::Arc;

use api_keys_core::{
    ApiKeyProvider, ErrorKind, InvalidReason, KeyStatus, NewApiKey, RevokeOptions, RotateOptions,
    Verification,
};
use api_keys_memory::Memory;
use support::run;
use tokio::task::JoinSet;

const TASKS: usize = 32;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn limit_holds_for_concurrent_creates() {
    let keys = Memory::builder().max_active(7).build().expect("built");
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let keys = keys.clone();
        tasks.spawn(async move { keys.create(NewApiKey::new("ci")).await });
    }
    let (valid, rejected): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((valid.len(), rejected.len()), (7, TASKS - 7));
    for error in rejected.into_iter().filter_map(Result::err) {
        assert_eq!(error.kind(), ErrorKind::LimitReached);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_use_is_counted_once() {
    let keys = Memory::new();
    let issued = keys.create(NewApiKey::new("ci").extra("remaining", 10)).await.expect("a key");
    let secret = Arc::new(issued.secret);
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (keys, secret) = (keys.clone(), Arc::clone(&secret));
        tasks.spawn(async move { keys.verify(&secret).await.expect("verified") });
    }
    let mut remaining = HashSet::new();
    let mut rejected = 0;
    for verification in tasks.join_all().await {
        match verification {
            Verification::Valid(key) => {
                assert!(remaining.insert(key.extra["remaining"].as_u64()), "the same use was granted twice");
            }
            Verification::Invalid(reason) => {
                assert_eq!(reason, InvalidReason::QuotaExceeded);
                rejected += 1;
            }
        }
    }
    assert_eq!((remaining.len(), rejected), (10, TASKS - 10));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_rotations_leave_one_valid_secret() {
    let keys = Memory::new();
    let issued = keys.create(NewApiKey::new("ci")).await.expect("a key");
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (keys, id) = (keys.clone(), issued.key.id.clone());
        tasks.spawn(async move { keys.rotate(&id, RotateOptions::new()).await.expect("a new secret") });
    }
    let rotated = tasks.join_all().await;
    let valid = rotated
        .iter()
        .map(|rotated| &rotated.secret)
        .chain([&issued.secret])
        .filter(|secret| run(keys.verify(secret)).expect("verified").key().is_some());
    assert_eq!(valid.count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn revoked_key_stays_revoked() {
    let keys = Memory::new();
    let issued = keys.create(NewApiKey::new("ci")).await.expect("a key");
    let mut tasks = JoinSet::new();
    for n in 0..TASKS {
        let (keys, id) = (keys.clone(), issued.key.id.clone());
        tasks.spawn(async move {
            match n % 3 {
                0 => drop(keys.rotate(&id, RotateOptions::new()).await),
                1 => drop(keys.update(&id, api_keys_core::UpdateApiKey::new().enabled(true)).await),
                _ => drop(keys.revoke(&id, RevokeOptions::new()).await.expect("revoked")),
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(keys.get(&issued.key.id).await.expect("the record").status, KeyStatus::Revoked);
}

#[test]
fn panicking_clock_leaves_keys_usable() {
    let broken = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let switch = Arc::clone(&broken);
    let clock = move || match switch.load(std::sync::atomic::Ordering::Relaxed) {
        true => panic!("clock"),
        false => api_keys_core::Timestamp::UNIX_EPOCH,
    };
    let keys = Memory::builder().clock(clock).build().expect("built");
    let issued = run(keys.create(NewApiKey::new("ci"))).expect("a key");
    broken.store(true, std::sync::atomic::Ordering::Relaxed);
    let caught = std::thread::scope(|scope| scope.spawn(|| drop(run(keys.verify(&issued.secret)))).join());
    assert!(caught.is_err());
    broken.store(false, std::sync::atomic::Ordering::Relaxed);
    assert!(run(keys.verify(&issued.secret)).expect("verified").key().is_some());
}
