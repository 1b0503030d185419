//! The FastAPI provider and emulator against the service in `tests/servers/fastapi`.

use std::sync::Arc;
use std::time::Duration;

use api_keys::fastapi::{FastApi, FastApiConfig};
use api_keys_conformance as conformance;
use api_keys_core::{
    ApiKeyProvider, ApiKeyProviderExt as _, Effect, ErrorKind, KeyId, KeyStatus, ListQuery, NewApiKey,
    RecordState, RevokeOptions, SecretKey, Timestamp,
};
use api_keys_emulator::{Emulator, fastapi};
use api_keys_live_tests::declared;
use api_keys_live_tests::document::{self, assert_listed, differences};
use api_keys_live_tests::exchange::ask;
use api_keys_live_tests::probe::{Outcome, Probes};
use api_keys_live_tests::python::Server;
use serde_json::Value;

const MASTER_KEY: &str = "master-key-of-the-live-tests";

fn server(environment: &[(&str, &str)]) -> Option<Server> {
    let keys = [("MASTER_KEY", MASTER_KEY), ("READONLY_KEY", fastapi::READ_ONLY_TOKEN)];
    Server::start("fastapi", &[&keys, environment].concat())
}

fn config(server: &Server) -> FastApiConfig {
    FastApiConfig::new(server.base_url(), MASTER_KEY)
}

fn connect(server: &Server) -> FastApi {
    config(server).build().unwrap()
}

/// Returns whether the service accepts a new key.
async fn is_live(server: &Server, secret: &SecretKey) -> bool {
    let bearer = format!("Bearer {}", secret.expose());
    let url = format!("{}/_whoami", server.base_url());
    ask("GET", &url, &[("authorization", &bearer)]).await.unwrap().status() == 200
}

async fn lifecycle(mode: &str) {
    let Some(server) = server(&[("MODE", mode)]) else { return };
    let provider = connect(&server);

    let issued = provider.create(NewApiKey::new("export").scopes(["TASK-ADMIN"])).await.unwrap();
    let id = &issued.key.id;
    assert_eq!(issued.key.name.as_deref(), Some("export"));
    assert_eq!(issued.key.scopes.as_deref(), Some(&["TASK-ADMIN".to_owned()][..]));
    assert!(is_live(&server, &issued.secret).await);
    assert_eq!(provider.get(id).await.unwrap().status, KeyStatus::Active);
    assert_eq!(provider.list(ListQuery::new()).await.unwrap().items.len(), 1);

    let revocation = provider.revoke(id, RevokeOptions::new()).await.unwrap();
    assert_eq!((revocation.record, revocation.reversible), (RecordState::Retained, false));
    assert!(!is_live(&server, &issued.secret).await);
    assert_eq!(provider.get(id).await.unwrap().status, KeyStatus::Revoked);
    assert!(provider.list(ListQuery::new()).await.unwrap().items.is_empty());
    provider.revoke(id, RevokeOptions::new()).await.unwrap();
}

#[tokio::test]
async fn lifecycle_as_observed() {
    lifecycle("observed").await;
}

#[tokio::test]
async fn lifecycle_as_documented() {
    lifecycle("documented").await;
}

#[tokio::test]
async fn declared_keys_converge() {
    let Some(server) = server(&[("MODE", "observed")]) else { return };
    let is_live = async |secret: &SecretKey| is_live(&server, secret).await;
    let (settings, changed) = ("scopes = [\"TASK-ADMIN\"]", "scopes = [\"ORG-AUDITOR\"]");
    declared::check(Arc::new(connect(&server)), settings, changed, is_live).await;
}

async fn provider_conforms(mode: &str) {
    let Some(server) = server(&[("MODE", mode)]) else { return };
    let provider = config(&server).time_zone("UTC").build().unwrap();
    let server = Arc::new(server);
    let options = conformance::Options::new()
        .scopes("TASK-ADMIN", "ORG-AUDITOR")
        .unknown_id(KeyId::new("00000000-0000-4000-8000-000000000000").unwrap())
        .secret_is_live(move |secret| {
            let server = Arc::clone(&server);
            async move { is_live(&server, &secret).await }
        });
    let report = conformance::run(&provider, options).await;
    println!("{report}");
    report.assert_passed();
}

