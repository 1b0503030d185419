//! Forms of a request that a configuration chooses.

use api_keys_better_auth::{BetterAuthConfig, Credential};
use api_keys_clerk::ClerkConfig;
use api_keys_contract_tests::judge::{About, Judge};
use api_keys_contract_tests::perform::{Player, perform, supported};
use api_keys_contract_tests::stage::{Server, answer};
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

/// Every supported operation once, and what was asked.
async fn requests(server: &Server, vendor: &'static Vendor, provider: &dyn ApiKeyProvider) -> Vec<Request> {
    server.answer(Player { vendor, status: None, nth: 0 }).await;
    for operation in supported(provider) {
        let _ = perform(vendor, provider, operation, &vendor.key_id()).await;
    }
    server.asked().await
}

#[tokio::test]
async fn better_auth_takes_an_api_key_as_the_credential() {
    let server = Server::start().await;
    let vendor = vendor("better-auth");
    let config = BetterAuthConfig::new(server.uri(), CREDENTIAL).credential(Credential::ApiKey);
    let asked = requests(&server, vendor, &config.build().unwrap()).await;
    assert_eq!(asked.len(), 6);
    for request in &asked {
        assert!(Judge::new(&vendor.document, vendor.base_path).judge(request).is_ok());
        assert_eq!(request.headers["x-api-key"], CREDENTIAL);
        assert!(!request.headers.contains_key("authorization") && !request.headers.contains_key("cookie"));
    }
}

#[tokio::test]
async fn better_auth_names_the_chosen_configuration_in_every_request() {
    let server = Server::start().await;
    let vendor = vendor("better-auth");
    let config = BetterAuthConfig::new(server.uri(), CREDENTIAL).config_id("ci");
    let asked = requests(&server, vendor, &config.build().unwrap()).await;
    assert_eq!(asked.len(), 6);
    for request in &asked {
        assert!(Judge::new(&vendor.document, vendor.base_path).judge(request).is_ok());
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
    assert_eq!(server.asked().await[0].headers["clerk-api-version"], "2025-11-10");
}

#[tokio::test]
async fn mcp_puts_the_credential_into_the_body_for_servers_that_look_there() {
    let server = Server::start().await;
    let vendor = vendor("mcp");
    let config = McpConfig::new(server.uri(), CREDENTIAL).credential_place(CredentialPlace::Body);
    let provider = config.build().unwrap();
    server.answer(answer(500, "", "")).await;
    for operation in supported(&provider) {
        let _ = perform(vendor, &provider, operation, &vendor.key_id()).await;
    }
    let asked = server.asked().await;
    assert!(!asked.is_empty());
    for request in &asked {
        // The document's scheme is that of later servers; all else must be right.
        let complaints = Judge::new(&vendor.document, "").judge(request).unwrap_err();
        let about: Vec<_> = complaints.iter().map(|complaint| complaint.about).collect();
        assert_eq!(about, [About::Security], "{complaints:?}");
        assert!(!request.headers.contains_key("authorization"));

        let body: Value = request.body_json().unwrap();
        let credentials = if body.get("request").is_some() { &body["credentials"] } else { &body };
        assert_eq!(*credentials, json!({ "scheme": "Bearer", "credentials": CREDENTIAL }));
    }
}

#[test]
fn mcp_refuses_a_credential_for_the_body_that_it_would_refuse_for_the_header() {
    for credential in ["", "hunter2\n", "hunter2\0", " hunter2"] {
        let config =
            McpConfig::new("https://mcp.example.com", credential).credential_place(CredentialPlace::Body);
        let error = config.build().expect_err(credential);
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(!format!("{error}{error:?}").contains("hunter2"));
    }
}

#[tokio::test]
async fn fastapi_fits_services_with_another_path_slash_and_header() {
    let server = Server::start().await;
    let vendor = vendor("fastapi");
    let config = FastApiConfig::new(server.uri(), CREDENTIAL)
        .prefix("/api/keys")
        .collection_slash(false)
        .header("X-API-Key");
    let provider = config.build().unwrap();
    for operation in [Operation::Create, Operation::Get, Operation::List, Operation::Revoke] {
        server.answer(answer(500, "", "")).await;
        let _ = perform(vendor, &provider, operation, &vendor.key_id()).await;
        let asked = server.asked().await;
        let (method, path) = match operation {
            Operation::Create => ("POST", "/api/keys".to_owned()),
            Operation::List => ("GET", "/api/keys".to_owned()),
            Operation::Get => ("GET", format!("/api/keys/{}", vendor.id)),
            _ => ("DELETE", format!("/api/keys/deactivate/{}", vendor.id)),
        };
        assert_eq!((asked[0].method.as_str(), asked[0].url.path()), (method, &*path));
        assert_eq!(asked[0].headers["x-api-key"], CREDENTIAL);
        assert!(!asked[0].headers.contains_key("authorization"));
    }
}

#[tokio::test]
async fn keyshield_may_be_mounted_at_another_path_without_a_slash_behind_another_header() {
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
        server.answer(answer(422, "", "")).await;
        let _ = perform(vendor, &provider, operation, &vendor.key_id()).await;
        let asked = server.asked().await;
        assert_eq!((asked[0].method.as_str(), asked[0].url.path()), (method, &*path));
        assert_eq!(asked[0].headers["x-api-key"], CREDENTIAL);
        assert!(!asked[0].headers.contains_key("authorization"));
    }
}

/// An application may check its own credentials with keyshield, which then has the same words for both.
#[tokio::test]
async fn keyshield_tells_a_bad_secret_from_a_bad_credential() {
    let server = Server::start().await;
    let provider = KeyshieldConfig::new(server.uri(), CREDENTIAL).build().unwrap();
    let secret = SecretKey::new("ak_v1-0123456789abcdef-secret");
    for (status, said, reason, kind) in [
        (401, "API key invalid", InvalidReason::NotFound, ErrorKind::Unauthenticated),
        (403, "API key inactive", InvalidReason::Disabled, ErrorKind::PermissionDenied),
        (403, "API key expired", InvalidReason::Expired, ErrorKind::PermissionDenied),
    ] {
        let refusal = answer(status, json!({ "detail": said }).to_string(), "application/json");
        server.answer(refusal.clone()).await;
        assert_eq!(provider.verify(&secret).await.unwrap(), Verification::Invalid(reason));

        server.answer(refusal.insert_header("www-authenticate", "API Key")).await;
        assert_eq!(provider.verify(&secret).await.unwrap_err().kind(), kind);
    }
}

#[tokio::test]
async fn keyshield_is_not_asked_about_white_space_on_which_it_would_fail() {
    let server = Server::start().await;
    let provider = KeyshieldConfig::new(server.uri(), CREDENTIAL).build().unwrap();
    for blank in ["", " ", "\t\n"] {
        let verdict = provider.verify(&SecretKey::new(blank)).await.unwrap();
        assert_eq!(verdict, Verification::Invalid(InvalidReason::NotFound));
    }
    assert!(server.asked().await.is_empty());
}
