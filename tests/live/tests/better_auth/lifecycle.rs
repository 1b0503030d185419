//! Lifecycle of a key.

use std::sync::Arc;
use std::time::Duration;

use api_keys::better_auth::BetterAuth;
use api_keys_conformance::{Options, run};
use api_keys_core::{
    ApiKeyProvider, ApiKeyProviderExt as _, Effect, ErrorKind, NewApiKey, RecordState, RevokeOptions,
    SecretKey, UpdateApiKey,
};
use api_keys_live_tests::better_auth::{Server, Version};
use api_keys_live_tests::declared;
use serde_json::json;

use super::{config, connect, is_live, is_live_of};

on_every_version! {
    provider_conforms,
    provider_conforms_for_organizations,
    declared_keys_converge,
    revoked_key_can_be_enabled_again,
    deleted_key_is_not_found,
}

/// Options of a server that accepts short lifetimes and does not count uses of keys.
async fn without_limits(version: Version) -> Option<Server> {
    let second = 1.0 / 86_400.0;
    let keys = json!({ "keyExpiration": { "minExpiresIn": second }, "rateLimit": { "enabled": false } });
    Server::start(version, &json!({ "keys": keys })).await
}

async fn conforms(provider: &BetterAuth, verify_url: String, options: Options) {
    let options = options
        .max_keys(20)
        .create_extra("prefix", "ci_")
        .min_expiry(Duration::from_secs(1))
        .wait(tokio::time::sleep)
        .secret_is_live(move |secret| {
            let verify_url = verify_url.clone();
            async move { is_live_of(&verify_url, &secret).await }
        });
    run(provider, options).await.assert_passed();
}

async fn provider_conforms(version: Version) {
    let Some(server) = without_limits(version).await else { return };
    conforms(&connect(&server), server.value("/verify_url").to_owned(), Options::new()).await;
}

async fn provider_conforms_for_organizations(version: Version) {
    // Earlier versions have none.
    if version < Version::V1_5_6 {
        return;
    }
    let Some(server) = without_limits(version).await else { return };
    let provider = config(&server).config_id("org").build().unwrap();
    let verify_url = format!("{}?configId=org", server.value("/verify_url"));
    let options =
        Options::new().owner(server.value("/organizations/0")).other_owner(server.value("/organizations/1"));
    conforms(&provider, verify_url, options).await;
}

async fn declared_keys_converge(version: Version) {
    let Some(server) = without_limits(version).await else { return };
    let settings = "metadata = { team = \"a\" }\nexpires = \"90d\"";
    let changed = "name = \"changed\"\nmetadata = { team = \"b\" }\nexpires = \"30d\"";
    let is_live = async |secret: &SecretKey| is_live(&server, secret).await;
    declared::check(Arc::new(connect(&server)), settings, changed, is_live).await;
}

async fn revoked_key_can_be_enabled_again(version: Version) {
    let Some(server) = Server::start(version, &json!({})).await else { return };
    let provider = connect(&server);
    let issued = provider.create(NewApiKey::new("ci")).await.unwrap();
    let id = &issued.key.id;
    assert!(is_live(&server, &issued.secret).await);

    let revocation = provider.revoke(id, RevokeOptions::new()).await.unwrap();
    assert_eq!((revocation.record, revocation.reversible), (RecordState::Retained, true));
    assert!(!is_live(&server, &issued.secret).await);
    assert_eq!(provider.revoke(id, RevokeOptions::new()).await.unwrap(), revocation, "once more is no error");

    provider.update(id, UpdateApiKey::new().enabled(true)).await.unwrap();
    assert!(is_live(&server, &issued.secret).await);
}

async fn deleted_key_is_not_found(version: Version) {
    let Some(server) = Server::start(version, &json!({})).await else { return };
    let provider = connect(&server);
    let issued = provider.create(NewApiKey::new("ci")).await.unwrap();
    let id = &issued.key.id;
    provider.delete(id).await.unwrap();

    assert!(!is_live(&server, &issued.secret).await);
    assert_eq!(provider.find(id).await.unwrap(), None);
    let failures = [
        provider.get(id).await.map(drop),
        provider.update(id, UpdateApiKey::new().name("x")).await.map(drop),
        provider.revoke(id, RevokeOptions::new()).await.map(drop),
        provider.delete(id).await,
    ];
    for failure in failures {
        let error = failure.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (ErrorKind::NotFound, Effect::NotApplied), "{error}");
    }
}
