//! HTTP behavior of the MCP emulator.

mod http;

use api_keys_core::{ApiKeyProvider, Expiry, ListQuery, NewApiKey, Timestamp};
use api_keys_emulator::mcp::Generation;
use api_keys_emulator::{Emulator, Vendor};
use http::{Response, request, send};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const KEYS: &str = "/api/v1/api-keys/";
const USER: &str = "11111111-1111-4111-8111-111111111111";

async fn start() -> Emulator {
    Emulator::start(Vendor::Mcp).await.unwrap()
}

async fn call(emulator: &Emulator, method: Method, path: &str) -> Response {
    send(request(emulator, method, path).bearer_auth(emulator.token().expose())).await
}

async fn create(emulator: &Emulator, body: Value) -> Response {
    let request = request(emulator, Method::POST, KEYS).bearer_auth(emulator.token().expose());
    send(request.json(&body)).await
}

fn credentials(emulator: &Emulator) -> Value {
    json!({ "scheme": "Bearer", "credentials": emulator.token().expose() })
}

/// Returns the lifetime of a key in days.
fn days(key: &Value) -> i64 {
    let time = |name: &str| key[name].as_str().unwrap().parse::<Timestamp>().unwrap();
    let seconds = time("expires_at").duration_since(time("created")).as_secs();
    assert_eq!(seconds % 86_400, 0, "{key}");
    seconds / 86_400
}

