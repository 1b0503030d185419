//! Keys of organizations, and configurations.

use api_keys_core::{
    ApiKeyProvider, ApiKeyProviderExt as _, Effect, Error, ErrorKind, ListQuery, NewApiKey, RevokeOptions,
    SecretKey, UpdateApiKey,
};
use api_keys_live_tests::better_auth::{Server, Version};
use serde_json::{Value, json};

use super::{config, connect, is_live, is_live_of};

on_every_version! {
    keys_of_an_organization_live_and_die_apart_from_those_of_users,
    an_organization_of_others_is_closed,
    a_configuration_that_the_server_does_not_have_is_told_with_the_key_that_was_made,
    an_owner_that_the_server_ignores_is_told_with_the_key_that_was_made,
}

async fn keys_of_an_organization_live_and_die_apart_from_those_of_users(version: Version) {
    if version < Version::V1_5_6 {
        return;
    }
    let Some(server) = Server::start(version, &json!({})).await else { return };
    let provider = config(&server).config_id("org").build().unwrap();
    let users = connect(&server);
    let (ours, another) = (server.told("/organizations/0"), server.told("/organizations/1"));
    let verify_url = format!("{}?configId=org", server.told("/verify_url"));

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
    assert_eq!((renamed.name.as_deref(), renamed.metadata), (Some("renamed"), Some(json!({ "a": 1 }))));

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

async fn an_organization_of_others_is_closed(version: Version) {
    if version < Version::V1_5_6 {
        return;
    }
    let Some(server) = Server::start(version, &json!({})).await else { return };
    let provider = config(&server).config_id("org").build().unwrap();
    for owner in [server.told("/other/organizations/0"), "no-such-organization"] {
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

async fn a_configuration_that_the_server_does_not_have_is_told_with_the_key_that_was_made(version: Version) {
    let Some(server) = Server::start(version, &json!({})).await else { return };
    let provider = config(&server).config_id("nope").build().unwrap();
    let error = provider.create(NewApiKey::new("ci")).await.unwrap_err();
    rescue(&server, &error).await;
}

async fn an_owner_that_the_server_ignores_is_told_with_the_key_that_was_made(version: Version) {
    let Some(server) = Server::start(version, &json!({})).await else { return };
    let owner = server.told("/organizations/0");
    let error = connect(&server).create(NewApiKey::new("ci").owner(owner)).await.unwrap_err();
    rescue(&server, &error).await;
}

/// The key that was made belongs to the user; the error holds its secret, and what it takes to get rid of it.
async fn rescue(server: &Server, error: &Error) {
    assert_eq!((error.kind(), error.effect()), (ErrorKind::UnexpectedResponse, Effect::Applied), "{error}");
    let kept: Value = serde_json::from_slice(error.body().unwrap().expose()).unwrap();
    assert!(is_live(server, &SecretKey::new(kept["secret"].as_str().unwrap())).await);
    let users = connect(server);
    let id = kept["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(users.get(&id).await.unwrap().owner.as_deref(), Some(server.told("/user")));
    users.delete(&id).await.unwrap();
}