#[tokio::test]
async fn conformance_as_observed() {
    provider_conforms("observed").await;
}

#[tokio::test]
async fn conformance_as_documented() {
    provider_conforms("documented").await;
}

#[tokio::test]
async fn unknown_and_invalid_ids_differ() {
    for (mode, malformed) in [("observed", 400), ("documented", 422)] {
        let Some(server) = server(&[("MODE", mode)]) else { return };
        let provider = connect(&server);

        let unknown = KeyId::new("00000000-0000-4000-8000-000000000000").unwrap();
        assert!(provider.find(&unknown).await.unwrap().is_none());
        let error = provider.revoke(&unknown, RevokeOptions::new()).await.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (ErrorKind::NotFound, Effect::NotApplied));

        for id in ["nope", "deactivate", "100%", "鍵", "a?b#c"] {
            let error = provider.get(&KeyId::new(id).unwrap()).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.status()),
                (ErrorKind::InvalidInput, Some(malformed)),
                "{id}: {error}"
            );
        }
        // The service decodes the path before routing.
        let error = provider.get(&KeyId::new("../../auth").unwrap()).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::NotFound, Some(404)));
    }
}

#[tokio::test]
async fn id_is_accepted_in_any_uuid_form() {
    let Some(server) = server(&[]) else { return };
    let provider = connect(&server);
    let id = provider.create(NewApiKey::new("x")).await.unwrap().key.id;

    for form in [id.as_str().to_uppercase(), id.as_str().replace('-', ""), format!("{{{id}}}")] {
        let key = provider.get(&KeyId::new(form).unwrap()).await.unwrap();
        assert_eq!(key.id, id);
    }
}

#[tokio::test]
async fn credential_permissions_are_enforced() {
    let Some(server) = server(&[]) else { return };
    let issued = connect(&server).create(NewApiKey::new("admin").scopes(["ORG-ADMIN"])).await.unwrap();
    let provider = |token: &str| FastApiConfig::new(server.base_url(), token).build().unwrap();

    for rejected in ["wrong", issued.secret.expose()] {
        let error = provider(rejected).list(ListQuery::new()).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Unauthenticated, Some(401)));
    }
    let reader = provider(fastapi::READ_ONLY_TOKEN);
    assert_eq!(reader.list(ListQuery::new()).await.unwrap().items.len(), 1);
    let error = reader.create(NewApiKey::new("x")).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::PermissionDenied, Effect::NotApplied));
}

#[tokio::test]
async fn key_limit_is_limit_reached() {
    let Some(server) = server(&[("MAX_API_KEYS", "2")]) else { return };
    let provider = connect(&server);
    let first = provider.create(NewApiKey::new("first")).await.unwrap();
    let _second = provider.create(NewApiKey::new("second")).await.unwrap();

    let error = provider.create(NewApiKey::new("third")).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::LimitReached, Effect::NotApplied));
    let error = provider.create(NewApiKey::new("x").scopes(["TENANT-USER"])).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::InvalidInput, Effect::NotApplied));

    provider.revoke(&first.key.id, RevokeOptions::new()).await.unwrap();
    assert!(provider.create(NewApiKey::new("third")).await.is_ok());
}

#[tokio::test]
async fn text_round_trips() {
    let Some(server) = server(&[]) else { return };
    let provider = connect(&server);
    for name in ["", " ", "Schlüssel – 鍵 🔑\n\"\\\u{0}\u{7f}", &"x".repeat(100_000)] {
        let id = provider.create(NewApiKey::new(name)).await.unwrap().key.id;
        assert_eq!(provider.get(&id).await.unwrap().name.as_deref(), Some(name));
    }
}

