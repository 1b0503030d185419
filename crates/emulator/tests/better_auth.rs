//! HTTP behavior of the better-auth emulator, in its newest version.

mod http;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use api_keys_core::{ApiKeyProvider, KeyId, KeyStatus, ListQuery, NewApiKey, SecretKey, Timestamp};
use api_keys_emulator::better_auth::{Options, Version};
use api_keys_emulator::{Emulator, Vendor};
use http::{Response, request, send};
use reqwest::Method;
use serde_json::{Value, json};

async fn start() -> Emulator {
    Emulator::start(Vendor::BetterAuth).await.unwrap()
}

async fn start_with(set: impl FnOnce(Options) -> Options) -> Emulator {
    Emulator::builder(set(Options::new(Version::V1_7))).start().await.unwrap()
}

async fn get(emulator: &Emulator, path: &str) -> Response {
    send(request(emulator, Method::GET, path).bearer_auth(emulator.token().expose())).await
}

async fn post(emulator: &Emulator, path: &str, body: Value) -> Response {
    send(request(emulator, Method::POST, path).bearer_auth(emulator.token().expose()).json(&body)).await
}

/// Creates a key.
async fn create(emulator: &Emulator, body: Value) -> Value {
    let response = post(emulator, "/api-key/create", body).await;
    assert_eq!(response.status, 200, "{response:?}");
    response.json()
}

async fn read(emulator: &Emulator, key: &Value) -> Value {
    let response = get(emulator, &format!("/api-key/get?id={}", id(key))).await;
    assert_eq!(response.status, 200, "{response:?}");
    response.json()
}

fn id(key: &Value) -> &str {
    key["id"].as_str().expect("an id")
}

/// Checks status and format of an error, and returns code and message.
fn error(response: &Response, status: u16) -> (String, String) {
    assert_eq!(
        (response.status, response.header("content-type")),
        (status, Some("application/json")),
        "{response:?}"
    );
    let body = response.json();
    (body["code"].as_str().unwrap().to_owned(), body["message"].as_str().unwrap().to_owned())
}

fn code(response: &Response, status: u16) -> String {
    error(response, status).0
}

#[tokio::test]
async fn create_returns_all_fields_and_the_secret() {
    let emulator = start().await;
    let key = create(&emulator, json!({ "name": "ci", "prefix": "abc_", "metadata": { "a": 1 } })).await;

    let secret = key["key"].as_str().unwrap();
    let letters = secret.strip_prefix("abc_").unwrap();
    assert!(letters.len() == 64 && letters.bytes().all(|c| c.is_ascii_alphabetic()), "{secret}");
    assert_eq!(key["start"], secret[..6]);
    assert_eq!(id(&key).len(), 32);
    assert_eq!(key.as_object().unwrap().len(), 22);
    let expected = json!({
        "configId": "default", "name": "ci", "prefix": "abc_", "enabled": true, "expiresAt": null,
        "metadata": { "a": 1 }, "permissions": null, "lastRequest": null, "lastRefillAt": null, "remaining": null,
        "refillAmount": null, "refillInterval": null, "requestCount": 0,
        "rateLimitEnabled": true, "rateLimitMax": 10, "rateLimitTimeWindow": 86_400_000,
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&key[name], value, "{name}");
    }
    // The store accepts the returned secret.
    let verification = emulator.store().verify(&SecretKey::new(secret)).await.unwrap();
    assert_eq!(verification.key().map(|key| key.id.as_str()), Some(id(&key)));
}

#[tokio::test]
async fn get_returns_the_key_without_its_secret() {
    let emulator = start().await;
    let mut key = create(&emulator, json!({ "expiresIn": 86_400.5 })).await;
    key.as_object_mut().unwrap().remove("key");
    assert_eq!(read(&emulator, &key).await, key);
    assert_eq!(key["name"], Value::Null);
    for time in ["createdAt", "updatedAt", "expiresAt"] {
        let time = key[time].as_str().unwrap();
        assert!(time.len() == "2026-01-01T00:00:00.000Z".len() && time.ends_with('Z'), "{time}");
    }
}

#[tokio::test]
async fn empty_name_is_valid_on_create_only() {
    let emulator = start().await;
    let key = create(&emulator, json!({ "name": "" })).await;
    assert_eq!(read(&emulator, &key).await["name"], "");
    let response = post(&emulator, "/api-key/update", json!({ "keyId": id(&key), "name": "" })).await;
    assert_eq!(code(&response, 400), "INVALID_NAME_LENGTH");
}

