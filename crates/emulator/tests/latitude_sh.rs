//! HTTP behavior of the Latitude.sh emulator.

mod http;

use api_keys_core::{ApiKeyProvider, ListQuery, NewApiKey, RevokeOptions, Timestamp};
use api_keys_emulator::latitude_sh::RateLimit;
use api_keys_emulator::{Emulator, Vendor};
use http::{Response, request, send};
use reqwest::Method;
use serde_json::{Value, json};

const KEYS: &str = "/auth/api_keys";
const MEDIA_TYPE: &str = "application/vnd.api+json; charset=utf-8";

async fn start() -> Emulator {
    Emulator::start(Vendor::LatitudeSh).await.unwrap()
}

async fn call(emulator: &Emulator, method: Method, path: &str, body: Option<Value>) -> Response {
    let request = request(emulator, method, path).header("authorization", emulator.token().expose());
    send(match body {
        Some(body) => request.json(&body),
        None => request,
    })
    .await
}

fn body(attributes: Value) -> Option<Value> {
    Some(json!({ "data": { "type": "api_keys", "attributes": attributes } }))
}

async fn create(emulator: &Emulator, attributes: Value) -> Value {
    let response = call(emulator, Method::POST, KEYS, body(attributes)).await;
    assert_eq!(response.status, 201, "{response:?}");
    response.json()["data"].clone()
}

fn path(key: &Value) -> String {
    format!("{KEYS}/{}", key["id"].as_str().unwrap())
}

/// Checks the envelope of an error response, and returns the error.
fn error(response: &Response, status: u16) -> Value {
    assert_eq!(response.status, status, "{response:?}");
    let body = response.json();
    assert_eq!(body["errors"].as_array().map(Vec::len), Some(1), "{body}");
    body["errors"][0].clone()
}

#[tokio::test]
async fn create_returns_the_token() {
    let now: Timestamp = "2026-01-14T15:56:29.987Z".parse().unwrap();
    let emulator = Emulator::builder(Vendor::LatitudeSh).clock(move || now).start().await.unwrap();
    let response =
        call(&emulator, Method::POST, KEYS, body(json!({ "name": "App Token", "expires_at": "x" }))).await;

    assert_eq!((response.status, response.header("content-type")), (201, Some(MEDIA_TYPE)));
    assert_eq!(response.json()["meta"], json!({}));
    let key = &response.json()["data"];
    assert_eq!(key["type"], "api_keys");
    let id = key["id"].as_str().unwrap();
    assert!(id.starts_with("tok_") && id.len() == 17, "{id}");
    let attributes = key["attributes"].as_object().unwrap();
    let token = attributes["token"].as_str().unwrap();
    assert!(token.len() == 36 && token.chars().all(|c| c.is_ascii_hexdigit()), "{token}");
    assert_eq!(attributes["token_last_slice"], token[31..]);
    assert_eq!(attributes["name"], "App Token");
    assert_eq!(attributes["api_version"], "2023-06-01");
    assert_eq!(attributes["read_only"], false);
    assert_eq!(attributes["allowed_ips"], json!([]));
    assert_eq!(attributes["created_at"], "2026-01-14T15:56:29+00:00");
    assert_eq!(attributes["updated_at"], "2026-01-14T15:56:29+00:00");
    assert_eq!(attributes["last_used_at"], Value::Null);
    assert!(attributes["user"]["id"].as_str().unwrap().starts_with("user_"));
    assert!(attributes["user"]["email"].is_string());
    assert_eq!(attributes.len(), 10);
}

#[tokio::test]
async fn list_has_no_tokens() {
    let emulator = start().await;
    assert_eq!(call(&emulator, Method::GET, KEYS, None).await.json(), json!({ "data": [], "meta": {} }));
    for name in ["a", "b"] {
        create(&emulator, json!({ "name": name })).await;
    }
    let list = call(&emulator, Method::GET, "/auth/api_keys/?page[size]=1", None).await;
    assert_eq!(list.header("content-type"), Some(MEDIA_TYPE));
    let data = list.json()["data"].as_array().unwrap().clone();
    assert_eq!(data.iter().map(|key| &key["attributes"]["name"]).collect::<Vec<_>>(), ["a", "b"]);
    assert!(data.iter().all(|key| key["attributes"].get("token").is_none()));
    assert!(data.iter().all(|key| key["attributes"]["allowed_ips"] == json!([])));
}