#[tokio::test]
async fn empty_and_default_scopes_differ() {
    let Some(server) = server(&[]) else { return };
    let provider = connect(&server);
    let scopes = async |new| provider.create(new).await.unwrap().key.scopes.unwrap();

    assert_eq!(scopes(NewApiKey::new("x")).await, ["VALIDATION-USER"]);
    assert_eq!(scopes(NewApiKey::new("x").scopes([""; 0])).await, [""; 0]);
    let twice = ["TASK-ADMIN", "ORG-AUDITOR", "TASK-ADMIN"];
    assert_eq!(scopes(NewApiKey::new("x").scopes(twice)).await, twice);
}

#[tokio::test]
async fn times_use_the_configured_zone() {
    let zone = "America/New_York";
    let Some(server) = server(&[("MODE", "documented"), ("TZ", zone)]) else { return };
    let before = Timestamp::now() - Duration::from_secs(1);
    let id = connect(&server).create(NewApiKey::new("x")).await.unwrap().key.id;
    let after = Timestamp::now();

    let there = config(&server).time_zone(zone).build().unwrap().get(&id).await.unwrap();
    let created = there.created_at.unwrap();
    assert!(before <= created && created <= after, "{before} {created} {after}");
    // In another time zone it is another time; without a time zone it is not parsed.
    let elsewhere = config(&server).time_zone("UTC").build().unwrap().get(&id).await.unwrap();
    assert!(elsewhere.created_at.unwrap() < before - Duration::from_secs(3600));
    let nowhere = connect(&server).get(&id).await.unwrap();
    assert_eq!(nowhere.created_at, None);
    assert_eq!(nowhere.extra["created_at"], there.extra["created_at"]);
}

#[tokio::test]
async fn redirect_is_not_followed() {
    let Some(server) = server(&[]) else { return };
    let provider = config(&server).collection_slash(false).build().unwrap();
    let error = provider.create(NewApiKey::new("x")).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.effect(), error.status()),
        (ErrorKind::Configuration, Effect::NotApplied, Some(307))
    );
    assert!(connect(&server).list(ListQuery::new()).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn mount_path_is_configurable() {
    let Some(server) = server(&[]) else { return };
    let provider = config(&server).prefix("/nothing/here").build().unwrap();
    let error = provider.create(NewApiKey::new("x")).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Configuration, Effect::NotApplied));
}

/// Sends the same requests to the service and to its emulator.
async fn probe(json: &str, mode: fastapi::Mode, most: u32) -> (Probes, Option<[Vec<Outcome>; 2]>) {
    let probes = Probes::parse(json);
    let name = match mode {
        fastapi::Mode::Documented => "documented",
        _ => "observed",
    };
    let Some(server) = server(&[("MODE", name), ("MAX_API_KEYS", &most.to_string())]) else {
        return (probes, None);
    };
    let emulator = Emulator::builder(mode).token(MASTER_KEY).max_active(most).start().await.unwrap();
    let values = [("token", MASTER_KEY), ("read_only", fastapi::READ_ONLY_TOKEN)];
    let real = probes.run(server.base_url(), values).await;
    let emulated = probes.run(emulator.base_url(), values).await;
    (probes, Some([real, emulated]))
}

#[tokio::test]
async fn emulator_matches_the_service() {
    for (json, most) in
        [(include_str!("../probes/fastapi.json"), 100), (include_str!("../probes/fastapi-full.json"), 2)]
    {
        let (probes, Some([real, emulated])) = probe(json, fastapi::Mode::Observed, most).await else {
            return;
        };
        assert_none(probes.surprises(&real));
        assert_none(probes.differences(("service", &real), ("emulator", &emulated)));
    }
}

#[tokio::test]
async fn emulator_matches_the_documented_service() {
    for (json, most) in
        [(include_str!("../probes/fastapi.json"), 100), (include_str!("../probes/fastapi-full.json"), 2)]
    {
        let (probes, Some([real, emulated])) = probe(json, fastapi::Mode::Documented, most).await else {
            return;
        };
        assert_none(probes.differences(("service", &real), ("emulator", &emulated)));
    }
}

