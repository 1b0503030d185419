//! The documented generation of the MCP emulator.

mod http;

use api_keys_emulator::Emulator;
use api_keys_emulator::mcp::Generation;
use http::{Response, request, send};
use reqwest::Method;
use serde_json::{Value, json};

const KEYS: &str = "/api/v1/api-keys/";

async fn start() -> Emulator {
    Emulator::builder(Generation::BodyCredentials).start().await.unwrap()
}

async fn call(emulator: &Emulator, method: Method, path: &str, body: Value) -> Response {
    send(request(emulator, method, path).json(&body)).await
}

fn credentials(emulator: &Emulator) -> Value {
    json!({ "scheme": "whatever", "credentials": emulator.token().expose() })
}

async fn create(emulator: &Emulator, request: Value) -> Response {
    let body = json!({ "request": request, "credentials": credentials(emulator) });
    call(emulator, Method::POST, KEYS, body).await
}

#[tokio::test]
async fn token_is_in_every_body() {
    let emulator = start().await;
    let created = create(&emulator, json!({ "name": "x", "expires_days": 2 })).await;
    assert_eq!(created.status, 201, "{created:?}");
    let path = format!("{KEYS}{}", created.json()["key_id"].as_str().unwrap());

    assert_eq!(
        call(&emulator, Method::GET, KEYS, credentials(&emulator)).await.json().as_array().unwrap().len(),
        1
    );
    let rotated = call(&emulator, Method::POST, &format!("{path}/rotate"), credentials(&emulator)).await;
    assert_eq!(rotated.status, 200);
    assert_eq!(call(&emulator, Method::DELETE, &path, credentials(&emulator)).await.status, 204);
    assert_eq!(call(&emulator, Method::GET, KEYS, credentials(&emulator)).await.body, "[]");
}

#[tokio::test]
async fn header_is_ignored() {
    let emulator = start().await;
    for (method, path) in [
        (Method::GET, KEYS),
        (Method::DELETE, "/api/v1/api-keys/abc"),
        (Method::POST, "/api/v1/api-keys/abc/rotate"),
    ] {
        let response = send(request(&emulator, method, path).bearer_auth(emulator.token().expose())).await;
        assert_eq!((response.status, response.header("www-authenticate")), (401, Some("Bearer")), "{path}");
        assert_eq!(response.json(), json!({ "detail": "Authentication required" }));
    }
    let flat = request(&emulator, Method::POST, KEYS).bearer_auth(emulator.token().expose());
    assert_eq!(send(flat.json(&json!({ "name": "x" }))).await.status, 401);
}

#[tokio::test]
async fn times_have_no_zone() {
    let now = "2026-11-20T21:36:59.628155Z".parse().unwrap();
    let emulator = Emulator::builder(Generation::BodyCredentials).clock(move || now).start().await.unwrap();
    let created = create(&emulator, json!({ "name": "x", "expires_days": 2 })).await.json();
    assert_eq!(created["created"], "");
    assert_eq!(created["expires_at"], "2026-11-22T21:36:59.628155");
    let listed = call(&emulator, Method::GET, KEYS, credentials(&emulator)).await.json();
    assert_eq!(listed[0]["created"], "2026-11-20T21:36:59.628155");
}

#[tokio::test]
async fn credentials_are_validated_first() {
    let emulator = start().await;
    let token = emulator.token().expose();
    for (body, status, kinds) in [
        (json!({ "credentials": token }), 422, vec!["missing"]),
        (
            json!({ "credentials": { "scheme": "Bearer", "credentials": token } }),
            422,
            vec!["missing", "string_type"],
        ),
        (json!([1]), 422, vec!["model_attributes_type"]),
        (json!({ "scheme": "Bearer", "credentials": "" }), 401, vec![]),
        (json!({ "scheme": "Bearer", "credentials": "x" }), 401, vec![]),
        (Value::Null, 401, vec![]),
    ] {
        let response = call(&emulator, Method::GET, KEYS, body.clone()).await;
        assert_eq!(response.status, status, "{body}");
        if status == 422 {
            let faults = response.json()["detail"].as_array().unwrap().clone();
            assert_eq!(faults.iter().map(|fault| &fault["type"]).collect::<Vec<_>>(), kinds, "{body}");
        }
    }
    let broken = send(request(&emulator, Method::GET, KEYS).body("{nope")).await;
    assert_eq!(broken.json()["detail"][0]["loc"], json!(["body", 1]));
}

#[tokio::test]
async fn missing_token_takes_precedence() {
    let emulator = start().await;
    for body in
        [json!({ "request": {} }), json!({ "request": { "name": "x" }, "credentials": null }), json!({})]
    {
        assert_eq!(call(&emulator, Method::POST, KEYS, body).await.status, 401);
    }
    let faults = create(&emulator, json!({ "expires_days": "q" })).await;
    let locations: Vec<Value> =
        faults.json()["detail"].as_array().unwrap().iter().map(|f| f["loc"].clone()).collect();
    assert_eq!(locations, [json!(["body", "request", "name"]), json!(["body", "request", "expires_days"])]);
    let none = call(&emulator, Method::POST, KEYS, json!({ "credentials": credentials(&emulator) })).await;
    assert_eq!(none.json()["detail"][0]["loc"], json!(["body", "request"]));
}

#[tokio::test]
async fn server_error_is_plain_text() {
    let emulator = start().await;
    let response = create(&emulator, json!({ "name": "k", "expires_days": 3_000_000 })).await;
    assert_eq!((response.status, response.body.as_str()), (500, "Internal Server Error"));
    assert_eq!(response.header("content-type"), Some("text/plain; charset=utf-8"));
}

#[tokio::test]
async fn one_body_can_satisfy_both_generations() {
    for generation in [Generation::Bearer, Generation::BodyCredentials] {
        let emulator = Emulator::builder(generation).start().await.unwrap();
        let body = json!({
            "name": "k", "expires_days": 3,
            "request": { "name": "k", "expires_days": 3 }, "credentials": credentials(&emulator),
        });
        let create =
            request(&emulator, Method::POST, KEYS).bearer_auth(emulator.token().expose()).json(&body);
        assert_eq!(send(create).await.status, 201, "{generation:?}");
    }
}
