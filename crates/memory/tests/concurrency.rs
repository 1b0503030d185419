//! Many tasks on many threads over the same keys.

mod support;

use std::collections::HashSet;
use std::sync::Arc;

use api_keys_core::{
    ApiKeyProvider, ErrorKind, InvalidReason, KeyStatus, ListQuery, NewApiKey, RevokeOptions, RotateOptions,
    Verification,
};
use api_keys_memory::Memory;
use support::run;
use tokio::task::JoinSet;

const TASKS: usize = 32;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_limit_holds_when_all_create_at_once() {
    let keys = Memory::builder().max_active(7).build().expect("no file to fail on");
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let keys = keys.clone();
        tasks.spawn(async move { keys.create(NewApiKey::new("ci")).await });
    }
    let (good, refused): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((good.len(), refused.len()), (7, TASKS - 7));
    for error in refused.into_iter().filter_map(Result::err) {
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
        tasks.spawn(async move { keys.verify(&secret).await.expect("an answer") });
    }
    let mut left = HashSet::new();
    let mut refused = 0;
    for verdict in tasks.join_all().await {
        match verdict {
            Verification::Valid(key) => {
                assert!(left.insert(key.extra["remaining"].as_u64()), "two uses took the same place");
            }
            Verification::Invalid(reason) => {
                assert_eq!(reason, InvalidReason::QuotaExceeded);
                refused += 1;
            }
        }
    }
    assert_eq!((left.len(), refused), (10, TASKS - 10));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_rotations_exactly_one_secret_is_good() {
    let keys = Memory::new();
    let issued = keys.create(NewApiKey::new("ci")).await.expect("a key");
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (keys, id) = (keys.clone(), issued.key.id.clone());
        tasks.spawn(async move { keys.rotate(&id, RotateOptions::new()).await.expect("a new secret") });
    }
    let rotated = tasks.join_all().await;
    let good = rotated
        .iter()
        .map(|rotated| &rotated.secret)
        .chain([&issued.secret])
        .filter(|secret| run(keys.verify(secret)).expect("an answer").key().is_some());
    assert_eq!(good.count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_brings_a_revoked_key_back() {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_change_to_a_file_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.json");
    let keys = Memory::builder().file(&path).build().expect("a new file");
    let mut tasks = JoinSet::new();
    for n in 0..TASKS {
        let keys = keys.clone();
        tasks.spawn(async move {
            let issued = keys.create(NewApiKey::new(n.to_string())).await.expect("a key");
            if n % 2 == 0 {
                keys.delete(&issued.key.id).await.expect("deleted");
            }
        });
    }
    tasks.join_all().await;
    let reopened = Memory::builder().file(&path).build().expect("the same file");
    let [here, there] =
        [&keys, &reopened].map(|keys| run(keys.list(ListQuery::new())).expect("a page").items);
    assert_eq!(here.len(), TASKS / 2);
    assert_eq!(here, there);
}

#[test]
fn a_panic_in_the_callers_clock_leaves_the_keys_usable() {
    let broken = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let switch = Arc::clone(&broken);
    let clock = move || match switch.load(std::sync::atomic::Ordering::Relaxed) {
        true => panic!("no time"),
        false => api_keys_core::Timestamp::UNIX_EPOCH,
    };
    let keys = Memory::builder().clock(clock).build().expect("no file to fail on");
    let issued = run(keys.create(NewApiKey::new("ci"))).expect("a key");
    broken.store(true, std::sync::atomic::Ordering::Relaxed);
    let caught = std::thread::scope(|scope| scope.spawn(|| drop(run(keys.verify(&issued.secret)))).join());
    assert!(caught.is_err());
    broken.store(false, std::sync::atomic::Ordering::Relaxed);
    assert!(run(keys.verify(&issued.secret)).expect("an answer").key().is_some());
}