#[tokio::test]
async fn put_creates_a_new_token() {
    let emulator = start().await;
    let key = create(&emulator, json!({ "name": "old", "allowed_ips": ["10.0.0.0/8"] })).await;
    let rotate = async |sent| {
        let response = call(&emulator, Method::PUT, &path(&key), sent).await;
        assert_eq!(response.status, 200, "{response:?}");
        response.json()["data"].clone()
    };
    // The body is optional, and can change the name.
    let bare = rotate(None).await;
    let empty = rotate(Some(json!({}))).await;
    let renamed = rotate(body(json!({ "name": "new", "read_only": true }))).await;

    let token = |key: &Value| key["attributes"]["token"].as_str().unwrap().to_owned();
    let tokens = [token(&key), token(&bare), token(&empty), token(&renamed)];
    assert!((1..4).all(|i| !tokens[i..].contains(&tokens[i - 1])), "{tokens:?}");
    for (i, token) in tokens.iter().enumerate() {
        let good = emulator.store().verify(&token.as_str().into()).await.unwrap().key().is_some();
        assert_eq!(good, i == 3, "token {i}");
    }
    assert_eq!(renamed["id"], key["id"]);
    assert_eq!(
        (&empty["attributes"]["name"], &renamed["attributes"]["name"]),
        (&json!("old"), &json!("new"))
    );
    assert_eq!(renamed["attributes"]["allowed_ips"], json!(["10.0.0.0/8"]));
    assert_eq!(renamed["attributes"]["token_last_slice"], tokens[3][31..]);
}

#[tokio::test]
async fn patch_changes_given_fields() {
    let emulator = start().await;
    let key = create(&emulator, json!({ "name": "old" })).await;
    // The id in the body is ignored.
    let changes =
        json!({ "data": { "type": "api_keys", "id": "tok_other", "attributes": { "read_only": true } } });
    let response = call(&emulator, Method::PATCH, &path(&key), Some(changes)).await;
    assert_eq!(response.status, 200);
    let attributes = response.json()["data"]["attributes"].clone();
    assert_eq!((&attributes["name"], &attributes["read_only"]), (&json!("old"), &json!(true)));
    assert_eq!(attributes.get("token"), None);
    // Never set: null here, and an empty list elsewhere.
    assert_eq!(attributes["allowed_ips"], Value::Null);

    for ips in [json!(["10.0.0.1", "::1"]), json!([]), Value::Null] {
        let response = call(&emulator, Method::PATCH, &path(&key), body(json!({ "allowed_ips": ips }))).await;
        assert_eq!(response.json()["data"]["attributes"]["allowed_ips"], ips);
    }
    let token = key["attributes"]["token"].as_str().unwrap();
    assert!(emulator.store().verify(&token.into()).await.unwrap().key().is_some());
}

#[tokio::test]
async fn delete_returns_a_body() {
    let emulator = start().await;
    let key = create(&emulator, json!({ "name": "d" })).await;
    let deleted = call(&emulator, Method::DELETE, &path(&key), None).await;
    assert_eq!((deleted.status, deleted.json()), (200, json!({ "meta": {} })));
    assert_eq!(deleted.header("content-type"), Some(MEDIA_TYPE));
    assert!(emulator.store().list(ListQuery::new()).await.unwrap().items.is_empty());
    error(&call(&emulator, Method::DELETE, &path(&key), None).await, 404);
}

