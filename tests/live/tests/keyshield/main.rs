//! The keyshield provider against the router of the package `keyshield`.

use std::sync::Arc;
use std::time::Duration;

use api_keys::keyshield::types::{SearchApiKeysRequest, VerifyApiKeyRequest};
use api_keys::keyshield::{Keyshield, KeyshieldConfig, SearchApiKeysOptions};
use api_keys_conformance as conformance;
use api_keys_core::{
    ApiKeyProvider, ApiKeyProviderExt as _, Effect, ErrorKind, Expiry, InvalidReason, KeyExpiry, KeyId,
    KeyStatus, ListQuery, NewApiKey, RecordState, RevokeOptions, SecretKey, Timestamp, UpdateApiKey,
    Verification,
};
use api_keys_emulator::{Emulator, Vendor};
use api_keys_live_tests::declared;
use api_keys_live_tests::exchange::ask;
use api_keys_live_tests::probe::Probes;
use api_keys_live_tests::python::Server;
use futures_util::TryStreamExt as _;

mod document;

const ADMIN_TOKEN: &str = "admin-token-of-the-live-tests";

fn server() -> Option<Server> {
    Server::start("keyshield", &[("ADMIN_TOKEN", ADMIN_TOKEN)])
}

fn config(server: &Server) -> KeyshieldConfig {
    KeyshieldConfig::new(server.base_url(), ADMIN_TOKEN)
}

fn connect(server: &Server) -> Keyshield {
    config(server).build().unwrap()
}

/// Returns whether the application accepts a new key.
async fn is_live(server: &Server, secret: &SecretKey) -> bool {
    let bearer = format!("Bearer {}", secret.expose());
    let url = format!("{}/_whoami", server.base_url());
    ask("GET", &url, &[("authorization", &bearer)]).await.unwrap().status() == 200
}

#[tokio::test]
async fn router_and_emulator_respond_as_known() {
    let Some(server) = server() else { return };
    let emulator = Emulator::builder(Vendor::Keyshield).token(ADMIN_TOKEN).start().await.unwrap();
    let probes = Probes::parse(include_str!("../../probes/keyshield.json"));
    let real = probes.run(server.base_url(), [("token", ADMIN_TOKEN)]).await;
    let emulated = probes.run(emulator.base_url(), [("token", ADMIN_TOKEN)]).await;
    let mut found = probes.surprises(&real);
    found.extend(probes.differences(("router", &real), ("emulator", &emulated)));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn lifecycle() {
    let Some(server) = server() else { return };
    let provider = connect(&server);

    let new = NewApiKey::new("export").description("Reads at night.").scopes(["files:read"]);
    let issued = provider.create(new).await.unwrap();
    let id = &issued.key.id;
    assert_eq!(issued.key.name.as_deref(), Some("export"));
    assert_eq!(issued.key.description.as_deref(), Some("Reads at night."));
    assert_eq!(issued.key.scopes.as_deref(), Some(&["files:read".to_owned()][..]));
    assert_eq!(issued.key.expiry, KeyExpiry::Never);
    assert!(issued.secret.expose().contains(issued.key.hint.as_deref().unwrap()));
    assert!(is_live(&server, &issued.secret).await);

    let revocation = provider.revoke(id, RevokeOptions::new()).await.unwrap();
    assert_eq!((revocation.record, revocation.reversible), (RecordState::Retained, true));
    assert!(!is_live(&server, &issued.secret).await);
    assert_eq!(provider.get(id).await.unwrap().status, KeyStatus::Disabled);
    assert!(provider.list(ListQuery::new()).await.unwrap().items.is_empty());

    let key = provider.update(id, UpdateApiKey::new().enabled(true)).await.unwrap();
    assert_eq!(key.status, KeyStatus::Active);
    assert!(is_live(&server, &issued.secret).await);
    provider.client().deactivate_api_key(id.as_str()).await.unwrap();
    assert!(provider.client().activate_api_key(id.as_str()).await.unwrap().body().is_active);

    provider.delete(id).await.unwrap();
    assert!(!is_live(&server, &issued.secret).await);
    assert!(provider.find(id).await.unwrap().is_none());
    let error = provider.delete(id).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::NotFound, Effect::NotApplied));
}

#[tokio::test]
async fn declared_keys_converge() {
    let Some(server) = server() else { return };
    let settings = "description = \"one\"\nscopes = [\"files:read\"]\nexpires = \"90d\"";
    let changed = "description = \"two\"\nscopes = [\"files:write\"]\nexpires = \"30d\"";
    let provider = Arc::new(connect(&server));
    declared::check(provider, settings, changed, async |secret| is_live(&server, secret).await).await;
}

