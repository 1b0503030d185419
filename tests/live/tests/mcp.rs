//! The MCP provider and emulator against the service in `tests/servers/mcp`, in each of its generations.

use std::sync::Arc;
use std::time::Duration;

use api_keys::mcp::{CredentialPlace, Mcp, McpConfig};
use api_keys_conformance as conformance;
use api_keys_core::{
    ApiKeyProvider, ApiKeyProviderExt as _, Effect, ErrorKind, KeyExpiry, KeyId, KeyStatus, ListQuery,
    NewApiKey, RecordState, RevokeOptions, RotateOptions, SecretKey, Timestamp,
};
use api_keys_emulator::{Emulator, mcp};
use api_keys_live_tests::declared;
use api_keys_live_tests::document::{self, assert_listed, differences};
use api_keys_live_tests::exchange::ask;
use api_keys_live_tests::probe::Probes;
use api_keys_live_tests::python::Server;
use futures_util::future::join_all;
use serde_json::Value;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A generation of the service, and the location of the token.
const GENERATIONS: [(&str, CredentialPlace); 3] = [
    ("bearer", CredentialPlace::Header),
    ("middle", CredentialPlace::Header),
    ("body", CredentialPlace::Body),
];

fn server(generation: &str) -> Option<Server> {
    // Times without an offset are UTC, regardless of the time zone of the server.
    Server::start("mcp", &[("GENERATION", generation), ("TZ", "America/New_York")])
}

fn connect(server: &Server, user: &str, place: CredentialPlace) -> Mcp {
    let token = server.value(&format!("/tokens/{user}"));
    McpConfig::new(server.base_url(), token).credential_place(place).build().unwrap()
}

/// Returns whether the gateway of the service accepts a key.
async fn is_live(server: &Server, secret: &SecretKey) -> bool {
    let url = format!("{}/api/v1/api-keys/validate", server.base_url());
    ask("POST", &url, &[("x-api-key", secret.expose())]).await.unwrap().status() == 200
}

#[tokio::test]
async fn lifecycle_in_every_generation() {
    for (generation, place) in GENERATIONS {
        let Some(server) = server(generation) else { return };
        let provider = connect(&server, "alice", place);

        let issued = provider.create(NewApiKey::new("export").expires_in(30 * DAY)).await.unwrap();
        let id = &issued.key.id;
        assert_eq!(issued.key.name.as_deref(), Some("export"));
        assert!(is_live(&server, &issued.secret).await);
        let key = provider.get(id).await.unwrap();
        assert_eq!((key.status, key.name.as_deref()), (KeyStatus::Active, Some("export")));
        assert!(key.last_used_at.is_some());

        let rotated = provider.rotate(id, RotateOptions::new()).await.unwrap();
        assert_eq!(rotated.key.id, *id);
        assert!(!is_live(&server, &issued.secret).await);
        assert!(is_live(&server, &rotated.secret).await);
        let mut after = provider.get(id).await.unwrap();
        after.last_used_at = key.last_used_at;
        assert_eq!(after, key);

        let revocation = provider.revoke(id, RevokeOptions::new()).await.unwrap();
        assert_eq!((revocation.record, revocation.reversible), (RecordState::Removed, false));
        assert!(!is_live(&server, &rotated.secret).await);
        assert!(provider.find(id).await.unwrap().is_none());
        assert!(provider.list(ListQuery::new()).await.unwrap().items.is_empty());
        provider.revoke(id, RevokeOptions::new()).await.unwrap();
        provider.delete(id).await.unwrap();
    }
}

#[tokio::test]
async fn declared_keys_converge() {
    let Some(server) = server("bearer") else { return };
    let provider = Arc::new(connect(&server, "alice", CredentialPlace::Header));
    let is_live = async |secret: &SecretKey| is_live(&server, secret).await;
    declared::check(provider, "expires = \"30d\"", "expires = \"60d\"", is_live).await;
}

#[tokio::test]
async fn conformance_in_every_generation() {
    for (generation, place) in GENERATIONS {
        let Some(server) = server(generation) else { return };
        let provider = connect(&server, "alice", place);
        let server = Arc::new(server);
        let options = conformance::Options::new().min_expiry(DAY).secret_is_live(move |secret| {
            let server = Arc::clone(&server);
            async move { is_live(&server, &secret).await }
        });
        let report = conformance::run(&provider, options).await;
        println!("{generation}: {report}");
        report.assert_passed();
    }
}

