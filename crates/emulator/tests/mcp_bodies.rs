//! Request bodies of the MCP emulator.

mod http;

use api_keys_core::{ApiKeyProvider, ListQuery, Timestamp};
use api_keys_emulator::{Emulator, Vendor};
use http::{Response, request, send};
use reqwest::Method;
use serde_json::{Value, json};

const KEYS: &str = "/api/v1/api-keys/";

async fn start() -> Emulator {
    Emulator::start(Vendor::Mcp).await.unwrap()
}

async fn create(emulator: &Emulator, body: Value) -> Response {
    let request = request(emulator, Method::POST, KEYS).bearer_auth(emulator.token().expose());
    send(request.json(&body)).await
}

async fn create_text(emulator: &Emulator, content_type: &str, body: &str) -> Response {
    let request = request(emulator, Method::POST, KEYS).bearer_auth(emulator.token().expose());
    send(request.header("content-type", content_type).body(body.to_owned())).await
}

fn fault(response: &Response) -> Value {
    assert_eq!(
        (response.status, response.header("content-type")),
        (422, Some("application/json")),
        "{response:?}"
    );
    let faults = response.json()["detail"].as_array().unwrap().clone();
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults[0].clone()
}

/// Returns the lifetime of a key in days.
fn days(key: &Value) -> i64 {
    let time = |name: &str| key[name].as_str().unwrap().parse::<Timestamp>().unwrap();
    let seconds = time("expires_at").duration_since(time("created")).as_secs();
    assert_eq!(seconds % 86_400, 0, "{key}");
    seconds / 86_400
}

#[tokio::test]
async fn integers_are_coerced() {
    let emulator = Emulator::builder(Vendor::Mcp).max_active(10).start().await.unwrap();
    for (sent, expected) in [(json!(1.0), 1), (json!("7"), 7), (json!(" 8.0 "), 8), (json!(true), 1)] {
        let key = create(&emulator, json!({ "name": "lax", "expires_days": sent })).await.json();
        assert_eq!(days(&key), expected, "{sent}");
    }
    for (sent, kind) in
        [(json!(1.5), "int_from_float"), (json!("x"), "int_parsing"), (Value::Null, "int_type")]
    {
        let fault = fault(&create(&emulator, json!({ "name": "strict", "expires_days": sent })).await);
        assert_eq!(fault["type"], kind);
        assert_eq!(fault["loc"], json!(["body", "expires_days"]));
        assert_eq!(fault["input"], sent);
    }
}

#[tokio::test]
async fn invalid_fields_are_listed() {
    let emulator = start().await;
    let missing = json!({
        "type": "missing", "loc": ["body", "name"], "msg": "Field required", "input": { "expires_days": 3 },
    });
    assert_eq!(fault(&create(&emulator, json!({ "expires_days": 3 })).await), missing);
    assert_eq!(fault(&create(&emulator, json!({ "name": 5 })).await)["type"], "string_type");
    assert_eq!(fault(&create(&emulator, json!([1])).await)["type"], "model_attributes_type");
    let null = json!({ "type": "missing", "loc": ["body"], "msg": "Field required", "input": null });
    assert_eq!(fault(&create(&emulator, Value::Null).await), null);
    assert_eq!(fault(&create_text(&emulator, "application/json", "").await), null);

    let both = create(&emulator, json!({ "name": null, "expires_days": "q" })).await;
    assert_eq!(both.json()["detail"].as_array().unwrap().len(), 2);
    // The input is echoed, including a misplaced token.
    let wrapped =
        json!({ "request": { "name": "w" }, "credentials": { "scheme": "Bearer", "credentials": "x" } });
    assert_eq!(fault(&create(&emulator, wrapped.clone()).await)["input"], wrapped);
}

#[tokio::test]
async fn invalid_json_has_a_position() {
    let emulator = start().await;
    for (body, position) in [
        (r#"{"name": "x""#, 12),
        (r#"{"name":"x",}"#, 12),
        (r#"{"é" 1}"#, 5),
        ("[1 2]", 3),
        ("[1,", 3),
        ("[1,\n2 3]", 6),
        ("{} x", 3),
        ("{\"a\":01}", 6),
    ] {
        let fault = fault(&create_text(&emulator, "application/json", body).await);
        assert_eq!(fault["type"], "json_invalid", "{body}");
        assert_eq!(fault["loc"], json!(["body", position]), "{body}");
    }
    // Reported before the token is checked.
    let anonymous = request(&emulator, Method::POST, KEYS).body("{");
    assert_eq!(send(anonymous).await.status, 422);
}

#[tokio::test]
async fn python_only_json_is_rejected() {
    let emulator = start().await;
    let json = "application/json";
    assert_eq!(create_text(&emulator, json, r#"{"name":"\ud800"}"#).await.status, 400);
    assert_eq!(create_text(&emulator, json, r#"{"name":"x","expires_days":NaN}"#).await.status, 500);
    assert_eq!(create_text(&emulator, json, "\u{feff}{\"name\":\"bom\"}").await.status, 201);
}

#[tokio::test]
async fn content_type_selects_json() {
    let emulator = start().await;
    let body = r#"{"name":"x"}"#;
    assert_eq!(create_text(&emulator, "application/vnd.x+json; v=1", body).await.status, 201);
    assert_eq!(create_text(&emulator, "", body).await.status, 201);
    let fault = fault(&create_text(&emulator, "text/plain", body).await);
    assert_eq!((&fault["type"], &fault["input"]), (&json!("model_attributes_type"), &json!(body)));
}

#[tokio::test]
async fn days_beyond_the_calendar_are_server_errors() {
    let emulator = start().await;
    let far = create(&emulator, json!({ "name": "far", "expires_days": 1_000_000 })).await;
    assert_eq!(far.status, 201);
    for (days, details) in [
        (json!(3_000_000), "date value out of range"),
        (json!(-1_000_000), "date value out of range"),
        (json!(1_000_000_000_000_i64), "Python int too large to convert to C int"),
        (json!(1e30), "Python int too large to convert to C int"),
    ] {
        let response = create(&emulator, json!({ "name": "x", "expires_days": days })).await;
        assert_eq!(response.status, 500, "{days}");
        let error = &response.json()["error"];
        assert_eq!(error["code"], "server.unexpected");
        assert_eq!(error["details"], details);
        assert_eq!(error["metadata"]["original_exception"], "OverflowError");
        assert_eq!(error["metadata"]["request_path"], KEYS);
    }
    assert_eq!(emulator.store().list(ListQuery::new()).await.unwrap().items.len(), 1);
}