#[tokio::test]
async fn provider_conforms() {
    let Some(server) = server() else { return };
    let provider = connect(&server);
    let server = Arc::new(server);
    let options = conformance::Options::new()
        .scopes("files:read", "files:write")
        .unknown_id(KeyId::new("00000000000040008000000000000000").unwrap())
        .min_expiry(Duration::from_secs(1))
        .skip("create_rejects_a_lifetime_below_minimum", "the router takes any time that lies ahead")
        .wait(tokio::time::sleep)
        .secret_is_live(move |secret| {
            let server = Arc::clone(&server);
            async move { is_live(&server, &secret).await }
        });
    let report = conformance::run(&provider, options).await;
    println!("{report}");
    report.assert_passed();
}

#[tokio::test]
async fn verify_returns_the_reason() {
    let Some(server) = server() else { return };
    let provider = connect(&server);
    let issued = provider.create(NewApiKey::new("x").scopes(["files:read"])).await.unwrap();
    let (id, secret) = (&issued.key.id, &issued.secret);
    let Verification::Valid(key) = provider.verify(secret).await.unwrap() else { panic!("the key is valid") };
    assert_eq!((&key.id, key.status), (id, KeyStatus::Active));
    assert!(key.last_used_at.is_some() && issued.key.last_used_at.is_none());

    let altered = SecretKey::new(format!("{}x", secret.expose()));
    for unknown in ["nonsense", "ak_v1-0000000000000000-x", " ", altered.expose()] {
        let verdict = provider.verify(&SecretKey::new(unknown)).await.unwrap();
        assert_eq!(verdict, Verification::Invalid(InvalidReason::NotFound), "{unknown}");
    }
    provider.revoke(id, RevokeOptions::new()).await.unwrap();
    let verdict = provider.verify(secret).await.unwrap();
    assert_eq!(verdict, Verification::Invalid(InvalidReason::Disabled));

    let soon = NewApiKey::new("x").expires_in(Duration::from_secs(1));
    let brief = provider.create(soon).await.unwrap().secret;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let verdict = provider.verify(&brief).await.unwrap();
    assert_eq!(verdict, Verification::Invalid(InvalidReason::Expired));
    assert!(!is_live(&server, &brief).await);

    provider.delete(id).await.unwrap();
    let verdict = provider.verify(secret).await.unwrap();
    assert_eq!(verdict, Verification::Invalid(InvalidReason::NotFound));
}

#[tokio::test]
async fn missing_scope_is_a_typed_error() {
    let Some(server) = server() else { return };
    let provider = connect(&server);
    let issued = provider.create(NewApiKey::new("x").scopes(["files:read"])).await.unwrap();
    let ask = |scope: &str| VerifyApiKeyRequest::new(issued.secret.clone()).required_scopes([scope]);
    assert!(provider.client().verify_api_key(&ask("files:read")).await.is_ok());
    let error = provider.client().verify_api_key(&ask("files:write")).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 403);
    assert!(error.documented().is_some());
}

#[tokio::test]
async fn invalid_token_is_not_a_verification() {
    let Some(server) = server() else { return };
    let issued = connect(&server).create(NewApiKey::new("x")).await.unwrap();
    for token in ["wrong", issued.secret.expose()] {
        let provider = KeyshieldConfig::new(server.base_url(), token).build().unwrap();
        let error = provider.verify(&issued.secret).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Unauthenticated, Some(401)));
        let error = provider.create(NewApiKey::new("x")).await.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (ErrorKind::Unauthenticated, Effect::NotApplied));
    }
}