#[track_caller]
fn assert_none(found: Vec<String>) {
    assert!(found.is_empty(), "{} found:\n{}", found.len(), found.join("\n"));
}

#[tokio::test]
async fn served_document_matches_ours() {
    let Some(server) = server(&[]) else { return };
    let response = ask("GET", &format!("{}/openapi.json", server.base_url()), &[]).await.unwrap();
    let theirs: Value = serde_json::from_slice(response.body()).unwrap();
    let ours: Value = serde_json::from_str(include_str!("../../../openapi/fastapi/openapi.json")).unwrap();
    let compare = |theirs, ours| {
        let names = [
            ("NewApiKeyRequest", "CreateApiKeyRequest"),
            ("APIKeysRolesEnum", "Role"),
            ("ApiKeyResponse", "ApiKey"),
            ("HTTPValidationError", "ErrorResponse"),
        ];
        differences(&document::renamed(theirs, &names), &ours)
    };
    let schema = |their_name, our_name| {
        compare(document::schema(&theirs, their_name), document::schema(&ours, our_name))
    };

    let all = ["POST /auth/api_keys/", "GET /auth/api_keys/", GET, DEACTIVATE];
    let every_failure =
        ["401: ErrorResponse", "403: ErrorResponse", "500: ErrorResponse", "500: string as text/plain"];
    let mut listed: Vec<_> = all
        .iter()
        .flat_map(|operation| every_failure.map(|response| format!("+ {operation} {response}")))
        .collect();
    listed.extend(["400: ErrorResponse", "404: ErrorResponse"].map(|response| format!("+ {GET} {response}")));
    listed.extend(
        ["400: ErrorResponse", "404: ErrorResponse"].map(|response| format!("+ {DEACTIVATE} {response}")),
    );
    listed.push(format!("+ {DEACTIVATE} 204: nothing"));
    listed.push("+ POST /auth/api_keys/ 400: ErrorResponse".to_owned());
    // One type of the service's document corresponds to two of ours: with and without the secret.
    listed.push("- POST /auth/api_keys/ 200: ApiKey".to_owned());
    listed.push("+ POST /auth/api_keys/ 200: IssuedApiKey".to_owned());
    assert_listed(compare(document::operations(&theirs), document::operations(&ours)), &listed);

    let request = [
        "- description?: string | null",
        "+ description?: string",
        "- roles?: [Role] | null, default [\"VALIDATION-USER\"]",
        "+ roles?: [Role], default [\"VALIDATION-USER\"]",
    ];
    assert_listed(schema("NewApiKeyRequest", "CreateApiKeyRequest"), &request);
    assert_listed(schema("APIKeysRolesEnum", "Role"), &[""; 0]);

    let both = [
        "- id: string",
        "+ id: string uuid",
        "- created_at: string date-time",
        "+ created_at: string date-time-local",
        "- description?: string | null",
        "+ description?: string",
        "- message?: string | null",
        "+ message?: string",
        "- roles?: [string], default []",
        "+ roles?: [string]",
        "- key?: string | null",
        "- deactivated_at?: string date-time | null",
    ];
    let listed = [&both[..], &["+ deactivated_at?: string date-time-local"]].concat();
    assert_listed(schema("ApiKeyResponse", "ApiKey"), &listed);
    let listed = [&both[..], &["+ key: string password"]].concat();
    assert_listed(schema("ApiKeyResponse", "IssuedApiKey"), &listed);

    let error = ["- detail?: [ValidationError]", "+ detail?: ErrorDetail"];
    assert_listed(schema("HTTPValidationError", "ErrorResponse"), &error);
    let fault = ["- loc: [string | integer]", "+ loc: [LocationPart]", "- input?: any"];
    assert_listed(schema("ValidationError", "ValidationError"), &fault);
}

const GET: &str = "GET /auth/api_keys/{api_key_id}";
const DEACTIVATE: &str = "DELETE /auth/api_keys/deactivate/{api_key_id}";
