//! Rate limits, and limited uses of a key.

use std::collections::BTreeSet;
use std::time::Duration;

use api_keys::better_auth::{BetterAuth, BetterAuthConfig, Credential, HttpConfig};
use api_keys_core::{ApiKeyProvider, Effect, ErrorKind, ListQuery, NewApiKey};
use api_keys_live_tests::better_auth::{Server, Version};
use serde_json::json;

use super::{config, connect};

on_every_version! {
    address_rate_limit_is_waited_for,
    key_rate_limit_reports_the_delay,
    exhausted_key_is_limit_reached,
}

async fn address_rate_limit_is_waited_for(version: Version) {
    let limit = json!({ "enabled": true, "max": 2, "window": 4 });
    let Some(server) =
        Server::start(version, &json!({ "server": { "rateLimit": limit }, "proxied": true })).await
    else {
        return;
    };
    let hasty = config(&server).http(HttpConfig::new().max_attempts(1)).build().unwrap();
    let mut created = Vec::new();
    for n in 0..2 {
        hasty.list(ListQuery::new()).await.unwrap();
        created.push(hasty.create(NewApiKey::new(format!("key {n}"))).await.unwrap().key.id);
    }
    let failures =
        [hasty.list(ListQuery::new()).await.map(drop), hasty.create(NewApiKey::new("ci")).await.map(drop)];
    for failure in failures {
        let error = failure.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (ErrorKind::RateLimited, Effect::NotApplied), "{error}");
        assert_eq!((error.status(), error.vendor_code()), (Some(429), None), "{error}");
        let wait = error.retry_after().unwrap();
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(4), "{wait:?}");
        assert!(error.is_retryable());
    }
    // A client that retries waits for the requested delay.
    let retrying = connect(&server);
    created.push(retrying.create(NewApiKey::new("at last")).await.unwrap().key.id);
    let listed: BTreeSet<_> =
        retrying.list(ListQuery::new()).await.unwrap().items.into_iter().map(|key| key.id).collect();
    assert_eq!(listed, BTreeSet::from_iter(created));
}

/// Builds a provider with a key as its credential and without retries, because the next use of an exhausted key removes
/// it.
fn by_key(server: &Server, key: &str) -> BetterAuth {
    let config = BetterAuthConfig::new(server.base_url(), key).credential(Credential::ApiKey);
    config.http(HttpConfig::new().max_attempts(1)).build().unwrap()
}

async fn key_rate_limit_reports_the_delay(version: Version) {
    let limit = json!({ "enabled": true, "maxRequests": 3, "timeWindow": 60_000 });
    let keys = json!({ "enableSessionForAPIKeys": true, "rateLimit": limit });
    let Some(server) = Server::start(version, &json!({ "keys": keys })).await else { return };
    let secret = connect(&server).create(NewApiKey::new("ci")).await.unwrap().secret;
    let provider = by_key(&server, secret.expose());
    for _ in 0..3 {
        provider.list(ListQuery::new()).await.unwrap();
    }
    let error = provider.list(ListQuery::new()).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::RateLimited, Effect::NotApplied), "{error}");
    assert_eq!(error.vendor_code(), Some("RATE_LIMITED"), "{error}");
    let wait = error.retry_after().unwrap();
    assert!(wait > Duration::ZERO && wait <= Duration::from_secs(60), "{wait:?}");
    // Before 1.6.33, the status is that of an invalid credential.
    let status = if version < Version::V1_6_33 { 401 } else { 429 };
    assert_eq!(error.status(), Some(status), "{error}");
}

async fn exhausted_key_is_limit_reached(version: Version) {
    let refilled = json!({ "remaining": 1, "refillAmount": 1, "refillInterval": 86_400_000 });
    let seed = json!({ "refilled": refilled, "for-good": { "remaining": 1 } });
    let options = json!({ "keys": { "enableSessionForAPIKeys": true }, "seed": seed });
    let Some(server) = Server::start(version, &options).await else { return };
    for name in ["refilled", "for-good"] {
        let provider = by_key(&server, server.value(&format!("/seed/{name}/key")));
        provider.list(ListQuery::new()).await.unwrap();
        let error = provider.list(ListQuery::new()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::LimitReached, Effect::NotApplied),
            "{name}: {error}"
        );
    }
}
