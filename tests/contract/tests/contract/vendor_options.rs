//! Forms of a request that a configuration chooses.

use api_keys_better_auth::{BetterAuthConfig, Credential};
use api_keys_clerk::ClerkConfig;
use api_keys_contract_tests::mock_server::{Server, response_with};
use api_keys_contract_tests::perform::{Player, perform, supported};
use api_keys_contract_tests::validator::{About, Validator};
use api_keys_contract_tests::vendor::{CREDENTIAL, VENDORS, Vendor};
use api_keys_core::{ApiKeyProvider, ErrorKind, InvalidReason, Operation, SecretKey, Verification};
use api_keys_fastapi::FastApiConfig;
use api_keys_keyshield::KeyshieldConfig;
use api_keys_mcp::{CredentialPlace, McpConfig};
use serde_json::{Value, json};
use wiremock::Request;

fn vendor(name: &str) -> &'static Vendor {
    VENDORS.into_iter().find(|vendor| vendor.name == name).unwrap()
}

/// Every supported operation once, and what was requested.
async fn requests(server: &Server, vendor: &'static Vendor, provider: &dyn ApiKeyProvider) -> Vec<Request> {
    server.respond(Player { vendor, status: None, nth: 0 }).await;
    for operation in supported(provider) {
        let _ = perform(vendor, provider, operation, &vendor.key_id()).await;
    }
    server.requests().await
}

#[tokio::test]
async fn better_auth_accepts_an_api_key() {
    let server = Server::start().await;
    let vendor = vendor("better-auth");
    let config = BetterAuthConfig::new(server.uri(), CREDENTIAL).credential(Credential::ApiKey);
    let requested = requests(&server, vendor, &config.build().unwrap()).await;
    assert_eq!(requested.len(), 6);
    for request in &requested {
        assert!(Validator::new(&vendor.document, vendor.base_path).validate(request).is_ok());
        assert_eq!(request.headers["x-api-key"], CREDENTIAL);
        assert!(!request.headers.contains_key("authorization") && !request.headers.contains_key("cookie"));
    }
}

#[tokio::test]
async fn better_auth_sends_the_configuration() {
    let server = Server::start().await;
    let vendor = vendor("better-auth");
    let config = BetterAuthConfig::new(server.uri(), CREDENTIAL).config_id("ci");
    let requested = requests(&server, vendor, &config.build().unwrap()).await;
    assert_eq!(requested.len(), 6);
    for request in &requested {
        assert!(Validator::new(&vendor.document, vendor.base_path).validate(request).is_ok());
        let in_query = request.url.query_pairs().any(|(name, value)| name == "configId" && value == "ci");
        let in_body = request.body_json::<Value>().is_ok_and(|body| body["configId"] == "ci");
        assert!(in_query || in_body, "{} {}", request.method, request.url);
    }
}

#[tokio::test]
async fn clerk_sends_the_version_that_was_chosen() {
    let server = Server::start().await;
    let vendor = vendor("clerk");
    let config = ClerkConfig::new(CREDENTIAL).base_url(server.uri()).api_version("2025-11-10");
    let _ = config.build().unwrap().get(&vendor.key_id()).await;
    assert_eq!(server.requests().await[0].headers["clerk-api-version"], "2025-11-10");
}

#[tokio::test]
async fn mcp_sends_the_credential_in_the_body() {
    let server = Server::start().await;
    let vendor = vendor("mcp");
    let config = McpConfig::new(server.uri(), CREDENTIAL).credential_place(CredentialPlace::Body);
    let provider = config.build().unwrap();
    server.respond(response_with(500, "", "")).await;
    for operation in supported(&provider) {
        let _ = perform(vendor, &provider, operation, &vendor.key_id()).await;
    }
    let requested = server.requests().await;
    assert!(!requested.is_empty());
    for request in &requested {
        // The document's scheme is that of later servers; all else must be right.
        let violations = Validator::new(&vendor.document, "").validate(request).unwrap_err();
        let about: Vec<_> = violations.iter().map(|violation| violation.about).collect();
        assert_eq!(about, [About::Security], "{violations:?}");
        assert!(!request.headers.contains_key("authorization"));

        let body: Value = request.body_json().unwrap();
        let credentials = if body.get("request").is_some() { &body["credentials"] } else { &body };
        assert_eq!(*credentials, json!({ "scheme": "Bearer", "credentials": CREDENTIAL }));
    }
}

