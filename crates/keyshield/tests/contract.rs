//! Contract tests: requests and responses, compared to the document.

use std::sync::LazyLock;

use api_keys_contract_tests::mock_server::{Server, response_with};
use api_keys_contract_tests::perform::perform;
use api_keys_contract_tests::{
    Args, CREDENTIAL, Calls, Connection, Document, Vendor, contract_tests, issued, plain, without_retries,
};
use api_keys_core::{ApiKeyProvider as _, ErrorKind, InvalidReason, Operation, SecretKey, Verification};
use api_keys_keyshield::types::{
    CreateApiKeyRequest, SearchApiKeysRequest, SortBy, UpdateApiKeyRequest, VerifyApiKeyRequest,
};
use api_keys_keyshield::{CAPABILITIES, Client, KeyshieldConfig, ListApiKeysOptions, SearchApiKeysOptions};
use serde_json::json;

static VENDOR: Vendor = Vendor {
    name: "keyshield",
    document: LazyLock::new(|| Document::of("keyshield")),
    capabilities: CAPABILITIES,
    base_path: "/mounted",
    default_path: "",
    id: "8f14e45fceea467f9a1b2c3d4e5f6071",
    owner: "",
    inactive_query: None,
    // The status is also that of an invalid credential.
    rejects_secret: |_, body| {
        body.is_some_and(|body| {
            let detail = body["detail"].as_str().unwrap_or_default();
            matches!(detail, "API key invalid" | "API key inactive" | "API key expired")
        })
    },
    connect: |base_url, credential| {
        let provider = KeyshieldConfig::new(base_url, credential).http(without_retries()).build()?;
        let client = provider.client().clone();
        Ok(Connection::new(provider, client, CALLS))
    },
};

const CALLS: &Calls<Client> = &[
    ("createApiKey", |client, args| {
        Box::pin(async { issued(client.create_api_key(&create(args)).await, |key| &key.api_key) })
    }),
    ("listApiKeys", |client, args| Box::pin(async { plain(client.list_api_keys(&list(args)).await) })),
    ("searchApiKeys", |client, args| {
        let (request, options) = search(args);
        Box::pin(async move { plain(client.search_api_keys(&request, &options).await) })
    }),
    ("verifyApiKey", |client, args| Box::pin(async { plain(client.verify_api_key(&verify(args)).await) })),
    ("getApiKey", |client, args| Box::pin(async { plain(client.get_api_key(args.id).await) })),
    ("updateApiKey", |client, args| {
        Box::pin(async { plain(client.update_api_key(args.id, &update(args)).await) })
    }),
    ("deleteApiKey", |client, args| Box::pin(async { plain(client.delete_api_key(args.id).await) })),
    ("activateApiKey", |client, args| Box::pin(async { plain(client.activate_api_key(args.id).await) })),
    ("deactivateApiKey", |client, args| Box::pin(async { plain(client.deactivate_api_key(args.id).await) })),
];

const TIME: &str = "2027-02-18T21:21:56Z";

fn create(args: &Args<'_>) -> CreateApiKeyRequest {
    let request = CreateApiKeyRequest::new("nightly export");
    match args.all {
        false => request,
        true => request
            .description("Reads the warehouse at night.")
            .with_is_active(false)
            .scopes(["files:read"])
            .expires_at(TIME),
    }
}

fn list(args: &Args<'_>) -> ListApiKeysOptions {
    match args.all {
        false => ListApiKeysOptions::new(),
        true => ListApiKeysOptions::new().offset(20).limit(10),
    }
}