#[tokio::test]
async fn unknown_key_is_not_found() {
    let emulator = start().await;
    let revoked = emulator.store().create(NewApiKey::new("gone")).await.unwrap().key.id;
    emulator.store().revoke(&revoked, RevokeOptions::new()).await.unwrap();
    let expected = json!({
        "code": "not_found", "status": "404", "title": "Error", "detail": "Specified Record Not Found", "meta": {},
    });
    let keys = [
        format!("{KEYS}/tok_nope"),
        format!("{KEYS}/{revoked}"),
        format!("{KEYS}/a%2Fb"),
        format!("{KEYS}/%00"),
    ];
    for path in &keys {
        for method in [Method::PUT, Method::PATCH, Method::DELETE] {
            let response = call(&emulator, method, path, body(json!({ "name": "x" }))).await;
            assert_eq!(error(&response, 404), expected, "{path}");
            assert_eq!(response.header("content-type"), Some(MEDIA_TYPE));
        }
    }
    for (method, path) in [
        // One key cannot be read.
        (Method::GET, format!("{KEYS}/{revoked}")),
        (Method::POST, format!("{KEYS}/{revoked}")),
        (Method::PUT, KEYS.to_owned()),
        (Method::GET, "/auth/api_keysx".to_owned()),
        (Method::GET, "/".to_owned()),
    ] {
        error(&call(&emulator, method, &path, None).await, 404);
    }
}

#[tokio::test]
async fn token_is_accepted_bare_and_as_bearer() {
    let emulator = start().await;
    let token = emulator.token().expose();
    for (header, status) in [
        (Some(token.to_owned()), 200),
        (Some(format!("Bearer {token}")), 200),
        (Some(format!("bearer {token}")), 200),
        (Some("wrong".to_owned()), 401),
        (Some("Bearer wrong".to_owned()), 401),
        (Some(format!("Basic {token}")), 401),
        (Some(String::new()), 401),
        (None, 401),
    ] {
        let mut request = request(&emulator, Method::GET, KEYS);
        if let Some(header) = &header {
            request = request.header("authorization", header);
        }
        let response = send(request).await;
        assert_eq!(response.status, status, "{header:?}");
        if status == 401 {
            let expected = json!({
                "code": "INVALID_TOKEN", "status": "unauthorized", "title": "Invalid Token",
                "detail": "Invalid Token", "meta": {},
            });
            assert_eq!(error(&response, 401), expected);
        }
    }
}

#[tokio::test]
async fn keys_authenticate_until_rotated() {
    let emulator = start().await;
    let key = create(&emulator, json!({ "name": "self" })).await;
    let token = key["attributes"]["token"].as_str().unwrap();
    let with_key = async |method, path: &str| send(request(&emulator, method, path).bearer_auth(token)).await;

    let list = with_key(Method::GET, KEYS).await.json();
    assert!(list["data"][0]["attributes"]["last_used_at"].is_string());
    assert_eq!(with_key(Method::PUT, &path(&key)).await.status, 200);
    // The key that was used no longer authenticates.
    error(&with_key(Method::GET, KEYS).await, 401);
}

#[tokio::test]
async fn read_only_key_cannot_write() {
    let emulator = start().await;
    let key = create(&emulator, json!({ "name": "r", "read_only": true })).await;
    let token = key["attributes"]["token"].as_str().unwrap();
    let with_key = async |method| send(request(&emulator, method, KEYS).bearer_auth(token)).await;
    assert_eq!(with_key(Method::GET).await.status, 200);
    let error = error(&with_key(Method::POST).await, 403);
    assert_eq!(
        error,
        json!({ "code": "USER_AUTHORIZATION_ERROR", "status": "forbidden", "message": "Not allowed." })
    );
}

