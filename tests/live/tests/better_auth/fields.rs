//! Fields in create, get and update.

use std::time::Duration;

use api_keys_core::{ApiKeyProvider, Expiry, KeyExpiry, KeyStatus, NewApiKey, UpdateApiKey};
use api_keys_live_tests::better_auth::{Server, Version};
use serde_json::json;

use super::{DAY, connect, is_live};

on_every_version! {
    created_fields_are_read_back,
    update_keeps_clears_and_sets_fields,
    server_only_fields_are_reported,
}

async fn created_fields_are_read_back(version: Version) {
    let Some(server) = Server::start(version, &json!({})).await else { return };
    let provider = connect(&server);
    let metadata = json!({ "team": "ops", "n": [1, null] });
    let new = NewApiKey::new("ключ/?%#").expires_in(DAY * 30).metadata(metadata.clone());
    let issued = provider.create(new.extra("prefix", "ci_")).await.unwrap();

    assert!(issued.secret.expose().starts_with("ci_"));
    assert!(is_live(&server, &issued.secret).await);
    let read = provider.get(&issued.key.id).await.unwrap();
    assert_eq!(read.name.as_deref(), Some("ключ/?%#"));
    assert_eq!(read.status, KeyStatus::Active);
    assert_eq!(read.metadata, Some(metadata.into()));
    assert_eq!(read.owner.as_deref(), Some(server.value("/user")));
    assert_eq!(read.extra["prefix"], "ci_");
    assert!(issued.secret.expose().starts_with(read.hint.as_deref().unwrap()));
    let lifetime = read.expiry.at().unwrap().duration_since(read.created_at.unwrap());
    assert_eq!(Duration::try_from(lifetime).unwrap().as_secs(), (DAY * 30).as_secs());
    assert!(read.last_used_at.is_some(), "it was used to authenticate");
}

async fn update_keeps_clears_and_sets_fields(version: Version) {
    let Some(server) = Server::start(version, &json!({})).await else { return };
    let provider = connect(&server);
    let new = NewApiKey::new("before").expires_in(DAY * 30).metadata(json!({ "a": 1, "b": 2 }));
    let before = provider.create(new).await.unwrap().key;
    let id = before.id.clone();

    let renamed = provider.update(&id, UpdateApiKey::new().name("after")).await.unwrap();
    assert_eq!(renamed.name.as_deref(), Some("after"));
    assert_eq!((&renamed.expiry, &renamed.metadata), (&before.expiry, &before.metadata), "kept");

    let set = provider.update(&id, UpdateApiKey::new().metadata(json!({ "c": 3 }))).await.unwrap();
    assert_eq!(set.metadata, Some(json!({ "c": 3 }).into()), "replaced, not merged");
    assert_eq!((set.name.as_deref(), &set.expiry), (Some("after"), &before.expiry), "kept");

    let cleared = provider.update(&id, UpdateApiKey::new().clear_expiry().clear_metadata()).await.unwrap();
    assert_eq!((cleared.expiry, &cleared.metadata), (KeyExpiry::Never, &None), "cleared");
    assert_eq!(cleared.name.as_deref(), Some("after"), "kept");

    let changes = UpdateApiKey::new().expiry(Expiry::In(DAY * 2)).enabled(false);
    let set = provider.update(&id, changes).await.unwrap();
    assert!(matches!(set.expiry, KeyExpiry::At(_)), "{set:?}");
    assert_eq!(set.status, KeyStatus::Disabled);
    let read = provider.get(&id).await.unwrap();
    assert_eq!(
        (read.name, read.status, read.expiry, read.metadata),
        (set.name, set.status, set.expiry, set.metadata)
    );
    let enabled = provider.update(&id, UpdateApiKey::new().enabled(true)).await.unwrap();
    assert_eq!((enabled.status, enabled.expiry), (KeyStatus::Active, read.expiry));
}

async fn server_only_fields_are_reported(version: Version) {
    let permissions = json!({ "files": ["read", "write"], "users": ["list"] });
    let quota = json!({ "remaining": 5, "refillAmount": 10, "refillInterval": 60_000 });
    let limits =
        json!({ "rateLimitEnabled": false, "rateLimitMax": 3, "rateLimitTimeWindow": 2_592_000_000_u64 });
    let seed = json!({ "scoped": { "permissions": permissions }, "quota": quota, "limits": limits });
    let Some(server) = Server::start(version, &json!({ "seed": seed })).await else { return };
    let provider = connect(&server);
    let read = async |name: &str| {
        let id = server.value(&format!("/seed/{name}/id")).parse().unwrap();
        provider.get(&id).await.unwrap()
    };

    let scoped = read("scoped").await;
    assert_eq!(scoped.scopes.unwrap(), ["files:read", "files:write", "users:list"]);
    assert_eq!(scoped.extra["permissions"], permissions);
    for (name, fields) in [("quota", quota), ("limits", limits)] {
        let key = read(name).await;
        assert_eq!((key.scopes, key.name.as_deref()), (None, Some(name)));
        for (field, value) in fields.as_object().unwrap() {
            assert_eq!(&key.extra[field], value, "{field}");
        }
    }
    let listed = provider.list(Default::default()).await.unwrap().items;
    assert_eq!(listed.len(), 3, "what is value in a list is no different: {listed:?}");
}
