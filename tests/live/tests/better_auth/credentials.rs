//! API keys instead of a session.

use api_keys::better_auth::{BetterAuth, BetterAuthConfig, Credential};
use api_keys_core::{
    ApiKeyProvider, ApiKeyProviderExt as _, Effect, ErrorKind, ListQuery, NewApiKey, RevokeOptions,
    SecretKey, UpdateApiKey,
};
use api_keys_live_tests::better_auth::{Server, Version};
use serde_json::json;

use super::connect;

on_every_version! {
    key_credential_manages_keys_of_its_user,
    key_credential_is_rejected_by_default,
    invalid_key_credential_is_unauthenticated,
}

fn by_key(server: &Server, secret: &SecretKey) -> BetterAuth {
    BetterAuthConfig::new(server.base_url(), secret.expose()).credential(Credential::ApiKey).build().unwrap()
}

async fn key_credential_manages_keys_of_its_user(version: Version) {
    let options = json!({ "keys": { "enableSessionForAPIKeys": true } });
    let Some(server) = Server::start(version, &options).await else { return };
    let manager = connect(&server).create(NewApiKey::new("manager")).await.unwrap();
    let provider = by_key(&server, &manager.secret);

    let issued = provider.create(NewApiKey::new("managed").metadata(json!({ "a": 1 }))).await.unwrap();
    let id = &issued.key.id;
    assert_eq!(issued.key.owner, manager.key.owner);
    assert_eq!(provider.get(id).await.unwrap().metadata, Some(json!({ "a": 1 }).into()));
    let listed = provider.list(ListQuery::new()).await.unwrap().items;
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().any(|key| key.id == *id));
    let uses = listed.iter().find(|key| key.id == manager.key.id).map(|key| &key.extra["requestCount"]);
    assert_eq!(uses, Some(&json!(3)), "each call was a use of the key");
    provider.update(id, UpdateApiKey::new().name("renamed")).await.unwrap();
    provider.revoke(id, RevokeOptions::new()).await.unwrap();
    provider.delete(id).await.unwrap();
    assert_eq!(connect(&server).find(id).await.unwrap(), None);
}

async fn key_credential_is_rejected_by_default(version: Version) {
    // The first option is for newer versions, the second for 1.3.9.
    let keys = json!({ "enableSessionForAPIKeys": false, "disableSessionForAPIKeys": true });
    let Some(server) = Server::start(version, &json!({ "keys": keys })).await else { return };
    let issued = connect(&server).create(NewApiKey::new("ci")).await.unwrap();
    let provider = by_key(&server, &issued.secret);
    for failure in [
        provider.create(NewApiKey::new("x")).await.map(drop),
        provider.list(ListQuery::new()).await.map(drop),
        provider.delete(&issued.key.id).await,
    ] {
        let error = failure.unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::Unauthenticated, Effect::NotApplied),
            "{error}"
        );
    }
    assert_eq!(connect(&server).list(ListQuery::new()).await.unwrap().items, [issued.key]);
}

async fn invalid_key_credential_is_unauthenticated(version: Version) {
    let options = json!({ "keys": { "enableSessionForAPIKeys": true } });
    let Some(server) = Server::start(version, &options).await else { return };
    let owner = connect(&server);
    let disabled = owner.create(NewApiKey::new("disabled")).await.unwrap();
    owner.revoke(&disabled.key.id, RevokeOptions::new()).await.unwrap();
    let deleted = owner.create(NewApiKey::new("deleted")).await.unwrap();
    owner.delete(&deleted.key.id).await.unwrap();

    for secret in [disabled.secret, deleted.secret, SecretKey::new("too-short-for-any-key")] {
        let provider = by_key(&server, &secret);
        for failure in [
            provider.create(NewApiKey::new("x")).await.map(drop),
            provider.list(ListQuery::new()).await.map(drop),
        ] {
            let error = failure.unwrap_err();
            assert_eq!(
                (error.kind(), error.effect()),
                (ErrorKind::Unauthenticated, Effect::NotApplied),
                "{error}"
            );
        }
    }
    assert_eq!(owner.list(ListQuery::new()).await.unwrap().items, []);
}
