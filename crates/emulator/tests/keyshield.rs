//! HTTP behavior of the keyshield emulator.

mod http;

use api_keys_emulator::{Emulator, Vendor};
use http::{Response, request, send};
use reqwest::Method;
use serde_json::{Value, json};

async fn start() -> Emulator {
    Emulator::start(Vendor::Keyshield).await.unwrap()
}

async fn call(emulator: &Emulator, method: Method, path: &str, body: Value) -> Response {
    let request = request(emulator, method, path).bearer_auth(emulator.token().expose());
    send(if body.is_null() { request } else { request.json(&body) }).await
}

/// Creates a key, and returns its id and its secret.
async fn create(emulator: &Emulator, body: Value) -> (String, String) {
    let response = call(emulator, Method::POST, "/api-keys/", body).await;
    assert_eq!(response.status, 201, "{response:?}");
    let issued = response.json();
    let text = |pointer: &str| issued.pointer(pointer).and_then(Value::as_str).unwrap().to_owned();
    (text("/entity/id"), text("/api_key"))
}

async fn verify(emulator: &Emulator, body: Value) -> (u16, Value) {
    let response = call(emulator, Method::POST, "/api-keys/verify", body).await;
    (response.status, response.json()["detail"].clone())
}

/// Returns the names of the found keys, and the total.
async fn search(emulator: &Emulator, query: &str, body: Value) -> (Vec<String>, u64) {
    let page = call(emulator, Method::POST, &format!("/api-keys/search{query}"), body).await.json();
    let names = page["items"].as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap().to_owned());
    (names.collect(), page["total"].as_u64().unwrap())
}

#[tokio::test]
async fn secret_contains_the_key_id() {
    let emulator = start().await;
    let (id, secret) = create(&emulator, json!({ "name": "ci" })).await;
    let key = call(&emulator, Method::GET, &format!("/api-keys/{id}"), Value::Null).await.json();
    assert_eq!((key["scopes"].clone(), key["expires_at"].clone()), (json!([]), Value::Null));
    let parts: Vec<_> = secret.split('-').collect();
    assert_eq!((parts[0], parts[1], parts[2].len()), ("ak_v1", key["key_id"].as_str().unwrap(), 64));
}

#[tokio::test]
async fn verification_reports_the_reason() {
    let emulator = start().await;
    let (id, secret) = create(&emulator, json!({ "name": "ci", "scopes": ["read"] })).await;
    let required = json!({ "api_key": secret, "required_scopes": ["read", "write"] });
    let missing = json!("API key missing required scopes 'read', 'write'");
    assert_eq!(verify(&emulator, required).await, (403, missing));
    let known = json!({ "api_key": secret });
    assert_eq!(verify(&emulator, known.clone()).await.0, 200);
    call(&emulator, Method::POST, &format!("/api-keys/{id}/deactivate"), Value::Null).await;
    assert_eq!(verify(&emulator, known.clone()).await, (403, json!("API key inactive")));
    let expired = json!({ "is_active": true, "expires_at": "2020-01-01T00:00:00Z" });
    assert_eq!(call(&emulator, Method::PATCH, &format!("/api-keys/{id}"), expired).await.status, 200);
    assert_eq!(verify(&emulator, known).await, (403, json!("API key expired")));
    assert_eq!(verify(&emulator, json!({ "api_key": "other" })).await, (401, json!("API key invalid")));
}

#[tokio::test]
async fn search_filters_and_orders() {
    let emulator = start().await;
    for (name, scopes, active) in
        [("b", json!(["read"]), true), ("A", json!([]), true), ("c", json!(["read"]), false)]
    {
        create(&emulator, json!({ "name": name, "scopes": scopes, "is_active": active })).await;
    }
    let by_name = json!({ "order_by": "name", "order_desc": false });
    assert_eq!(search(&emulator, "?limit=2", by_name).await, (vec!["A".to_owned(), "b".to_owned()], 3));
    assert_eq!(search(&emulator, "", json!({ "name_contains": "a" })).await, (vec!["A".to_owned()], 1));
    assert_eq!(search(&emulator, "", json!({ "is_active": false })).await, (vec!["c".to_owned()], 1));
    // The filter by scopes applies to the keys of a page.
    let scoped = json!({ "order_by": "name", "order_desc": false, "scopes_contain_all": ["read"] });
    assert_eq!(search(&emulator, "?limit=2", scoped).await, (vec!["b".to_owned()], 2));
}

#[tokio::test]
async fn missing_credential_precedes_invalid_values() {
    let emulator = start().await;
    let response = send(request(&emulator, Method::POST, "/api-keys/").json(&json!({}))).await;
    assert_eq!((response.status, response.header("www-authenticate")), (401, Some("Bearer")));
    let response = call(&emulator, Method::POST, "/api-keys/", json!({})).await;
    assert_eq!((response.status, &response.json()["detail"][0]["type"]), (422, &json!("missing")));
}