#[tokio::test]
async fn times_with_and_without_zone_are_equal() {
    for (generation, place) in GENERATIONS {
        let Some(server) = server(generation) else { return };
        let provider = connect(&server, "alice", place);
        let before = Timestamp::now() - Duration::from_secs(1);
        let issued = provider.create(NewApiKey::new("x").expires_in(2 * DAY)).await.unwrap().key;
        let after = Timestamp::now();

        // Old servers omit it in this response.
        assert_eq!(issued.created_at.is_some(), generation == "bearer");
        let key = provider.get(&issued.id).await.unwrap();
        let created = key.created_at.unwrap();
        assert!(before <= created && created <= after, "{generation}: {before} {created} {after}");
        assert_eq!(key.expiry, KeyExpiry::At(created + 2 * DAY));
        assert_eq!(issued.expiry, key.expiry);
    }
}

#[tokio::test]
async fn misplaced_token_is_missing() {
    for (generation, place) in GENERATIONS {
        let Some(server) = server(generation) else { return };
        let other = match place {
            CredentialPlace::Header => CredentialPlace::Body,
            _ => CredentialPlace::Header,
        };
        let provider = connect(&server, "alice", other);
        let error = provider.list(ListQuery::new()).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Unauthenticated, Some(401)), "{generation}");
        let error = provider.create(NewApiKey::new("x")).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::Unauthenticated, Effect::NotApplied),
            "{generation}"
        );
    }
}

#[tokio::test]
async fn invalid_tokens_are_rejected() {
    for (generation, place) in GENERATIONS {
        let Some(server) = server(generation) else { return };
        for bad in ["expired", "other_audience", "unknown_signer"] {
            let error = connect(&server, bad, place).list(ListQuery::new()).await.unwrap_err();
            assert_eq!((error.kind(), error.status()), (ErrorKind::Unauthenticated, Some(401)), "{bad}");
        }
        let issued = connect(&server, "alice", place).create(NewApiKey::new("x")).await.unwrap();
        for bad in ["nonsense", issued.secret.expose()] {
            let provider = McpConfig::new(server.base_url(), bad).credential_place(place).build().unwrap();
            let error = provider.create(NewApiKey::new("x")).await.unwrap_err();
            assert_eq!((error.kind(), error.effect()), (ErrorKind::Unauthenticated, Effect::NotApplied));
        }
    }
}

#[tokio::test]
async fn user_has_at_most_five_keys() {
    for (generation, place) in GENERATIONS {
        let Some(server) = server(generation) else { return };
        let provider = connect(&server, "alice", place);
        // Concurrently: the service alone would accept all of them and keep the last one written.
        let created = join_all((0..5).map(|n| provider.create(NewApiKey::new(format!("key {n}"))))).await;
        let ids: Vec<_> = created.into_iter().map(|issued| issued.unwrap().key.id).collect();
        assert_eq!(provider.list(ListQuery::new()).await.unwrap().items.len(), 5);

        let error = provider.create(NewApiKey::new("sixth")).await.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (ErrorKind::LimitReached, Effect::NotApplied));
        assert!(connect(&server, "bob", place).create(NewApiKey::new("another's")).await.is_ok());

        join_all(ids[..2].iter().map(|id| provider.revoke(id, RevokeOptions::new()))).await;
        assert!(provider.create(NewApiKey::new("sixth")).await.is_ok());
        assert_eq!(provider.list(ListQuery::new()).await.unwrap().items.len(), 4);
    }
}

#[tokio::test]
async fn users_access_only_their_own_keys() {
    for (generation, place) in GENERATIONS {
        let Some(server) = server(generation) else { return };
        let (alice, bob) = (connect(&server, "alice", place), connect(&server, "bob", place));
        let issued = alice.create(NewApiKey::new("hers")).await.unwrap();
        let id = &issued.key.id;

        assert!(bob.list(ListQuery::new()).await.unwrap().items.is_empty());
        assert!(bob.find(id).await.unwrap().is_none());
        let error = bob.rotate(id, RotateOptions::new()).await.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (ErrorKind::NotFound, Effect::NotApplied));
        // The service reports success for any id.
        bob.revoke(id, RevokeOptions::new()).await.unwrap();
        assert!(is_live(&server, &issued.secret).await);
    }
}

