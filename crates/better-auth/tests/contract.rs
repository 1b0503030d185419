//! Contract tests: requests and responses, compared to the document.

use std::sync::LazyLock;

use api_keys_better_auth::errors::ListApiKeysError;
use api_keys_better_auth::types::{
    CreateApiKeyRequest, DeleteApiKeyRequest, ErrorResponse, SortDirection, UpdateApiKeyRequest,
};
use api_keys_better_auth::{
    BetterAuthConfig, CAPABILITIES, Client, Credential, GetApiKeyOptions, ListApiKeysOptions,
};
use api_keys_contract_tests::checks::optional;
use api_keys_contract_tests::mock_server::{Server, response_with};
use api_keys_contract_tests::perform::requests;
use api_keys_contract_tests::validator::Validator;
use api_keys_contract_tests::{
    Args, CREDENTIAL, Calls, Connection, Document, Vendor, contract_tests, issued, plain, without_retries,
};
use api_keys_core::{ApiKeyProvider as _, ErrorKind, KeyExpiry, ListQuery};
use serde_json::{Map, Value, json};

static VENDOR: Vendor = Vendor {
    name: "better-auth",
    document: LazyLock::new(|| Document::of("better-auth")),
    capabilities: CAPABILITIES,
    base_path: "/api/auth",
    default_path: "/api/auth",
    id: "Qm4T0ZkVh2sYb8NdLw6RcXe1JuPf5aGo",
    owner: "u7Kd2mXwQ9",
    inactive_query: None,
    rejects_secret: |status, _| status == 404,
    connect: |base_url, credential| {
        let provider = BetterAuthConfig::new(base_url, credential).http(without_retries()).build()?;
        let client = provider.client().clone();
        Ok(Connection::new(provider, client, CALLS))
    },
};

const CALLS: &Calls<Client> = &[
    ("createApiKey", |client, args| {
        Box::pin(async { issued(client.create_api_key(&create(args)).await, |key| &key.key) })
    }),
    ("getApiKey", |client, args| Box::pin(async { plain(client.get_api_key(args.id, &get(args)).await) })),
    ("listApiKeys", |client, args| Box::pin(async { plain(client.list_api_keys(&list(args)).await) })),
    ("updateApiKey", |client, args| Box::pin(async { plain(client.update_api_key(&update(args)).await) })),
    ("deleteApiKey", |client, args| Box::pin(async { plain(client.delete_api_key(&delete(args)).await) })),
];

fn create(args: &Args<'_>) -> CreateApiKeyRequest {
    match args.all {
        false => CreateApiKeyRequest::new(),
        true => CreateApiKeyRequest::new()
            .name("nightly export")
            .expires_in(7_776_000.0)
            .prefix("exp_")
            .metadata(metadata())
            .config_id("ci")
            .organization_id("org"),
    }
}

fn get(args: &Args<'_>) -> GetApiKeyOptions {
    match args.all {
        false => GetApiKeyOptions::new(),
        true => GetApiKeyOptions::new().config_id("ci"),
    }
}

fn list(args: &Args<'_>) -> ListApiKeysOptions {
    match args.all {
        false => ListApiKeysOptions::new(),
        true => ListApiKeysOptions::new()
            .config_id("ci")
            .organization_id("org")
            .limit(10)
            .offset(20)
            .sort_by("createdAt")
            .sort_direction(SortDirection::Desc),
    }
}

fn update(args: &Args<'_>) -> UpdateApiKeyRequest {
    match args.all {
        false => UpdateApiKeyRequest::new(args.id),
        true => UpdateApiKeyRequest::new(args.id)
            .config_id("ci")
            .name("weekly export")
            .enabled(false)
            .expires_in(86_400.0)
            .metadata(metadata()),
    }
}

fn delete(args: &Args<'_>) -> DeleteApiKeyRequest {
    match args.all {
        false => DeleteApiKeyRequest::new(args.id),
        true => DeleteApiKeyRequest::new(args.id).config_id("ci"),
    }
}

fn metadata() -> Map<String, Value> {
    Map::from_iter([("team".to_owned(), json!("data"))])
}

