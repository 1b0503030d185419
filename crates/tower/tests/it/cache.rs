//! Cached results.

use std::sync::Arc;
use std::time::Duration;

use api_keys_core::{ApiKeyProvider as _, NewApiKey, RevokeOptions, RotateOptions, UpdateApiKey};
use api_keys_tower::{Authenticator, Rejection};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::support::{Keys, bearer, status};

const LONG: Duration = Duration::from_secs(3600);
const SHORT: Duration = Duration::from_millis(30);

/// Waits until a call returns a status.
async fn until(authenticator: &Authenticator, secret: &str, expected: u16) {
    let reached = async {
        while status(authenticator, secret).await != expected {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), reached).await.expect("the status");
}

#[tokio::test]
async fn results_are_cached() {
    let keys = Keys::new();
    let (_, secret) = keys.create(NewApiKey::new("ci")).await;
    let authenticator =
        Authenticator::builder(keys.provider()).valid_for(LONG).invalid_for(LONG).build().expect("built");
    for _ in 0..3 {
        assert_eq!(status(&authenticator, &secret).await, 200);
        assert_eq!(status(&authenticator, "unknown").await, 401);
    }
    assert_eq!(keys.calls(), 2);
}

#[tokio::test]
async fn extreme_settings() {
    let keys = Keys::new();
    let (_, secret) = keys.create(NewApiKey::new("ci")).await;
    for (capacity, lifetime) in [(0, LONG), (1, LONG), (u64::MAX, Duration::MAX), (100, Duration::ZERO)] {
        let builder = Authenticator::builder(keys.provider()).capacity(capacity).stale_for(lifetime);
        let authenticator = builder.valid_for(lifetime).invalid_for(lifetime).build().expect("built");
        for _ in 0..2 {
            assert_eq!(status(&authenticator, &secret).await, 200);
            assert_eq!(status(&authenticator, "unknown").await, 401);
        }
    }
}

/// Garbage is rejected by its form, without calls and without memory.
#[tokio::test]
async fn garbage_costs_nothing() {
    let keys = Keys::new();
    let builder = Authenticator::builder(keys.provider()).accepts(|key| key.starts_with("ak_"));
    let authenticator = builder.build().expect("built");
    for n in 0..1_000_000 {
        let request = bearer(&format!("garbage{n}")).into_parts().0;
        let rejection = authenticator.authenticate(&request).await.expect_err("rejected");
        assert!(matches!(rejection, Rejection::Malformed));
    }
    assert_eq!(keys.calls(), 0);
    assert!(format!("{authenticator:?}").contains("cached: 0"));
}

#[tokio::test]
async fn results_expire() {
    let keys = Keys::new();
    let (id, secret) = keys.create(NewApiKey::new("ci")).await;
    let authenticator = Authenticator::builder(keys.provider()).valid_for(SHORT).build().expect("built");
    assert_eq!(status(&authenticator, &secret).await, 200);
    // Revoked elsewhere.
    let _ = keys.memory.revoke(&id, RevokeOptions::new()).await.expect("revoked");
    until(&authenticator, &secret, 401).await;
}

#[tokio::test]
async fn cache_ends_with_the_key() {
    let keys = Keys::new();
    let (_, secret) = keys.create(NewApiKey::new("ci").expires_in(SHORT)).await;
    let authenticator = Authenticator::builder(keys.provider()).valid_for(LONG).build().expect("built");
    until(&authenticator, &secret, 401).await;
}

#[tokio::test]
async fn changes_in_this_process_apply_at_once() {
    let keys = Keys::new();
    let authenticator =
        Authenticator::builder(keys.provider()).valid_for(LONG).invalid_for(LONG).build().expect("built");
    let provider = authenticator.provider();
    let (id, secret) = keys.create(NewApiKey::new("ci")).await;
    let (_, other) = keys.create(NewApiKey::new("other")).await;
    assert_eq!(status(&authenticator, &secret).await, 200);
    assert_eq!(status(&authenticator, &other).await, 200);
    provider.update(&id, UpdateApiKey::new().enabled(false)).await.expect("disabled");
    assert_eq!(status(&authenticator, &secret).await, 401);
    provider.update(&id, UpdateApiKey::new().enabled(true)).await.expect("enabled");
    assert_eq!(status(&authenticator, &secret).await, 200);
    let rotated = provider.rotate(&id, RotateOptions::new()).await.expect("a secret").secret;
    assert_eq!(status(&authenticator, &secret).await, 401);
    assert_eq!(status(&authenticator, rotated.expose()).await, 200);
    let _ = provider.revoke(&id, RevokeOptions::new()).await.expect("revoked");
    assert_eq!(status(&authenticator, rotated.expose()).await, 401);
    provider.delete(&id).await.expect("deleted");
    assert_eq!(status(&authenticator, rotated.expose()).await, 401);
    // Other keys remain cached.
    let calls = keys.calls();
    assert_eq!(status(&authenticator, &other).await, 200);
    assert!(keys.calls() - calls <= 1);
}