#[tokio::test]
async fn invalid_body_is_rejected() {
    let emulator = start().await;
    let key = create(&emulator, json!({ "name": "k" })).await;
    for (method, path, sent, pointer) in [
        (Method::POST, KEYS, Some(json!({})), "/data/attributes/name"),
        (Method::POST, KEYS, None, "/data/attributes/name"),
        (Method::POST, KEYS, body(json!({ "name": " " })), "/data/attributes/name"),
        (Method::POST, KEYS, body(json!({ "name": 5 })), "/data/attributes/name"),
        (Method::POST, KEYS, Some(json!({ "data": { "type": "api_key" } })), "/data/type"),
        (Method::POST, KEYS, Some(json!({ "data": { "attributes": { "name": "x" } } })), "/data/type"),
        (Method::PUT, &path(&key), body(json!({ "name": "" })), "/data/attributes/name"),
        (Method::PATCH, &path(&key), body(json!({ "read_only": "no" })), "/data/attributes/read_only"),
        (Method::PATCH, &path(&key), body(json!({ "allowed_ips": "::1" })), "/data/attributes/allowed_ips"),
        (Method::PATCH, &path(&key), body(json!({ "allowed_ips": [1] })), "/data/attributes/allowed_ips"),
    ] {
        let error = error(&call(&emulator, method, path, sent).await, 422);
        assert_eq!((&error["code"], &error["status"]), (&json!("VALIDATION_ERROR"), &json!("422")));
        assert_eq!(error["source"], json!({ "pointer": pointer }));
        assert!(error["meta"]["attribute"].is_string() && error["meta"]["message"].is_string());
    }
    let token = key["attributes"]["token"].as_str().unwrap();
    assert!(
        emulator.store().verify(&token.into()).await.unwrap().key().is_some(),
        "a rejected PUT rotates nothing"
    );
    assert_eq!(emulator.store().list(ListQuery::new()).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn invalid_json_is_a_bad_request() {
    let emulator = start().await;
    let broken = request(&emulator, Method::POST, KEYS).bearer_auth(emulator.token().expose());
    let broken = send(broken.header("content-type", "application/vnd.api+json").body("{")).await;
    assert_eq!(error(&broken, 400)["status"], "400");
    assert_eq!(broken.header("content-type"), Some("application/json; charset=utf-8"));
}

#[tokio::test]
async fn both_media_types_are_accepted() {
    let emulator = start().await;
    for media_type in ["application/json", "application/vnd.api+json; charset=utf-8"] {
        let create = request(&emulator, Method::POST, KEYS).bearer_auth(emulator.token().expose());
        let create =
            create.header("content-type", media_type).body(body(json!({ "name": "x" })).unwrap().to_string());
        assert_eq!(send(create).await.status, 201, "{media_type}");
    }
}

#[tokio::test]
async fn every_response_has_a_request_id() {
    let emulator = start().await;
    let mut ids = Vec::new();
    for path in [KEYS, KEYS, "/nowhere"] {
        let response = call(&emulator, Method::GET, path, None).await;
        ids.push(response.header("x-request-id").expect("a request id").to_owned());
    }
    ids.push(send(request(&emulator, Method::GET, KEYS)).await.header("x-request-id").unwrap().to_owned());
    ids.dedup();
    assert_eq!(ids.len(), 4, "{ids:?}");
}

#[tokio::test]
async fn rate_limit_counts_per_minute() {
    let now =
        std::sync::Arc::new(std::sync::Mutex::new("2026-01-01T00:00:45Z".parse::<Timestamp>().unwrap()));
    let clock = now.clone();
    let builder = Emulator::builder(RateLimit::Documented).clock(move || *clock.lock().unwrap());
    let emulator = builder.start().await.unwrap();
    for _ in 0..20 {
        create(&emulator, json!({ "name": "k" })).await;
    }
    let limited = call(&emulator, Method::POST, KEYS, body(json!({ "name": "k" }))).await;
    let error = error(&limited, 429);
    assert_eq!(
        (&error["code"], &error["meta"]),
        (&json!("RATE_LIMIT_EXCEEDED"), &json!({ "retry_after": 15 }))
    );
    assert_eq!(limited.header("retry-after"), None);

    for _ in 0..60 {
        assert_eq!(call(&emulator, Method::GET, KEYS, None).await.status, 200);
    }
    assert_eq!(call(&emulator, Method::GET, KEYS, None).await.status, 429);
    *now.lock().unwrap() = "2026-01-01T00:01:00Z".parse().unwrap();
    assert_eq!(call(&emulator, Method::GET, KEYS, None).await.status, 200);
}

#[tokio::test]
async fn rate_limit_is_disabled_by_default() {
    let emulator = start().await;
    for _ in 0..70 {
        assert_eq!(call(&emulator, Method::GET, KEYS, None).await.status, 200);
    }
}