#[tokio::test]
async fn list_is_complete_and_searchable() {
    let Some(server) = server() else { return };
    let provider = connect(&server);
    let mut ids = Vec::new();
    for number in 0..7 {
        ids.push(provider.create(NewApiKey::new(format!("Night {number}"))).await.unwrap().key.id);
    }
    provider.revoke(&ids[3], RevokeOptions::new()).await.unwrap();
    let expired = UpdateApiKey::new().expiry(Expiry::In(Duration::from_millis(300)));
    provider.update(&ids[4], expired).await.unwrap();
    tokio::time::sleep(Duration::from_millis(400)).await;
    ids.sort();

    let walk = |query: ListQuery| provider.keys(query).map_ok(|key| key.id).try_collect::<Vec<_>>();
    let all = ListQuery::new().include_inactive(true);
    for limit in [1, 2, 3, 7, 100, 1000] {
        assert_eq!(walk(all.clone().limit(limit)).await.unwrap(), ids, "{limit}");
        assert_eq!(walk(ListQuery::new().limit(limit)).await.unwrap().len(), 5, "{limit}");
    }
    let page = provider.list(all.clone().limit(2)).await.unwrap();
    assert_eq!((page.items.len(), page.total), (2, Some(7)));
    assert_eq!(walk(all.clone().search("NIGHT 6")).await.unwrap().len(), 1);
    assert_eq!(walk(all.search("day")).await.unwrap().len(), 0);

    let inactive = SearchApiKeysRequest::new().with_is_active(false);
    let found = provider.client().search_api_keys(&inactive, &SearchApiKeysOptions::new()).await.unwrap();
    assert_eq!(found.body().total, 1);
}

#[tokio::test]
async fn expiration_is_set_changed_and_removed() {
    let Some(server) = server() else { return };
    let provider = connect(&server);
    let end: Timestamp = "2099-01-01T00:00:00.123456Z".parse().unwrap();
    let issued = provider.create(NewApiKey::new("x").expiry(Expiry::At(end))).await.unwrap();
    let id = &issued.key.id;
    // Read from the database, where an offset would be lost.
    assert_eq!(provider.get(id).await.unwrap().expiry, KeyExpiry::At(end));

    let later: Timestamp = "2100-01-01T00:00:00Z".parse().unwrap();
    provider.update(id, UpdateApiKey::new().expiry(Expiry::At(later))).await.unwrap();
    assert_eq!(provider.get(id).await.unwrap().expiry, KeyExpiry::At(later));
    provider.update(id, UpdateApiKey::new().clear_expiry()).await.unwrap();
    assert_eq!(provider.get(id).await.unwrap().expiry, KeyExpiry::Never);

    for over in [Expiry::In(Duration::ZERO), Expiry::At(Timestamp::now()), Expiry::In(Duration::MAX)] {
        let error = provider.create(NewApiKey::new("x").expiry(over)).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidInput, 0));
        let error = provider.update(id, UpdateApiKey::new().expiry(over)).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidInput, 0));
    }
}

#[tokio::test]
async fn invalid_fields_are_violations() {
    let Some(server) = server() else { return };
    let provider = connect(&server);
    let long = "x".repeat(129);
    for (new, field) in [
        (NewApiKey::new(""), "body.name"),
        (NewApiKey::new(&long), "body.name"),
        (NewApiKey::new("x").description("x".repeat(1025)), "body.description"),
        (NewApiKey::new("x").scopes(["read", "BAD"]), "body.scopes.1"),
    ] {
        let error = provider.create(new).await.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (ErrorKind::InvalidInput, Effect::NotApplied));
        assert_eq!(error.violations().len(), 1);
        assert_eq!(error.violations()[0].path, field);
    }
    // Characters are counted, not bytes.
    let name = "鍵".repeat(128);
    let id = provider.create(NewApiKey::new(&name)).await.unwrap().key.id;
    assert_eq!(provider.get(&id).await.unwrap().name, Some(name));
    let error = provider.update(&id, UpdateApiKey::new().name(long)).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidInput, Some(422)));
}

#[tokio::test]
async fn unknown_ids_are_not_found() {
    let Some(server) = server() else { return };
    let provider = connect(&server);
    for id in ["nope", "search", "verify", "100%", "鍵", "a?b#c", "../../_whoami"] {
        let id = KeyId::new(id).unwrap();
        assert!(provider.find(&id).await.unwrap().is_none());
        let error = provider.revoke(&id, RevokeOptions::new()).await.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (ErrorKind::NotFound, Effect::NotApplied));
        let error = provider.update(&id, UpdateApiKey::new().name("x")).await.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (ErrorKind::NotFound, Effect::NotApplied));
    }
}

#[tokio::test]
async fn wrong_path_is_a_configuration_error() {
    let Some(server) = server() else { return };
    let elsewhere = config(&server).prefix("/nothing/here").build().unwrap();
    let error = elsewhere.create(NewApiKey::new("x")).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Configuration, Effect::NotApplied));
    let error = elsewhere.verify(&SecretKey::new("x")).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Configuration, Effect::NotApplied));

    let without_slash = config(&server).collection_slash(false).build().unwrap();
    let error = without_slash.create(NewApiKey::new("x")).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Configuration, Some(307)));
    assert!(connect(&server).list(ListQuery::new()).await.unwrap().items.is_empty());
}
