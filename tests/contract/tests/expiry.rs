//! The expiration in responses, where it is present, null or absent.

use api_keys_better_auth::BetterAuthConfig;
use api_keys_clerk::ClerkConfig;
use api_keys_core::{ApiKeyProvider, KeyExpiry};
use serde_json::{Map, Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Reads a key from a response in which a field is null, and from one in which it is absent.
async fn read(provider: &dyn ApiKeyProvider, server: &MockServer, key: Value, field: &str) -> [KeyExpiry; 2] {
    let mut missing: Map<String, Value> = serde_json::from_value(key).unwrap();
    missing.remove(field);
    let mut null = missing.clone();
    null.insert(field.to_owned(), Value::Null);
    let mut reported = [KeyExpiry::Unknown; 2];
    for (reported, body) in reported.iter_mut().zip([null, missing]) {
        server.reset().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(body)).mount(server).await;
        *reported = provider.get(&"ak_1".parse().unwrap()).await.unwrap().expiry;
    }
    reported
}

#[tokio::test]
async fn better_auth_null_means_never() {
    let server = MockServer::start().await;
    let provider = BetterAuthConfig::new(server.uri(), "session-token").build().unwrap();
    let key = json!({
        "id": "1", "name": null, "prefix": null, "start": "abc", "enabled": true, "createdAt": "2026-01-01T00:00:00.000Z",
        "updatedAt": "2026-01-01T00:00:00.000Z", "lastRequest": null, "permissions": null, "rateLimitEnabled": true,
        "rateLimitMax": 10, "rateLimitTimeWindow": 86400000, "requestCount": 0, "remaining": null,
        "refillAmount": null, "refillInterval": null, "lastRefillAt": null, "referenceId": "u"
    });
    assert_eq!(read(&provider, &server, key, "expiresAt").await, [KeyExpiry::Never, KeyExpiry::Unknown]);
}

#[tokio::test]
async fn clerk_null_means_never() {
    let server = MockServer::start().await;
    let provider = ClerkConfig::new("sk_test_0123456789").base_url(server.uri()).build().unwrap();
    let key = json!({
        "object": "api_key", "id": "ak_1", "type": "api_key", "subject": "user_1", "name": "ci", "claims": null,
        "scopes": [], "revoked": false, "revocation_reason": null, "expired": false, "created_by": null,
        "last_used_at": null, "created_at": 1716883200000.0, "updated_at": 1716883200
    });
    assert_eq!(read(&provider, &server, key, "expiration").await, [KeyExpiry::Never, KeyExpiry::Unknown]);
}