fn search(args: &Args<'_>) -> (SearchApiKeysRequest, SearchApiKeysOptions) {
    match args.all {
        false => (SearchApiKeysRequest::new(), SearchApiKeysOptions::new()),
        true => (
            SearchApiKeysRequest::new()
                .with_is_active(true)
                .expires_before(TIME)
                .expires_after(TIME)
                .created_before(TIME)
                .created_after(TIME)
                .last_used_before(TIME)
                .last_used_after(TIME)
                .never_used(false)
                .scopes_contain_all(["files:read"])
                .scopes_contain_any(["files:write"])
                .name_contains("export")
                .name_exact("nightly export")
                .order_by(SortBy::Id)
                .order_desc(false),
            SearchApiKeysOptions::new().offset(20).limit(10),
        ),
    }
}

fn verify(args: &Args<'_>) -> VerifyApiKeyRequest {
    let request = VerifyApiKeyRequest::new("ak_secret_to_verify");
    match args.all {
        false => request,
        true => request.required_scopes(["files:read"]),
    }
}

fn update(args: &Args<'_>) -> UpdateApiKeyRequest {
    match args.all {
        false => UpdateApiKeyRequest::new(),
        true => UpdateApiKeyRequest::new()
            .name("weekly export")
            .description("Reads the warehouse weekly.")
            .with_is_active(false)
            .scopes(["files:read"])
            .expires_at(TIME)
            .clear_expires(false),
    }
}

contract_tests!(VENDOR);

#[tokio::test]
async fn mount_is_configurable() {
    let server = Server::start().await;
    let config = KeyshieldConfig::new(server.uri(), CREDENTIAL)
        .prefix("/internal/keys")
        .collection_slash(false)
        .header("X-API-Key");
    let provider = config.build().unwrap();
    for (operation, method, path) in [
        (Operation::Create, "POST", "/internal/keys".to_owned()),
        (Operation::List, "POST", "/internal/keys/search".to_owned()),
        (Operation::Get, "GET", format!("/internal/keys/{}", VENDOR.id)),
        (Operation::Revoke, "POST", format!("/internal/keys/{}/deactivate", VENDOR.id)),
        (Operation::Verify, "POST", "/internal/keys/verify".to_owned()),
    ] {
        server.respond(response_with(422, "", "")).await;
        let _ = perform(&VENDOR, &provider, operation, &VENDOR.key_id()).await;
        let requested = server.requests().await;
        assert_eq!((requested[0].method.as_str(), requested[0].url.path()), (method, &*path));
        assert_eq!(requested[0].headers["x-api-key"], CREDENTIAL);
        assert!(!requested[0].headers.contains_key("authorization"));
    }
}

/// An application can check its own credentials with keyshield, which then reports the same details for both.
#[tokio::test]
async fn secret_and_credential_are_distinguished() {
    let server = Server::start().await;
    let provider = KeyshieldConfig::new(server.uri(), CREDENTIAL).build().unwrap();
    let secret = SecretKey::new("ak_v1-0123456789abcdef-secret");
    for (status, detail, reason, kind) in [
        (401, "API key invalid", InvalidReason::NotFound, ErrorKind::Unauthenticated),
        (403, "API key inactive", InvalidReason::Disabled, ErrorKind::PermissionDenied),
        (403, "API key expired", InvalidReason::Expired, ErrorKind::PermissionDenied),
    ] {
        let response = response_with(status, json!({ "detail": detail }).to_string(), "application/json");
        server.respond(response.clone()).await;
        assert_eq!(provider.verify(&secret).await.unwrap(), Verification::Invalid(reason));

        server.respond(response.insert_header("www-authenticate", "API Key")).await;
        assert_eq!(provider.verify(&secret).await.unwrap_err().kind(), kind);
    }
}

#[tokio::test]
async fn blank_secret_sends_nothing() {
    let server = Server::start().await;
    let provider = KeyshieldConfig::new(server.uri(), CREDENTIAL).build().unwrap();
    for blank in ["", " ", "\t\n"] {
        let verdict = provider.verify(&SecretKey::new(blank)).await.unwrap();
        assert_eq!(verdict, Verification::Invalid(InvalidReason::NotFound));
    }
    assert!(server.requests().await.is_empty());
}