#[tokio::test]
async fn names_round_trip() {
    for (generation, place) in GENERATIONS {
        let Some(server) = server(generation) else { return };
        let provider = connect(&server, "alice", place);
        for name in [" ", "Schlüssel: 鍵 🔑\n\"\\\u{0}\u{7f}", &"x".repeat(10_000)] {
            let id = provider.create(NewApiKey::new(name)).await.unwrap().key.id;
            assert_eq!(provider.get(&id).await.unwrap().name.as_deref(), Some(name));
            provider.delete(&id).await.unwrap();
        }
    }
}

#[tokio::test]
async fn ids_are_one_segment() {
    for (generation, place) in GENERATIONS {
        let Some(server) = server(generation) else { return };
        let provider = connect(&server, "alice", place);
        for id in ["nope", "100%", "鍵", "a?b#c", "a b", "validate"] {
            let id = KeyId::new(id).unwrap();
            assert!(provider.find(&id).await.unwrap().is_none());
            let error = provider.rotate(&id, RotateOptions::new()).await.unwrap_err();
            assert_eq!((error.kind(), error.status()), (ErrorKind::NotFound, Some(404)), "{id}: {error}");
            let message = error.vendor_message().unwrap();
            assert!(message.contains(&format!("'{id}'")), "{message}");
            provider.revoke(&id, RevokeOptions::new()).await.unwrap();
        }
    }
}

/// Sends the same requests to a generation of the service and to its emulator, compares the responses, and returns the
/// deviations from the known ones.
async fn compare(json: &str, generation: &str, emulated: mcp::Generation) -> Vec<String> {
    let probes = Probes::parse(json);
    let Some(server) = server(generation) else { return Vec::new() };
    let token = server.value("/tokens/alice");
    let emulator = Emulator::builder(emulated).token(token).start().await.unwrap();
    let values = [("token", token), ("unknown_signer", server.value("/tokens/unknown_signer"))];
    let real = probes.run(server.base_url(), values).await;
    let emulated = probes.run(emulator.base_url(), values).await;
    assert_none(probes.differences(("service", &real), ("emulator", &emulated)));
    probes.surprises(&real)
}

#[track_caller]
fn assert_none(found: Vec<String>) {
    assert!(found.is_empty(), "{} found:\n{}", found.len(), found.join("\n"));
}

#[tokio::test]
async fn emulator_matches_the_current_service() {
    assert_none(compare(include_str!("../probes/mcp.json"), "bearer", mcp::Generation::Bearer).await);
}

#[tokio::test]
async fn emulator_matches_the_transitional_service() {
    // The known responses are those of another generation.
    let _ = compare(include_str!("../probes/mcp.json"), "middle", mcp::Generation::Zoneless).await;
}

#[tokio::test]
async fn emulator_matches_the_documented_service() {
    let found =
        compare(include_str!("../probes/mcp-body.json"), "body", mcp::Generation::BodyCredentials).await;
    assert_none(found);
}

const LIST: &str = "GET /api/v1/api-keys/";
const CREATE: &str = "POST /api/v1/api-keys/";
const ROTATE: &str = "POST /api/v1/api-keys/{key_id}/rotate";
const REVOKE: &str = "DELETE /api/v1/api-keys/{key_id}";

async fn served(generation: &str) -> Option<Value> {
    let server = server(generation)?;
    let response = ask("GET", &format!("{}/openapi.json", server.base_url()), &[]).await.unwrap();
    Some(serde_json::from_slice(response.body()).unwrap())
}