#[tokio::test]
async fn result_from_before_a_revocation_is_not_used() {
    let mut keys = Keys::new();
    keys.permits = Arc::new(Semaphore::new(0));
    let authenticator = Authenticator::builder(keys.provider()).valid_for(LONG).build().expect("built");
    let (id, secret) = keys.create(NewApiKey::new("ci")).await;
    let early = tokio::spawn({
        let (authenticator, secret) = (authenticator.clone(), secret.clone());
        async move { status(&authenticator, &secret).await }
    });
    while keys.calls() == 0 {
        tokio::task::yield_now().await;
    }
    // The verification has read the key, and its result is on the way.
    let _ = authenticator.provider().revoke(&id, RevokeOptions::new()).await.expect("revoked");
    keys.permits.add_permits(10);
    assert_eq!(early.await.expect("no panic"), 401);
    assert_eq!(status(&authenticator, &secret).await, 401);
}

#[tokio::test]
async fn waiting_requests_share_a_verification() {
    let mut keys = Keys::new();
    keys.permits = Arc::new(Semaphore::new(0));
    let authenticator = keys.authenticator();
    let (_, secret) = keys.create(NewApiKey::new("ci")).await;
    let mut requests = JoinSet::new();
    for _ in 0..50 {
        let (authenticator, secret) = (authenticator.clone(), secret.clone());
        requests.spawn(async move { status(&authenticator, &secret).await });
    }
    while keys.calls() == 0 {
        tokio::task::yield_now().await;
    }
    keys.permits.add_permits(2);
    assert_eq!(requests.join_all().await, [200; 50]);
    assert_eq!(keys.calls(), 1);
}

#[tokio::test]
async fn quota_is_counted_for_each_request() {
    let keys = Keys::new();
    let (_, secret) = keys.create(NewApiKey::new("ci").extra("remaining", 2)).await;
    let authenticator = keys.authenticator();
    assert_eq!(status(&authenticator, &secret).await, 200);
    assert_eq!(status(&authenticator, &secret).await, 200);
    assert_eq!(status(&authenticator, &secret).await, 429);
}

#[tokio::test]
async fn quota_is_counted_for_concurrent_requests() {
    let mut keys = Keys::new();
    keys.permits = Arc::new(Semaphore::new(0));
    let (_, secret) = keys.create(NewApiKey::new("ci").extra("remaining", 7)).await;
    let authenticator = keys.authenticator();
    let mut requests = JoinSet::new();
    for _ in 0..20 {
        let (authenticator, secret) = (authenticator.clone(), secret.clone());
        requests.spawn(async move { status(&authenticator, &secret).await });
    }
    while keys.calls() == 0 {
        tokio::task::yield_now().await;
    }
    keys.permits.add_permits(20);
    let statuses = requests.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 7);
}

#[tokio::test]
async fn errors_are_not_cached() {
    let keys = Keys::new();
    let (_, secret) = keys.create(NewApiKey::new("ci")).await;
    let authenticator = keys.authenticator();
    keys.fail(true);
    assert_eq!(status(&authenticator, &secret).await, 503);
    keys.fail(false);
    assert_eq!(status(&authenticator, &secret).await, 200);
    // A cached result is used without the provider.
    keys.fail(true);
    assert_eq!(status(&authenticator, &secret).await, 200);
}

#[tokio::test]
async fn stale_results_are_used_on_request_only() {
    for (stale_for, expected) in [(None, 503), (Some(LONG), 200)] {
        let keys = Keys::new();
        let (id, secret) = keys.create(NewApiKey::new("ci")).await;
        let mut builder = Authenticator::builder(keys.provider()).valid_for(SHORT);
        if let Some(stale_for) = stale_for {
            builder = builder.stale_for(stale_for);
        }
        let authenticator = builder.build().expect("built");
        assert_eq!(status(&authenticator, &secret).await, 200);
        keys.fail(true);
        let calls = keys.calls();
        while keys.calls() == calls {
            assert!([200, expected].contains(&status(&authenticator, &secret).await));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(status(&authenticator, &secret).await, expected);
        assert_eq!(status(&authenticator, "unknown").await, 503);
        // A revocation in this process ends it.
        let _ = authenticator.provider().revoke(&id, RevokeOptions::new()).await.expect("revoked");
        assert_eq!(status(&authenticator, &secret).await, 503);
        // So does a result of the provider.
        keys.fail(false);
        assert_eq!(status(&authenticator, &secret).await, 401);
        keys.fail(true);
        assert_ne!(status(&authenticator, &secret).await, 200);
    }
}

#[tokio::test]
async fn cache_is_bounded() {
    let keys = Keys::new();
    let (_, secret) = keys.create(NewApiKey::new("ci")).await;
    let authenticator = Authenticator::builder(keys.provider()).capacity(100).build().expect("built");
    for n in 0..20_000 {
        assert_eq!(status(&authenticator, &format!("garbage{n}")).await, 401);
        if n % 20 == 0 {
            assert_eq!(status(&authenticator, &secret).await, 200);
        }
    }
    let text = format!("{authenticator:?}");
    let cached =
        text.split("cached: ").nth(1).and_then(|rest| rest.split([',', ' ']).next()?.parse::<u64>().ok());
    assert!(cached.is_some_and(|cached| cached <= 200), "{text}");
}
