//! Lists.

use std::pin::pin;

use api_keys_core::{
    ApiKeyProvider, ApiKeyProviderExt as _, KeyId, ListQuery, NewApiKey, RevokeOptions, Timestamp,
};
use api_keys_live_tests::better_auth::{Server, Version};
use futures_util::TryStreamExt as _;
use serde_json::json;

use super::connect;

on_every_version! {
    pages_list_each_key_once,
    concurrent_changes_do_not_skip_or_repeat,
    list_ends_at_the_ceiling,
}

async fn pages_list_each_key_once(version: Version) {
    let Some(server) = Server::start(version, &json!({})).await else { return };
    let provider = connect(&server);
    let mut ids = Vec::new();
    for n in 0..7 {
        ids.push(provider.create(NewApiKey::new(format!("key {n}"))).await.unwrap().key.id);
    }
    provider.revoke(&ids[3], RevokeOptions::new()).await.unwrap();

    let everything = ListQuery::new().limit(3).include_inactive(true);
    let first = provider.list(everything.clone()).await.unwrap();
    assert_eq!((first.items.len(), first.total), (3, Some(7)));
    let second = provider.list(everything.clone().cursor(first.next.unwrap())).await.unwrap();
    assert!(second.items.iter().all(|key| first.items.iter().all(|seen| seen.id != key.id)));

    let listed = |query| provider.keys(query).map_ok(|key| key.id).try_collect::<Vec<_>>();
    assert_eq!(listed(everything.clone()).await.unwrap(), in_order(version, &ids));
    ids.remove(3);
    assert_eq!(listed(ListQuery::new().limit(3)).await.unwrap(), in_order(version, &ids));
}

async fn concurrent_changes_do_not_skip_or_repeat(version: Version) {
    let Some(server) = Server::start(version, &json!({})).await else { return };
    let provider = connect(&server);
    let mut staying = Vec::new();
    for n in 0..12 {
        staying.push(provider.create(NewApiKey::new(format!("key {n}"))).await.unwrap().key.id);
    }
    let mut seen = Vec::new();
    let mut keys = pin!(provider.keys(ListQuery::new().limit(3)));
    while let Some(key) = keys.try_next().await.unwrap() {
        // Every third key is removed after it was listed, so that later ones move up.
        if seen.len() % 3 == 2 && staying.contains(&key.id) {
            provider.delete(&key.id).await.unwrap();
            staying.retain(|id| *id != key.id);
            let _ = provider.create(NewApiKey::new("late")).await.unwrap();
        }
        seen.push(key.id);
        assert!(seen.len() <= 24, "the listing ends");
    }
    let times = |id| seen.iter().filter(|seen| *seen == id).count();
    assert!(staying.iter().all(|id| times(id) == 1), "{staying:?} in {seen:?}");
    assert!(seen.iter().all(|id| times(id) == 1), "{seen:?}");
}

async fn list_ends_at_the_ceiling(version: Version) {
    let Some(server) = Server::start(version, &json!({})).await else { return };
    let provider = connect(&server);
    let ceiling = provider.capabilities().list_ceiling.unwrap() as usize;
    let mut ids = Vec::new();
    for n in 0..ceiling + 3 {
        ids.push(provider.create(NewApiKey::new(format!("key {n}"))).await.unwrap().key.id);
    }
    let listed = async |limit| {
        let keys = provider.keys(ListQuery::new().limit(limit));
        keys.map_ok(|key| key.id).try_collect::<Vec<_>>().await.unwrap()
    };
    // The newest keys from 1.5, the oldest before.
    let reached = |from: usize| match version < Version::V1_5_6 {
        true => ids[from..from + ceiling].to_vec(),
        false => in_order(version, &ids[ids.len() - ceiling..]),
    };
    // Some of these sizes produce responses that 1.5 would not finish.
    for limit in [7, 100, 1000] {
        assert_eq!(listed(limit).await, reached(0), "in pages of {limit}");
    }
    for id in [&ids[0], &ids[ceiling + 2]] {
        assert_eq!(provider.get(id).await.unwrap().id, *id);
    }
    // After a deletion, the next key is listed.
    if version < Version::V1_5_6 {
        provider.delete(&ids[0]).await.unwrap();
        assert_eq!(listed(100).await, reached(1));
        return;
    }
    // The key of a create that has just failed is listed.
    let new = NewApiKey::new("lost");
    let started_at = Timestamp::now();
    let lost = provider.create(new.clone()).await.unwrap().key.id;
    let orphans = provider.orphans(&new, started_at).await.unwrap();
    assert_eq!(orphans.iter().map(|key| &key.id).collect::<Vec<_>>(), [&lost]);
}

/// From 1.5, lists can be sorted by creation time.
fn in_order(version: Version, ids: &[KeyId]) -> Vec<KeyId> {
    match version < Version::V1_5_6 {
        true => ids.to_vec(),
        false => ids.iter().rev().cloned().collect(),
    }
}