#[tokio::test]
async fn documented_service_serves_our_document() {
    let Some(theirs) = served("body").await else { return };
    let ours: Value = serde_json::from_str(include_str!("../../../openapi/mcp/openapi.json")).unwrap();
    let compare = |theirs, ours| {
        let names = [
            ("Body_create_api_key_api_v1_api_keys__post", "WrappedCreateApiKeyRequest"),
            ("CreateAPIKeyRequest", "CreateApiKeyRequest"),
            ("HTTPAuthorizationCredentials", "HttpCredentials"),
            ("CreateAPIKeyResponse", "IssuedApiKey"),
            ("RotateAPIKeyResponse", "RotatedApiKey"),
            ("APIKeyResponse", "ApiKey"),
            ("HTTPValidationError", "ValidationErrorResponse"),
        ];
        differences(&document::renamed(theirs, &names), &ours)
    };
    let schema = |their_name, our_name| {
        compare(document::schema(&theirs, their_name), document::schema(&ours, our_name))
    };

    let everywhere = [
        ("+", "wants http bearer"),
        ("+", "400: ErrorResponse"),
        ("-", "401: nothing"),
        ("+", "401: ErrorResponse"),
        ("-", "403: nothing"),
        ("-", "429: nothing"),
        ("-", "500: nothing"),
        ("+", "500: ServerErrorResponse"),
        ("+", "500: string as text/plain"),
    ];
    let mut listed = Vec::new();
    for operation in [LIST, CREATE, ROTATE, REVOKE] {
        listed.extend(everywhere.map(|(sign, what)| format!("{sign} {operation} {what}")));
    }
    for operation in [LIST, ROTATE, REVOKE] {
        listed.push(format!("- {operation} body?: HttpCredentials | null"));
        listed.push(format!("+ {operation} body?: HttpCredentials"));
    }
    // The flat form is accepted in addition to the wrapped one.
    listed.push(format!("- {CREATE} body: WrappedCreateApiKeyRequest"));
    listed.push(format!("+ {CREATE} body: CreateApiKeyBody"));
    listed.push(format!("+ {ROTATE} 404: ErrorResponse"));
    listed.push(format!("+ {REVOKE} 404: ErrorResponse"));
    assert_listed(compare(document::operations(&theirs), document::operations(&ours)), &listed);

    let request = [
        "- expires_days?: integer, default 365",
        "+ expires_days?: integer, default 365, maximum 2900000, minimum 1",
    ];
    assert_listed(schema("CreateAPIKeyRequest", "CreateApiKeyRequest"), &request);
    let wrapped = ["- credentials?: HttpCredentials | null", "+ credentials: HttpCredentials"];
    assert_listed(
        schema("Body_create_api_key_api_v1_api_keys__post", "WrappedCreateApiKeyRequest"),
        &wrapped,
    );
    let credentials = ["- credentials: string", "+ credentials: string password"];
    assert_listed(schema("HTTPAuthorizationCredentials", "HttpCredentials"), &credentials);

    let key = [
        "- created: string",
        "+ created: string date-time",
        "- expires_at: string",
        "+ expires_at: string date-time",
        "- last_used?: string | null",
        "+ last_used: string date-time | null",
    ];
    assert_listed(schema("APIKeyResponse", "ApiKey"), &key);
    let advice = |text| format!("- message?: string, default \"{text}\"");
    let created = advice("API key created successfully. Save it securely - it will not be shown again.");
    let secret = ["- api_key: string", "+ api_key: string password", "+ message?: string", &created];
    assert_listed(schema("CreateAPIKeyResponse", "IssuedApiKey"), &[&key[..], &secret].concat());
    let rotated = advice("API key rotated successfully. Update your client configuration.");
    let secret = ["- new_api_key: string", "+ new_api_key: string password", "+ message?: string", &rotated];
    assert_listed(schema("RotateAPIKeyResponse", "RotatedApiKey"), &secret);

    let error = ["- detail?: [ValidationError]", "+ detail: [ValidationError]"];
    assert_listed(schema("HTTPValidationError", "ValidationErrorResponse"), &error);
    let fault = ["- loc: [string | integer]", "+ loc: [LocationPart]", "+ ctx?: object"];
    assert_listed(schema("ValidationError", "ValidationError"), &fault);
}

#[tokio::test]
async fn current_document_differs_in_bodies_only() {
    let (Some(then), Some(now)) = (served("body").await, served("bearer").await) else { return };
    let mut listed = [LIST, ROTATE, REVOKE]
        .map(|name| format!("- {name} body?: HTTPAuthorizationCredentials | null"))
        .to_vec();
    listed.push(format!("- {LIST} 422: HTTPValidationError"));
    listed.push(format!("- {CREATE} body: Body_create_api_key_api_v1_api_keys__post"));
    listed.push(format!("+ {CREATE} body: CreateAPIKeyRequest"));
    assert_listed(differences(&document::operations(&then), &document::operations(&now)), &listed);
}