#[tokio::test]
async fn lengths_and_lifetimes_are_bounded() {
    let emulator = start().await;
    for (body, expected) in [
        // Counted like JavaScript: an emoji has two units.
        (json!({ "name": "🔑".repeat(17) }), "INVALID_NAME_LENGTH"),
        (json!({ "prefix": "p".repeat(33) }), "INVALID_PREFIX_LENGTH"),
        (json!({ "expiresIn": 86_399 }), "EXPIRES_IN_IS_TOO_SMALL"),
        (json!({ "expiresIn": 31_536_001 }), "EXPIRES_IN_IS_TOO_LARGE"),
    ] {
        assert_eq!(code(&post(&emulator, "/api-key/create", body.clone()).await, 400), expected, "{body}");
    }
    create(&emulator, json!({ "name": "🔑".repeat(16), "prefix": "p".repeat(32), "expiresIn": 86_400 }))
        .await;
}

#[tokio::test]
async fn invalid_fields_are_named() {
    let emulator = start().await;
    for (path, body, expected) in [
        ("create", json!([]), "[body] Invalid input: expected object, received array"),
        (
            "create",
            json!({ "expiresIn": -1, "name": 5, "remaining": "x" }),
            "[body.name] Invalid input: expected string, received number; \
             [body.expiresIn] Too small: expected number to be >=1; \
             [body.remaining] Invalid input: expected number, received string",
        ),
        (
            "create",
            json!({ "prefix": "a b" }),
            "[body.prefix] Invalid prefix format, must be alphanumeric and contain only underscores and hyphens.",
        ),
        (
            "create",
            json!({ "permissions": { "a": "b", "c": ["d", null] } }),
            "[body.permissions.a] Invalid input: expected array, received string; \
             [body.permissions.c.1] Invalid input: expected string, received null",
        ),
        ("update", json!({}), "[body.keyId] Invalid input: expected string, received undefined"),
        (
            "update",
            json!({ "keyId": "x", "enabled": null }),
            "[body.enabled] Invalid input: expected boolean, received null",
        ),
        ("delete", json!({ "keyId": 5 }), "[body.keyId] Invalid input: expected string, received number"),
    ] {
        let response = post(&emulator, &format!("/api-key/{path}"), body).await;
        assert_eq!(error(&response, 400), ("VALIDATION_ERROR".to_owned(), expected.to_owned()));
    }
    for (path, expected) in [
        ("get", "[query.id] Invalid input: expected string, received undefined"),
        ("get?id=a&id=b", "[query.id] Invalid input: expected string, received array"),
        ("list?limit=-1", "[query.limit] Too small: expected number to be >=0"),
        ("list?limit=1.5", "[query.limit] Invalid input: expected int, received number"),
        ("list?offset=abc", "[query.offset] Invalid input: expected number, received NaN"),
        ("list?sortDirection=up", "[query.sortDirection] Invalid option: expected one of \"asc\"|\"desc\""),
    ] {
        let response = get(&emulator, &format!("/api-key/{path}")).await;
        assert_eq!(error(&response, 400), ("VALIDATION_ERROR".to_owned(), expected.to_owned()));
    }
}

#[tokio::test]
async fn server_only_fields_are_rejected() {
    let emulator = start().await;
    let key = create(&emulator, json!({ "remaining": null })).await;
    for (name, value) in [
        ("remaining", json!(5)),
        ("refillAmount", json!(10)),
        ("refillInterval", json!(1000)),
        ("rateLimitMax", json!(5)),
        ("rateLimitTimeWindow", json!(1000)),
        ("rateLimitEnabled", json!(false)),
        ("permissions", json!({ "files": ["read"] })),
    ] {
        let response = post(&emulator, "/api-key/create", json!({ name: value })).await;
        assert_eq!(code(&response, 400), "SERVER_ONLY_PROPERTY", "{name}");
        let response = post(&emulator, "/api-key/update", json!({ "keyId": id(&key), name: value })).await;
        assert_eq!(code(&response, 400), "SERVER_ONLY_PROPERTY", "{name}");
    }
    let response = post(&emulator, "/api-key/create", json!({ "userId": key["referenceId"] })).await;
    assert_eq!(code(&response, 401), "UNAUTHORIZED_SESSION");
    let body = json!({ "keyId": id(&key), "name": "n", "userId": "other" });
    assert_eq!(code(&post(&emulator, "/api-key/update", body).await, 401), "UNAUTHORIZED_SESSION");
    let body = json!({ "keyId": id(&key), "name": "n", "userId": key["referenceId"] });
    assert_eq!(post(&emulator, "/api-key/update", body).await.status, 200);
}

