//! Contract tests: requests and responses, compared to the document.

use std::sync::LazyLock;

use api_keys_clerk::types::{
    CreateApiKeyRequest, IncludeInvalid, RevokeApiKeyRequest, UpdateApiKeyRequest, VerifyApiKeyRequest,
};
use api_keys_clerk::{CAPABILITIES, ClerkConfig, Client, ListApiKeysOptions};
use api_keys_contract_tests::checks::optional;
use api_keys_contract_tests::mock_server::{Server, VendorServer, response_with};
use api_keys_contract_tests::outcome::everything_shown;
use api_keys_contract_tests::{
    Args, CREDENTIAL, Calls, Connection, Document, Vendor, contract_tests, issued, plain, without_retries,
};
use api_keys_core::{ApiKeyProvider as _, InvalidReason, KeyExpiry, SecretKey, Verification};
use serde_json::json;

static VENDOR: Vendor = Vendor {
    name: "clerk",
    document: LazyLock::new(|| Document::of("clerk")),
    capabilities: CAPABILITIES,
    base_path: "/v1",
    default_path: "",
    id: "ak_0123456789abcdef0123456789abcdef",
    owner: OWNER,
    inactive_query: Some("include_invalid=true"),
    rejects_secret: |status, _| status == 404,
    connect: |base_url, credential| {
        let provider = ClerkConfig::new(credential).base_url(base_url).http(without_retries()).build()?;
        let client = provider.client().clone();
        Ok(Connection::new(provider, client, CALLS))
    },
};

const OWNER: &str = "user_0123456789abcdefghijklmnopq";

const CALLS: &Calls<Client> = &[
    ("createApiKey", |client, args| {
        Box::pin(async { issued(client.create_api_key(&create(args)).await, |key| &key.secret) })
    }),
    ("listApiKeys", |client, args| Box::pin(async { plain(client.list_api_keys(OWNER, &list(args)).await) })),
    ("getApiKey", |client, args| Box::pin(async { plain(client.get_api_key(args.id).await) })),
    ("updateApiKey", |client, args| {
        Box::pin(async { plain(client.update_api_key(args.id, &update(args)).await) })
    }),
    ("deleteApiKey", |client, args| Box::pin(async { plain(client.delete_api_key(args.id).await) })),
    ("getApiKeySecret", |client, args| {
        Box::pin(async { issued(client.get_api_key_secret(args.id).await, |key| &key.secret) })
    }),
    ("revokeApiKey", |client, args| {
        Box::pin(async { plain(client.revoke_api_key(args.id, &revoke(args)).await) })
    }),
    ("verifyApiKey", |client, _| {
        Box::pin(async {
            plain(client.verify_api_key(&VerifyApiKeyRequest::new("ak_secret_to_verify")).await)
        })
    }),
];

fn create(args: &Args<'_>) -> CreateApiKeyRequest {
    let request = CreateApiKeyRequest::new("nightly export", OWNER);
    match args.all {
        false => request,
        true => request
            .r#type("api_key")
            .description("Reads the warehouse at night.")
            .claims(json!({ "team": "data" }))
            .scopes(["files:read"])
            .created_by(OWNER)
            .seconds_until_expiration(7_776_000.0),
    }
}

fn list(args: &Args<'_>) -> ListApiKeysOptions {
    match args.all {
        false => ListApiKeysOptions::new(),
        true => ListApiKeysOptions::new()
            .r#type("api_key")
            .include_invalid(IncludeInvalid::True)
            .limit(10)
            .offset(20)
            .query("a b&c=d"),
    }
}

fn update(args: &Args<'_>) -> UpdateApiKeyRequest {
    match args.all {
        false => UpdateApiKeyRequest::new(),
        true => UpdateApiKeyRequest::new()
            .description("Reads the warehouse weekly.".to_owned())
            .claims(json!({ "team": "data" }))
            .scopes(["files:read"])
            .subject(OWNER)
            .seconds_until_expiration(86_400.0),
    }
}

fn revoke(args: &Args<'_>) -> RevokeApiKeyRequest {
    match args.all {
        false => RevokeApiKeyRequest::new(),
        true => RevokeApiKeyRequest::new().revocation_reason("leaked"),
    }
}

contract_tests!(VENDOR);

#[tokio::test]
async fn api_version_is_sent() {
    let server = Server::start().await;
    let config = ClerkConfig::new(CREDENTIAL).base_url(server.uri()).api_version("2025-11-10");
    let _ = config.build().unwrap().get(&VENDOR.key_id()).await;
    assert_eq!(server.requests().await[0].headers["clerk-api-version"], "2025-11-10");
}

#[tokio::test]
async fn echoed_secret_is_redacted() {
    const SECRET: &str = "ak_secret_in_question";
    let server = VendorServer::new(&VENDOR).await;
    let body =
        json!({ "errors": [{ "code": "bad", "message": SECRET, "long_message": format!("not {SECRET}") }] });
    server.respond(response_with(400, body.to_string(), "application/json")).await;
    let error = server.connection.provider.verify(&SecretKey::new(SECRET)).await.unwrap_err();
    assert_eq!(error.vendor_message(), Some("not [redacted]"));
    assert!(!everything_shown(&error).contains(SECRET), "{error:?}");
}

#[tokio::test]
async fn invalid_secret_with_success_status() {
    let server = VendorServer::new(&VENDOR).await;
    let examples =
        &VENDOR.document.operation("verifyApiKey").responses[&200].content["application/json"].examples;
    for (name, reason) in
        [("good", None), ("revoked", Some(InvalidReason::Revoked)), ("expired", Some(InvalidReason::Expired))]
    {
        server.respond(response_with(200, examples[name].value.to_string(), "application/json")).await;
        match server.connection.provider.verify(&SecretKey::new("ak_secret_to_verify")).await.unwrap() {
            Verification::Valid(key) => assert!(reason.is_none() && key.id.as_str() == VENDOR.id, "{name}"),
            Verification::Invalid(reported) => assert_eq!(Some(reported), reason, "{name}"),
        }
    }
}

#[tokio::test]
async fn metadata_is_unchanged() {
    optional::metadata_is_unchanged(&VENDOR, "claims").await;
}

#[tokio::test]
async fn null_expiration_means_never() {
    let key = json!({
        "object": "api_key", "id": "ak_1", "type": "api_key", "subject": "user_1", "name": "ci", "claims": null,
        "scopes": [], "revoked": false, "revocation_reason": null, "expired": false, "created_by": null,
        "last_used_at": null, "created_at": 1716883200000.0, "updated_at": 1716883200
    });
    let expirations = optional::null_and_missing_expiration(&VENDOR, key, "expiration").await;
    assert_eq!(expirations, [KeyExpiry::Never, KeyExpiry::Unknown]);
}
