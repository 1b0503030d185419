//! Keys of organizations, and configurations.

use api_keys_core::{
    ApiKeyProvider, ApiKeyProviderExt as _, Effect, Error, ErrorKind, ListQuery, NewApiKey, RevokeOptions,
    SecretKey, UpdateApiKey,
};
use api_keys_live_tests::better_auth::{Server, Version};
use serde_json::{Value, json};

use super::{config, connect, is_live, is_live_of};

on_every_version! {
    organization_keys_are_separate,
    foreign_organization_is_rejected,
    unknown_configuration_returns_the_key,
    ignored_owner_returns_the_key,
}

async fn organization_keys_are_separate(version: Version) {
    if version < Version::V1_5_6 {
        return;
    }
    let Some(server) = Server::start(version, &json!({})).await else { return };
    let provider = config(&server).config_id("org").build().unwrap();
    let users = connect(&server);
    let (ours, another) = (server.value("/organizations/0"), server.value("/organizations/1"));
    let verify_url = format!("{}?configId=org", server.value("/verify_url"));

    let own = users.create(NewApiKey::new("own")).await.unwrap().key;
    let _ = provider.create(NewApiKey::new("another").owner(another)).await.unwrap();
    let issued = provider.create(NewApiKey::new("shared").owner(ours)).await.unwrap();
    let id = &issued.key.id;
    assert_eq!(issued.key.owner.as_deref(), Some(ours));
    assert_eq!(issued.key.extra["configId"], "org");

    assert_eq!(provider.get(id).await.unwrap(), issued.key);
    let listed = provider.list(ListQuery::new().owner(ours)).await.unwrap();
    assert_eq!((listed.items, listed.total), (vec![issued.key.clone()], Some(1)));
    let renamed =
        provider.update(id, UpdateApiKey::new().name("renamed").metadata(json!({ "a": 1 }))).await.unwrap();
    assert_eq!(
        (renamed.name.as_deref(), renamed.metadata),
        (Some("renamed"), Some(json!({ "a": 1 }).into()))
    );

    // Without the configuration the key does not exist.
    assert_eq!(users.find(id).await.unwrap(), None);
    assert_eq!(users.delete(id).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(users.list(ListQuery::new()).await.unwrap().items, std::slice::from_ref(&own));
    assert_eq!(provider.find(&own.id).await.unwrap(), None);

    assert!(is_live_of(&verify_url, &issued.secret).await);
    provider.revoke(id, RevokeOptions::new()).await.unwrap();
    assert!(!is_live_of(&verify_url, &issued.secret).await);
    provider.delete(id).await.unwrap();
    assert_eq!(provider.find(id).await.unwrap(), None);
}

async fn foreign_organization_is_rejected(version: Version) {
    if version < Version::V1_5_6 {
        return;
    }
    let Some(server) = Server::start(version, &json!({})).await else { return };
    let provider = config(&server).config_id("org").build().unwrap();
    for owner in [server.value("/other/organizations/0"), "no-such-organization"] {
        for failure in [
            provider.create(NewApiKey::new("ci").owner(owner)).await.map(drop),
            provider.list(ListQuery::new().owner(owner)).await.map(drop),
        ] {
            let error = failure.unwrap_err();
            assert_eq!(
                (error.kind(), error.effect()),
                (ErrorKind::PermissionDenied, Effect::NotApplied),
                "{error}"
            );
            assert_eq!(error.vendor_code(), Some("USER_NOT_MEMBER_OF_ORGANIZATION"), "{error}");
        }
    }
    let error = provider.create(NewApiKey::new("ci")).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::InvalidInput, Effect::NotApplied), "{error}");
    assert_eq!(error.vendor_code(), Some("ORGANIZATION_ID_REQUIRED"), "{error}");
}

async fn unknown_configuration_returns_the_key(version: Version) {
    let Some(server) = Server::start(version, &json!({})).await else { return };
    let provider = config(&server).config_id("nope").build().unwrap();
    let error = provider.create(NewApiKey::new("ci")).await.unwrap_err();
    rescue(&server, &error).await;
}

async fn ignored_owner_returns_the_key(version: Version) {
    let Some(server) = Server::start(version, &json!({})).await else { return };
    let owner = server.value("/organizations/0");
    let error = connect(&server).create(NewApiKey::new("ci").owner(owner)).await.unwrap_err();
    rescue(&server, &error).await;
}

/// Revokes the created key, which belongs to the user, with the body of the error.
async fn rescue(server: &Server, error: &Error) {
    assert_eq!((error.kind(), error.effect()), (ErrorKind::UnexpectedResponse, Effect::Applied), "{error}");
    let kept: Value = serde_json::from_slice(error.body().unwrap().expose()).unwrap();
    assert!(is_live(server, &SecretKey::new(kept["secret"].as_str().unwrap())).await);
    let users = connect(server);
    let id = kept["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(users.get(&id).await.unwrap().owner.as_deref(), Some(server.value("/user")));
    users.delete(&id).await.unwrap();
}