#[tokio::test]
async fn metadata_is_replaced() {
    let emulator = start().await;
    for metadata in [json!("text"), json!(7), json!(true)] {
        let response = post(&emulator, "/api-key/create", json!({ "metadata": metadata })).await;
        assert_eq!(code(&response, 400), "INVALID_METADATA_TYPE");
    }
    // `false` is echoed, but not stored.
    let key = create(&emulator, json!({ "metadata": false })).await;
    assert_eq!((&key["metadata"], &read(&emulator, &key).await["metadata"]), (&json!(false), &Value::Null));

    for metadata in [json!({ "x": 1 }), json!({ "y": 2 }), json!([1]), Value::Null] {
        let body = json!({ "keyId": id(&key), "metadata": metadata });
        assert_eq!(post(&emulator, "/api-key/update", body).await.json()["metadata"], metadata);
        assert_eq!(read(&emulator, &key).await["metadata"], metadata);
    }
}

#[tokio::test]
async fn metadata_can_be_disabled() {
    let emulator = start_with(|options| options.metadata(false)).await;
    let response = post(&emulator, "/api-key/create", json!({ "metadata": { "a": 1 } })).await;
    assert_eq!(code(&response, 400), "METADATA_DISABLED");
    let key = create(&emulator, json!({ "metadata": null })).await;
    // An update drops it silently.
    let body = json!({ "keyId": id(&key), "metadata": { "a": 1 } });
    assert_eq!(code(&post(&emulator, "/api-key/update", body).await, 400), "NO_VALUES_TO_UPDATE");
    let body = json!({ "keyId": id(&key), "metadata": { "a": 1 }, "name": "n" });
    let updated = post(&emulator, "/api-key/update", body).await.json();
    assert_eq!((&updated["name"], &updated["metadata"]), (&json!("n"), &Value::Null));
}

#[tokio::test]
async fn update_keeps_other_fields_and_the_time() {
    let emulator = start().await;
    let key = create(&emulator, json!({ "name": "old", "expiresIn": 86_400 })).await;
    let body = json!({ "keyId": id(&key), "name": "new", "enabled": false, "expiresIn": null });
    let updated = post(&emulator, "/api-key/update", body).await.json();
    assert_eq!((&updated["name"], &updated["enabled"]), (&json!("new"), &json!(false)));
    assert_eq!((&updated["expiresAt"], &updated["updatedAt"]), (&Value::Null, &key["updatedAt"]));
    assert_eq!(
        emulator.store().get(&KeyId::new(id(&key)).unwrap()).await.unwrap().status,
        KeyStatus::Disabled
    );

    let body = json!({ "keyId": id(&key), "enabled": true });
    assert_eq!(post(&emulator, "/api-key/update", body).await.json()["enabled"], true);
    // Prefixes cannot be changed, so this changes nothing.
    let body = json!({ "keyId": id(&key), "prefix": "zz_" });
    assert_eq!(code(&post(&emulator, "/api-key/update", body).await, 400), "NO_VALUES_TO_UPDATE");
}

#[tokio::test]
async fn deleted_key_is_not_found() {
    let emulator = start().await;
    let key = create(&emulator, json!({})).await;
    let body = json!({ "keyId": id(&key) });
    assert_eq!(post(&emulator, "/api-key/delete", body.clone()).await.json(), json!({ "success": true }));
    assert_eq!(code(&post(&emulator, "/api-key/delete", body.clone()).await, 404), "KEY_NOT_FOUND");
    assert_eq!(code(&post(&emulator, "/api-key/update", body).await, 404), "KEY_NOT_FOUND");
    for unknown in [id(&key), "", "..", "a%2Fb", "%zz"] {
        let response = get(&emulator, &format!("/api-key/get?id={unknown}")).await;
        let expected = ("KEY_NOT_FOUND".to_owned(), "API Key not found".to_owned());
        assert_eq!(error(&response, 404), expected, "{unknown}");
    }
}