#[test]
fn mcp_validates_the_body_credential() {
    for credential in ["", "hunter2\n", "hunter2\0", " hunter2"] {
        let config =
            McpConfig::new("https://mcp.example.com", credential).credential_place(CredentialPlace::Body);
        let error = config.build().expect_err(credential);
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(!format!("{error}{error:?}").contains("hunter2"));
    }
}

#[tokio::test]
async fn fastapi_path_slash_and_header_are_configurable() {
    let server = Server::start().await;
    let vendor = vendor("fastapi");
    let config = FastApiConfig::new(server.uri(), CREDENTIAL)
        .prefix("/api/keys")
        .collection_slash(false)
        .header("X-API-Key");
    let provider = config.build().unwrap();
    for operation in [Operation::Create, Operation::Get, Operation::List, Operation::Revoke] {
        server.respond(response_with(500, "", "")).await;
        let _ = perform(vendor, &provider, operation, &vendor.key_id()).await;
        let requested = server.requests().await;
        let (method, path) = match operation {
            Operation::Create => ("POST", "/api/keys".to_owned()),
            Operation::List => ("GET", "/api/keys".to_owned()),
            Operation::Get => ("GET", format!("/api/keys/{}", vendor.id)),
            _ => ("DELETE", format!("/api/keys/deactivate/{}", vendor.id)),
        };
        assert_eq!((requested[0].method.as_str(), requested[0].url.path()), (method, &*path));
        assert_eq!(requested[0].headers["x-api-key"], CREDENTIAL);
        assert!(!requested[0].headers.contains_key("authorization"));
    }
}

#[tokio::test]
async fn keyshield_mount_is_configurable() {
    let server = Server::start().await;
    let vendor = vendor("keyshield");
    let config = KeyshieldConfig::new(server.uri(), CREDENTIAL)
        .prefix("/internal/keys")
        .collection_slash(false)
        .header("X-API-Key");
    let provider = config.build().unwrap();
    for (operation, method, path) in [
        (Operation::Create, "POST", "/internal/keys".to_owned()),
        (Operation::List, "POST", "/internal/keys/search".to_owned()),
        (Operation::Get, "GET", format!("/internal/keys/{}", vendor.id)),
        (Operation::Revoke, "POST", format!("/internal/keys/{}/deactivate", vendor.id)),
        (Operation::Verify, "POST", "/internal/keys/verify".to_owned()),
    ] {
        server.respond(response_with(422, "", "")).await;
        let _ = perform(vendor, &provider, operation, &vendor.key_id()).await;
        let requested = server.requests().await;
        assert_eq!((requested[0].method.as_str(), requested[0].url.path()), (method, &*path));
        assert_eq!(requested[0].headers["x-api-key"], CREDENTIAL);
        assert!(!requested[0].headers.contains_key("authorization"));
    }
}

/// An application may check its own credentials with keyshield, which then has the same words for both.
#[tokio::test]
async fn keyshield_distinguishes_secret_and_credential() {
    let server = Server::start().await;
    let provider = KeyshieldConfig::new(server.uri(), CREDENTIAL).build().unwrap();
    let secret = SecretKey::new("ak_v1-0123456789abcdef-secret");
    for (status, said, reason, kind) in [
        (401, "API key invalid", InvalidReason::NotFound, ErrorKind::Unauthenticated),
        (403, "API key inactive", InvalidReason::Disabled, ErrorKind::PermissionDenied),
        (403, "API key expired", InvalidReason::Expired, ErrorKind::PermissionDenied),
    ] {
        let refusal = response_with(status, json!({ "detail": said }).to_string(), "application/json");
        server.respond(refusal.clone()).await;
        assert_eq!(provider.verify(&secret).await.unwrap(), Verification::Invalid(reason));

        server.respond(refusal.insert_header("www-authenticate", "API Key")).await;
        assert_eq!(provider.verify(&secret).await.unwrap_err().kind(), kind);
    }
}

#[tokio::test]
async fn keyshield_blank_secret_sends_nothing() {
    let server = Server::start().await;
    let provider = KeyshieldConfig::new(server.uri(), CREDENTIAL).build().unwrap();
    for blank in ["", " ", "\t\n"] {
        let verdict = provider.verify(&SecretKey::new(blank)).await.unwrap();
        assert_eq!(verdict, Verification::Invalid(InvalidReason::NotFound));
    }
    assert!(server.requests().await.is_empty());
}