contract_tests!(VENDOR);

#[tokio::test]
async fn api_key_is_a_credential() {
    let server = Server::start().await;
    let config = BetterAuthConfig::new(server.uri(), CREDENTIAL).credential(Credential::ApiKey);
    let requested = requests(&server, &VENDOR, &config.build().unwrap()).await;
    assert_eq!(requested.len(), 6);
    for request in &requested {
        assert!(Validator::new(&VENDOR.document, VENDOR.base_path).validate(request).is_ok());
        assert_eq!(request.headers["x-api-key"], CREDENTIAL);
        assert!(!request.headers.contains_key("authorization") && !request.headers.contains_key("cookie"));
    }
}

#[tokio::test]
async fn configuration_is_sent() {
    let server = Server::start().await;
    let config = BetterAuthConfig::new(server.uri(), CREDENTIAL).config_id("ci");
    let requested = requests(&server, &VENDOR, &config.build().unwrap()).await;
    assert_eq!(requested.len(), 6);
    for request in &requested {
        assert!(Validator::new(&VENDOR.document, VENDOR.base_path).validate(request).is_ok());
        let in_query = request.url.query_pairs().any(|(name, value)| name == "configId" && value == "ci");
        let in_body = request.body_json::<Value>().is_ok_and(|body| body["configId"] == "ci");
        assert!(in_query || in_body, "{} {}", request.method, request.url);
    }
}

#[tokio::test]
async fn metadata_is_unchanged() {
    optional::metadata_is_unchanged(&VENDOR, "metadata").await;
}

#[tokio::test]
async fn null_expiration_means_never() {
    let key = json!({
        "id": "1", "name": null, "prefix": null, "start": "abc", "enabled": true, "createdAt": "2026-01-01T00:00:00.000Z",
        "updatedAt": "2026-01-01T00:00:00.000Z", "lastRequest": null, "permissions": null, "rateLimitEnabled": true,
        "rateLimitMax": 10, "rateLimitTimeWindow": 86400000, "requestCount": 0, "remaining": null,
        "refillAmount": null, "refillInterval": null, "lastRefillAt": null, "referenceId": "u"
    });
    let expirations = optional::null_and_missing_expiration(&VENDOR, key, "expiresAt").await;
    assert_eq!(expirations, [KeyExpiry::Never, KeyExpiry::Unknown]);
}

#[tokio::test]
async fn optional_error_body_is_read() {
    let server = Server::start().await;
    let provider = BetterAuthConfig::new(server.uri(), CREDENTIAL).http(without_retries()).build().unwrap();
    for (status, code, kind, kind_without_body) in [
        (401, "INVALID_API_KEY", ErrorKind::Unauthenticated, ErrorKind::Unauthenticated),
        (401, "RATE_LIMITED", ErrorKind::RateLimited, ErrorKind::Unauthenticated),
        (500, "ORGANIZATION_PLUGIN_REQUIRED", ErrorKind::Configuration, ErrorKind::Unavailable),
    ] {
        let body = json!({ "message": "Not possible", "code": code });
        server.respond(response_with(status, body.to_string(), "application/json")).await;
        let error = provider.list(ListQuery::new()).await.unwrap_err();
        assert_eq!((error.kind(), error.vendor_code()), (kind, Some(code)));
        assert_eq!(error.vendor_message(), Some("Not possible"));
        let error = provider.client().list_api_keys(&ListApiKeysOptions::default()).await.unwrap_err();
        let documented = error.documented().unwrap();
        assert!(matches!(documented, ListApiKeysError::Unauthorized | ListApiKeysError::InternalServerError));
        assert_eq!(error.body_as::<ErrorResponse>().unwrap().code.as_deref(), Some(code));

        server.respond(response_with(status, "", "")).await;
        let error = provider.list(ListQuery::new()).await.unwrap_err();
        assert_eq!((error.kind(), error.vendor_code()), (kind_without_body, None));
        let error = provider.client().list_api_keys(&ListApiKeysOptions::default()).await.unwrap_err();
        assert_eq!(error.documented(), Some(documented));
    }
}