#[tokio::test]
async fn create_returns_the_secret() {
    let emulator = start().await;
    let response =
        create(&emulator, json!({ "name": " Clé 🔑 ", "expires_days": 30, "scopes": ["x"] })).await;

    assert_eq!(response.status, 201);
    assert_eq!(response.header("content-type"), Some("application/json"));
    let key = response.json();
    assert_eq!(key["name"], " Clé 🔑 ");
    assert_eq!(key["last_used"], Value::Null);
    assert_eq!(days(&key), 30);
    let id = key["key_id"].as_str().unwrap();
    assert!(id.len() == 16 && id.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f')), "{id}");
    let secret = key["api_key"].as_str().unwrap();
    assert!(secret.starts_with("mcpkey_live_") && secret.len() == 55, "{secret}");
    assert!(key["message"].is_string());
}

#[tokio::test]
async fn default_lifetime_is_a_year() {
    let emulator = start().await;
    let key = create(&emulator, json!({ "name": "d" })).await.json();
    assert_eq!(days(&key), 365);
}

#[tokio::test]
async fn times_have_microseconds() {
    for (now, shown) in [
        ("2026-01-02T03:04:05.000678Z", "2026-01-02T03:04:05.000678+00:00"),
        ("2026-01-02T03:04:05.000000999Z", "2026-01-02T03:04:05+00:00"),
    ] {
        let now: Timestamp = now.parse().unwrap();
        let emulator = Emulator::builder(Vendor::Mcp).clock(move || now).start().await.unwrap();
        assert_eq!(create(&emulator, json!({ "name": "t" })).await.json()["created"], shown);
    }
}

#[tokio::test]
async fn key_can_be_created_expired() {
    let emulator = start().await;
    for (days, name) in [(0, "none"), (-1, "less than none")] {
        let response = create(&emulator, json!({ "name": name, "expires_days": days })).await;
        assert_eq!(response.status, 201, "{response:?}");
        let secret = response.json()["api_key"].as_str().unwrap().to_owned();
        let validate = request(&emulator, Method::POST, "/api/v1/api-keys/validate");
        assert_eq!(send(validate.header("x-api-key", secret)).await.status, 401);
    }
    assert_eq!(call(&emulator, Method::GET, KEYS).await.json().as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn expired_keys_count_towards_the_limit() {
    let emulator = start().await;
    // Another user's key does not count.
    let _ = emulator.store().create(NewApiKey::new("other").owner("somebody else")).await.unwrap();
    let mut ids = Vec::new();
    for n in 0..5 {
        let key = create(&emulator, json!({ "name": "k", "expires_days": n })).await.json();
        ids.push(key["key_id"].as_str().unwrap().to_owned());
    }
    let full = create(&emulator, json!({ "name": "sixth" })).await;
    assert_eq!(full.status, 400);
    let detail = "Maximum API keys reached (5). Please revoke an existing key before creating a new one.";
    assert_eq!(full.json(), json!({ "detail": detail }));

    assert_eq!(call(&emulator, Method::DELETE, &format!("{KEYS}{}", ids[0])).await.status, 204);
    assert_eq!(create(&emulator, json!({ "name": "sixth" })).await.status, 201);
}

#[tokio::test]
async fn concurrent_creates_respect_the_limit() {
    let emulator = start().await;
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let request = request(&emulator, Method::POST, KEYS).bearer_auth(emulator.token().expose());
        calls.spawn(send(request.json(&json!({ "name": "k" }))));
    }
    let statuses: Vec<u16> = calls.join_all().await.iter().map(|response| response.status).collect();
    assert_eq!(statuses.iter().filter(|&&status| status == 201).count(), 5, "{statuses:?}");
    assert_eq!(emulator.store().list(ListQuery::new()).await.unwrap().items.len(), 5);
}

#[tokio::test]
async fn list_has_no_secrets() {
    let emulator = start().await;
    assert_eq!(call(&emulator, Method::GET, KEYS).await.body, "[]");
    let _ = emulator.store().create(NewApiKey::new("hidden").owner("somebody else")).await.unwrap();
    create(&emulator, json!({ "name": "a", "expires_days": 0 })).await;
    create(&emulator, json!({ "name": "b" })).await;

    // Query and body are ignored.
    let list = request(&emulator, Method::GET, "/api/v1/api-keys/?limit=1").body("{broken");
    let list = send(list.bearer_auth(emulator.token().expose())).await.json();
    let names: Vec<&Value> = list.as_array().unwrap().iter().map(|key| &key["name"]).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(list[0].as_object().unwrap().len(), 5);
}

#[tokio::test]
async fn rotate_changes_only_the_secret() {
    let emulator = start().await;
    let key = create(&emulator, json!({ "name": "r" })).await.json();
    let validate = async |secret: &Value| {
        let request = request(&emulator, Method::POST, "/api/v1/api-keys/validate");
        send(request.header("x-api-key", secret.as_str().unwrap())).await
    };
    assert_eq!(validate(&key["api_key"]).await.status, 200);
    let before = call(&emulator, Method::GET, KEYS).await.json();
    assert!(before[0]["last_used"].is_string());

    let rotated =
        call(&emulator, Method::POST, &format!("{KEYS}{}/rotate", key["key_id"].as_str().unwrap())).await;
    assert_eq!(rotated.status, 200);
    let rotated = rotated.json();
    assert_eq!(rotated["key_id"], key["key_id"]);
    assert_eq!(rotated.as_object().unwrap().len(), 3);
    assert_eq!(call(&emulator, Method::GET, KEYS).await.json(), before);
    assert_eq!(validate(&key["api_key"]).await.json(), json!({ "detail": "Invalid or expired API key" }));
    assert_eq!(validate(&rotated["new_api_key"]).await.status, 200);
    assert_eq!(call(&emulator, Method::POST, "/api/v1/api-keys/validate").await.status, 400);
}

#[tokio::test]
async fn rotate_keeps_the_expiration() {
    let emulator = start().await;
    let key = create(&emulator, json!({ "name": "e", "expires_days": -1 })).await.json();
    let before = call(&emulator, Method::GET, KEYS).await.json();
    let rotated =
        call(&emulator, Method::POST, &format!("{KEYS}{}/rotate", key["key_id"].as_str().unwrap())).await;
    assert_eq!(rotated.status, 200);
    assert_eq!(call(&emulator, Method::GET, KEYS).await.json(), before);
    let verification = emulator.store().verify(&rotated.json()["new_api_key"].as_str().unwrap().into()).await;
    assert!(verification.unwrap().key().is_none());
}

#[tokio::test]
async fn unknown_key_is_not_rotated() {
    let emulator = start().await;
    let other = emulator.store().create(NewApiKey::new("other").owner("somebody else")).await.unwrap();
    let secret = other.secret;
    for id in ["nope", other.key.id.as_str(), "a%25b", "%D0%BA", "a%20%27b", "%00", "a:b", "a%3Fb", "%ff"] {
        let response = call(&emulator, Method::POST, &format!("{KEYS}{id}/rotate")).await;
        assert_eq!(response.status, 404, "{id}");
        let detail = response.json()["detail"].as_str().unwrap().to_owned();
        assert!(
            detail.starts_with("API key with ID '")
                && detail.ends_with(&format!("not found for user '{USER}'"))
        );
    }
    assert!(emulator.store().verify(&secret).await.unwrap().key().is_some());
}

#[tokio::test]
async fn revoking_always_succeeds() {
    let emulator = start().await;
    let other = emulator.store().create(NewApiKey::new("other").owner("somebody else")).await.unwrap();
    let key = create(&emulator, json!({ "name": "r" })).await.json();
    let mine = key["key_id"].as_str().unwrap();
    for id in [mine, mine, "nope", "validate", other.key.id.as_str(), "%00"] {
        let response = call(&emulator, Method::DELETE, &format!("{KEYS}{id}")).await;
        assert_eq!((response.status, response.body.as_str()), (204, ""), "{id}");
        assert_eq!(response.header("content-type"), Some("application/json"));
        assert_eq!(response.header("content-length"), None);
    }
    // Only the user's own key is removed.
    let left = emulator.store().list(ListQuery::new().include_inactive(true)).await.unwrap().items;
    assert_eq!(left.iter().map(|key| &key.id).collect::<Vec<_>>(), [&other.key.id]);
}

#[tokio::test]
async fn dots_reach_the_server_as_an_id() {
    let emulator = start().await;
    for id in ["..", "%2e%2e"] {
        let head =
            format!("DELETE {KEYS}{id} HTTP/1.1\r\nauthorization: Bearer {}", emulator.token().expose());
        assert!(exchange(&emulator, &head).await.starts_with("HTTP/1.1 204 "), "{id}");
    }
}

/// Sends a request that client libraries would normalize.
async fn exchange(emulator: &Emulator, head: &str) -> String {
    let address = emulator.base_url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("{head}\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response
}

#[tokio::test]
async fn token_header_is_strict() {
    let emulator = start().await;
    let token = emulator.token().expose();
    for (header, detail) in [
        (None, "Authentication required"),
        (Some(format!("bearer {token}")), "Authentication required"),
        (Some("Basic YWxpY2U6eA==".to_owned()), "Authentication required"),
        (Some("Bearer ".to_owned()), "Authentication required"),
        (Some(token.to_owned()), "Authentication required"),
        (Some("Bearer not-a-jwt".to_owned()), "Invalid token: Not enough segments"),
        (Some("Bearer e30.e30.x".to_owned()), "Invalid token: Token missing 'kid' in header"),
    ] {
        for (method, path) in [
            (Method::GET, KEYS),
            (Method::POST, KEYS),
            (Method::DELETE, "/api/v1/api-keys/abc"),
            (Method::POST, "/api/v1/api-keys/abc/rotate"),
        ] {
            // The token in the body is ignored, and an invalid body is reported later.
            let mut request = request(&emulator, method, path).json(&credentials(&emulator));
            if let Some(header) = &header {
                request = request.header("authorization", header);
            }
            let response = send(request).await;
            assert_eq!((response.status, response.json()), (401, json!({ "detail": detail })), "{path}");
            assert_eq!(response.header("www-authenticate"), Some("Bearer"));
        }
    }
}

#[tokio::test]
async fn api_key_is_not_a_token() {
    let emulator = start().await;
    let key = create(&emulator, json!({ "name": "k" })).await.json();
    let list = request(&emulator, Method::GET, KEYS).bearer_auth(key["api_key"].as_str().unwrap());
    assert_eq!(send(list).await.status, 401);
}

#[tokio::test]
async fn slashes_matter() {
    let emulator = start().await;
    for (method, path, to) in [
        (Method::GET, "/api/v1/api-keys", KEYS),
        (Method::POST, "/api/v1/api-keys", KEYS),
        (Method::DELETE, "/api/v1/api-keys/abc/", "/api/v1/api-keys/abc"),
        (Method::POST, "/api/v1/api-keys/abc/rotate/?a=b", "/api/v1/api-keys/abc/rotate?a=b"),
    ] {
        // No token is required here.
        let response = send(request(&emulator, method, path)).await;
        assert_eq!((response.status, response.body.as_str()), (307, ""), "{path}");
        assert_eq!(response.header("location"), Some(format!("{}{to}", emulator.base_url()).as_str()));
    }
    let behind_a_proxy = request(&emulator, Method::GET, "/api/v1/api-keys")
        .header("host", "api.example.com")
        .header("x-forwarded-proto", "https");
    assert_eq!(
        send(behind_a_proxy).await.header("location"),
        Some("https://api.example.com/api/v1/api-keys/")
    );
}

#[tokio::test]
async fn unknown_paths_and_methods_differ() {
    let emulator = start().await;
    for path in ["/api/v1/api-keysx", "/api/v1/api-keys/a%2Fb", "/api/v1/api-keys//rotate", "/"] {
        let response = call(&emulator, Method::DELETE, path).await;
        assert_eq!((response.status, response.json()), (404, json!({ "detail": "Not Found" })), "{path}");
    }
    for (method, path, allow) in [
        (Method::PUT, KEYS, "POST"),
        (Method::OPTIONS, KEYS, "POST"),
        (Method::GET, "/api/v1/api-keys/abc", "DELETE"),
        (Method::PATCH, "/api/v1/api-keys/abc", "DELETE"),
        (Method::GET, "/api/v1/api-keys/abc/rotate", "POST"),
    ] {
        let response = send(request(&emulator, method, path)).await;
        assert_eq!((response.status, response.header("allow")), (405, Some(allow)), "{path}");
        assert_eq!(response.json(), json!({ "detail": "Method Not Allowed" }));
    }
    let head = call(&emulator, Method::HEAD, KEYS).await;
    assert_eq!((head.status, head.header("allow"), head.body.as_str()), (405, Some("POST"), ""));
}

#[tokio::test]
async fn ownerless_keys_belong_to_the_user() {
    let emulator = start().await;
    let _ = emulator.store().create(NewApiKey::new("planted").expiry(Expiry::Never)).await.unwrap();
    let list = call(&emulator, Method::GET, KEYS).await.json();
    assert_eq!((&list[0]["name"], &list[0]["expires_at"]), (&json!("planted"), &json!("")));
}

#[tokio::test]
async fn transitional_version_has_no_time_zone() {
    let emulator = Emulator::builder(Generation::Zoneless).start().await.unwrap();
    let created = create(&emulator, json!({ "name": "x" })).await;
    assert_eq!((created.status, &created.json()["created"]), (201, &json!("")));
    let listed = call(&emulator, Method::GET, KEYS).await.json();
    for name in ["created", "expires_at"] {
        let time = listed[0][name].as_str().unwrap();
        assert!(time.len() >= 19 && !time.contains('+') && !time.ends_with('Z'), "{time}");
    }
    let lower = format!("bearer {}", emulator.token().expose());
    let listed = send(request(&emulator, Method::GET, KEYS).header("authorization", lower)).await;
    assert_eq!(listed.status, 200);
}
