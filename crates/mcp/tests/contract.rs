//! Contract tests: requests and responses, compared to the document.

use std::sync::LazyLock;

use api_keys_contract_tests::mock_server::{Server, response_with};
use api_keys_contract_tests::perform::{perform, supported};
use api_keys_contract_tests::validator::{About, Validator};
use api_keys_contract_tests::{
    Args, CREDENTIAL, Calls, Connection, Document, Vendor, contract_tests, issued, plain, without_retries,
};
use api_keys_core::ErrorKind;
use api_keys_mcp::types::{
    CreateApiKeyBody, CreateApiKeyRequest, HttpCredentials, WrappedCreateApiKeyRequest,
};
use api_keys_mcp::{CAPABILITIES, Client, CredentialPlace, McpConfig};
use serde_json::{Value, json};

static VENDOR: Vendor = Vendor {
    name: "mcp",
    document: LazyLock::new(|| Document::of("mcp")),
    capabilities: CAPABILITIES,
    base_path: "/mounted",
    default_path: "",
    id: "0f1e2d3c4b5a6978",
    owner: "",
    inactive_query: None,
    rejects_secret: |status, _| status == 404,
    connect: |base_url, credential| {
        let provider = McpConfig::new(base_url, credential).http(without_retries()).build()?;
        let client = provider.client().clone();
        Ok(Connection::new(provider, client, CALLS))
    },
};

const CALLS: &Calls<Client> = &[
    ("listApiKeys", |client, args| {
        Box::pin(async { plain(client.list_api_keys(credentials(args).as_ref()).await) })
    }),
    ("createApiKey", |client, args| {
        Box::pin(async { issued(client.create_api_key(&create(args)).await, |key| &key.api_key) })
    }),
    ("rotateApiKey", |client, args| {
        Box::pin(async {
            let response = client.rotate_api_key(args.id, credentials(args).as_ref()).await;
            issued(response, |key| &key.new_api_key)
        })
    }),
    ("revokeApiKey", |client, args| {
        Box::pin(async { plain(client.revoke_api_key(args.id, credentials(args).as_ref()).await) })
    }),
];

/// In the body they are for old servers only.
fn credentials(args: &Args<'_>) -> Option<HttpCredentials> {
    args.all.then(|| HttpCredentials::new("Bearer", CREDENTIAL))
}

fn create(args: &Args<'_>) -> CreateApiKeyBody {
    let request = CreateApiKeyRequest::new("nightly export");
    match credentials(args) {
        None => request.into(),
        Some(credentials) => WrappedCreateApiKeyRequest::new(request.expires_days(90), credentials).into(),
    }
}

contract_tests!(VENDOR);

#[tokio::test]
async fn credential_is_sent_in_the_body() {
    let server = Server::start().await;
    let config = McpConfig::new(server.uri(), CREDENTIAL).credential_place(CredentialPlace::Body);
    let provider = config.build().unwrap();
    server.respond(response_with(500, "", "")).await;
    for operation in supported(&provider) {
        let _ = perform(&VENDOR, &provider, operation, &VENDOR.key_id()).await;
    }
    let requested = server.requests().await;
    assert!(!requested.is_empty());
    for request in &requested {
        // The document's scheme is that of later servers; all else must be right.
        let violations = Validator::new(&VENDOR.document, "").validate(request).unwrap_err();
        let about: Vec<_> = violations.iter().map(|violation| violation.about).collect();
        assert_eq!(about, [About::Security], "{violations:?}");
        assert!(!request.headers.contains_key("authorization"));

        let body: Value = request.body_json().unwrap();
        let credentials = if body.get("request").is_some() { &body["credentials"] } else { &body };
        assert_eq!(*credentials, json!({ "scheme": "Bearer", "credentials": CREDENTIAL }));
    }
}

#[test]
fn body_credential_is_validated() {
    for credential in ["", "hunter2\n", "hunter2\0", " hunter2"] {
        let config =
            McpConfig::new("https://mcp.example.com", credential).credential_place(CredentialPlace::Body);
        let error = config.build().expect_err(credential);
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(!format!("{error}{error:?}").contains("hunter2"));
    }
}