#[tokio::test]
async fn list_has_at_most_100_keys() {
    let emulator = start().await;
    for i in 0..110 {
        // Created in the store: a key without an owner belongs to the user.
        emulator.store().create(NewApiKey::new(format!("k{i}"))).await.unwrap().into_parts();
    }
    let list = async |query: &str| get(&emulator, &format!("/api-key/list{query}")).await.json();
    let names = |list: &Value| -> Vec<String> {
        list["apiKeys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["name"].as_str().unwrap().to_owned())
            .collect()
    };

    let all = list("").await;
    assert_eq!((names(&all).len(), &all["total"]), (100, &json!(100)));
    assert_eq!((all.get("limit"), all.get("offset")), (None, None));
    let rest = list("?limit=10&offset=95").await;
    assert_eq!(names(&rest), ["k95", "k96", "k97", "k98", "k99"]);
    assert_eq!((&rest["total"], &rest["limit"], &rest["offset"]), (&json!(100), &json!(10), &json!(95)));
    assert_eq!(list("?offset=100").await["apiKeys"], json!([]));
    assert_eq!(list("?limit=").await, json!({ "apiKeys": [], "total": 100, "limit": 0 }));
    // The others can be read by id or listed in reverse order.
    let last = emulator.store().list(ListQuery::new().search("k109")).await.unwrap().items.remove(0);
    assert_eq!(read(&emulator, &json!({ "id": last.id })).await["name"], "k109");
    let newest = list("?sortBy=name&sortDirection=desc&limit=2").await;
    assert_eq!(names(&newest), ["k99", "k98"]);
    let response = get(&emulator, "/api-key/list?sortBy=nope").await;
    assert_eq!((response.status, response.body.as_str()), (500, ""));
}

#[tokio::test]
async fn organization_keys_need_a_configuration() {
    let emulator = start_with(|options| options.organization("acme")).await;
    let user_key = create(&emulator, json!({ "configId": "missing", "organizationId": "acme" })).await;
    assert_eq!(user_key["configId"], "default");

    for (body, status, expected) in [
        (json!({ "configId": "org" }), 400, "ORGANIZATION_ID_REQUIRED"),
        (json!({ "configId": "org", "organizationId": "other" }), 403, "USER_NOT_MEMBER_OF_ORGANIZATION"),
    ] {
        assert_eq!(code(&post(&emulator, "/api-key/create", body).await, status), expected);
    }
    let key = create(&emulator, json!({ "configId": "org", "organizationId": "acme" })).await;
    assert_eq!((&key["configId"], &key["referenceId"]), (&json!("org"), &json!("acme")));

    assert_eq!(code(&get(&emulator, &format!("/api-key/get?id={}", id(&key))).await, 404), "KEY_NOT_FOUND");
    let response = get(&emulator, &format!("/api-key/get?id={}&configId=org", id(&key))).await;
    assert_eq!(response.json()["id"], key["id"]);
    let list = async |query: &str| get(&emulator, &format!("/api-key/list{query}")).await;
    assert_eq!(list("").await.json()["apiKeys"][0]["id"], user_key["id"]);
    assert_eq!(list("?organizationId=acme").await.json()["apiKeys"][0]["id"], key["id"]);
    for none in
        ["?configId=org", "?configId=missing", "?organizationId=acme&configId=default", "?organizationId="]
    {
        assert_eq!(list(none).await.json(), json!({ "apiKeys": [], "total": 0 }), "{none}");
    }
    assert_eq!(code(&list("?organizationId=other").await, 403), "USER_NOT_MEMBER_OF_ORGANIZATION");
    let body = json!({ "keyId": id(&key) });
    assert_eq!(code(&post(&emulator, "/api-key/delete", body).await, 404), "KEY_NOT_FOUND");
    let body = json!({ "keyId": id(&key), "configId": "org" });
    assert_eq!(post(&emulator, "/api-key/delete", body).await.status, 200);
}

#[tokio::test]
async fn expired_key_can_be_reactivated() {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let seconds = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&seconds);
    let now = move || start + Duration::from_secs(clock.load(Ordering::SeqCst));
    let emulator = Emulator::builder(Vendor::BetterAuth).clock(now).start().await.unwrap();
    let day = json!({ "expiresIn": 86_400 });
    let (first, second) = (create(&emulator, day.clone()).await, create(&emulator, day).await);

    // Each response is created before the removal of expired keys that it triggers.
    seconds.store(86_401, Ordering::SeqCst);
    assert_eq!(read(&emulator, &first).await["enabled"], true);
    assert_eq!(get(&emulator, &format!("/api-key/get?id={}", id(&first))).await.status, 404);
    assert_eq!(get(&emulator, &format!("/api-key/get?id={}", id(&second))).await.status, 404);

    let third = create(&emulator, json!({ "expiresIn": 86_400 })).await;
    seconds.store(2 * 86_401, Ordering::SeqCst);
    let body = json!({ "keyId": id(&third), "expiresIn": 86_400 });
    assert_eq!(post(&emulator, "/api-key/update", body).await.status, 200);
    read(&emulator, &third).await;
}

#[tokio::test]
async fn application_limit_is_a_hook_error() {
    let emulator = Emulator::builder(Vendor::BetterAuth).max_active(1).start().await.unwrap();
    create(&emulator, json!({})).await;
    assert_eq!(code(&post(&emulator, "/api-key/create", json!({})).await, 403), "API_KEY_LIMIT_REACHED");
}
