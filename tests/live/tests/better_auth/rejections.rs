//! Rejected requests and their errors.

use api_keys::better_auth::BetterAuthConfig;
use api_keys_core::{
    ApiKeyProvider, ApiKeyProviderExt as _, Effect, ErrorKind, KeyId, ListQuery, NewApiKey, RevokeOptions,
    UpdateApiKey,
};
use api_keys_live_tests::better_auth::{Server, Version};
use serde_json::json;

use super::{DAY, connect};

on_every_version! {
    unknown_and_foreign_keys_are_not_found,
    wrong_token_has_no_effect,
    invalid_input_has_a_reason,
    disabled_metadata_is_unsupported,
    wrong_path_is_a_configuration_error,
}

/// The name of an error, which up to 1.4 derived from its message.
fn code(version: Version, named: &'static str, derived: &'static str) -> Option<&'static str> {
    Some(if version < Version::V1_5_6 { derived } else { named })
}

async fn unknown_and_foreign_keys_are_not_found(version: Version) {
    let Some(server) = Server::start(version, &json!({})).await else { return };
    let provider = connect(&server);
    let other = BetterAuthConfig::new(server.base_url(), server.value("/other/token")).build().unwrap();
    let theirs = other.create(NewApiKey::new("theirs")).await.unwrap().key.id;

    for id in [theirs.as_str(), "nope", "a/b", "../list", "50%", "鍵", "a&b=c#d", "\"><"] {
        let id = KeyId::new(id).unwrap();
        assert_eq!(provider.find(&id).await.unwrap(), None);
        for failure in [
            provider.update(&id, UpdateApiKey::new().name("mine")).await.map(drop),
            provider.revoke(&id, RevokeOptions::new()).await.map(drop),
            provider.delete(&id).await,
        ] {
            let error = failure.unwrap_err();
            assert_eq!(
                (error.kind(), error.effect()),
                (ErrorKind::NotFound, Effect::NotApplied),
                "{id}: {error}"
            );
            assert_eq!(error.vendor_code(), code(version, "KEY_NOT_FOUND", "API_KEY_NOT_FOUND"), "{id}");
        }
    }
    assert!(provider.list(ListQuery::new()).await.unwrap().items.is_empty());
    assert_eq!(other.get(&theirs).await.unwrap().name.as_deref(), Some("theirs"));
}

async fn wrong_token_has_no_effect(version: Version) {
    let Some(server) = Server::start(version, &json!({})).await else { return };
    let kept = connect(&server).create(NewApiKey::new("kept")).await.unwrap().key;
    let provider = BetterAuthConfig::new(server.base_url(), "not-a-session-token").build().unwrap();

    let without_session = code(version, "UNAUTHORIZED_SESSION", "UNAUTHORIZED_OR_INVALID_SESSION");
    // Up to 1.4, these responses have no body.
    let unauthorized = Some("UNAUTHORIZED").filter(|_| version >= Version::V1_5_6);
    for (failure, code) in [
        (provider.create(NewApiKey::new("ci")).await.map(drop), without_session),
        (provider.get(&kept.id).await.map(drop), unauthorized),
        (provider.list(ListQuery::new()).await.map(drop), unauthorized),
        (provider.update(&kept.id, UpdateApiKey::new().name("x")).await.map(drop), without_session),
        (provider.revoke(&kept.id, RevokeOptions::new()).await.map(drop), without_session),
        (provider.delete(&kept.id).await, unauthorized),
    ] {
        let error = failure.unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::Unauthenticated, Effect::NotApplied),
            "{error}"
        );
        assert_eq!((error.status(), error.vendor_code()), (Some(401), code), "{error}");
        assert!(!error.to_string().contains("not-a-session-token"));
    }
    assert_eq!(connect(&server).list(ListQuery::new()).await.unwrap().items, [kept]);
}

async fn invalid_input_has_a_reason(version: Version) {
    let Some(server) = Server::start(version, &json!({ "keys": { "maximumNameLength": 10 } })).await else {
        return;
    };
    let provider = connect(&server);
    let too_long = "THE_EXPIRESIN_IS_LARGER_THAN_THE_PREDEFINED_MAXIMUM_VALUE";
    let too_short = "THE_EXPIRESIN_IS_SMALLER_THAN_THE_PREDEFINED_MINIMUM_VALUE";
    let name_length =
        code(version, "INVALID_NAME_LENGTH", "THE_NAME_LENGTH_IS_EITHER_TOO_LARGE_OR_TOO_SMALL");
    for (new, code) in [
        (NewApiKey::new("n".repeat(11)), name_length),
        (NewApiKey::new("ci").expires_in(DAY * 366), code(version, "EXPIRES_IN_IS_TOO_LARGE", too_long)),
        (NewApiKey::new("ci").expires_in(DAY / 2), code(version, "EXPIRES_IN_IS_TOO_SMALL", too_short)),
        (NewApiKey::new("ci").extra("prefix", "no spaces"), Some("VALIDATION_ERROR")),
    ] {
        let error = provider.create(new).await.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (ErrorKind::InvalidInput, Effect::NotApplied), "{error}");
        assert_eq!(error.vendor_code(), code, "{error}");
    }
    assert_eq!(provider.list(ListQuery::new()).await.unwrap().items, []);

    let id = provider.create(NewApiKey::new("ci")).await.unwrap().key.id;
    for name in ["", "much too long"] {
        let error = provider.update(&id, UpdateApiKey::new().name(name)).await.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (ErrorKind::InvalidInput, Effect::NotApplied), "{error}");
        assert_eq!(error.vendor_code(), name_length, "{error}");
    }
}

async fn disabled_metadata_is_unsupported(version: Version) {
    let Some(server) = Server::start(version, &json!({ "keys": { "enableMetadata": false } })).await else {
        return;
    };
    let provider = connect(&server);
    let new = NewApiKey::new("ci").metadata(json!({ "team": "ops" }));
    let error = provider.create(new).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::UnsupportedField, Effect::NotApplied), "{error}");
    assert_eq!(error.vendor_code(), code(version, "METADATA_DISABLED", "METADATA_IS_DISABLED"), "{error}");

    let key = provider.create(NewApiKey::new("ci")).await.unwrap().key;
    assert_eq!(key.metadata, None);
    let changes = UpdateApiKey::new().metadata(json!({ "team": "ops" }));
    // 1.3.9 checks the option only on create.
    if version > Version::V1_3_9 {
        // The server silently drops them in an update.
        let error = provider.update(&key.id, changes.clone()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::UnsupportedField, Effect::NotApplied),
            "{error}"
        );
        let error = provider.update(&key.id, changes.name("renamed")).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::UnexpectedResponse, Effect::Applied),
            "{error}"
        );
        assert_eq!(provider.get(&key.id).await.unwrap().metadata, None);
    }
}

async fn wrong_path_is_a_configuration_error(version: Version) {
    let Some(server) = Server::start(version, &json!({})).await else { return };
    for base_url in [format!("{}/nothing", server.base_url()), server.base_url().replace("/api/auth", "/api")]
    {
        let provider = BetterAuthConfig::new(base_url, server.token()).build().unwrap();
        let error = provider.create(NewApiKey::new("ci")).await.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (ErrorKind::Configuration, Effect::NotApplied), "{error}");
        let error = provider.list(ListQuery::new()).await.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (ErrorKind::Configuration, Effect::NotApplied), "{error}");
    }
}
