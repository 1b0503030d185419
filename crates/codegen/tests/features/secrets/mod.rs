//! Secrets in bodies and parameters.

pub mod generated;

use api_keys_runtime::Nullable;
use generated::types::NewKey;
use generated::{Client, VerifyOptions};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::{json_response, last_request, respond_with};

#[tokio::test]
async fn secret_is_sent_and_redacted() {
    let json =
        json!({ "data": { "key_id": "k", "api_key": "s3cret-1", "client_secret": null, "hint": "h" } });
    let (server, client) = json_response(200, &json).await;
    let body = NewKey::new("s3cret-2", Some("s3cret-3".into()))
        .old_secret("s3cret-4")
        .last_secret(Nullable::Null)
        .passphrase("s3cret-5")
        .more([NewKey::new("s3cret-6", None)])
        .token_hint("h");
    let response = Client::new(client).create_key(&body).await.unwrap();

    let sent: Value = last_request(&server).await.body_json().unwrap();
    assert_eq!(
        sent,
        json!({
            "secret": "s3cret-2", "old_secret": "s3cret-4", "next_secret": "s3cret-3", "last_secret": null,
            "passphrase": "s3cret-5", "more": [{ "secret": "s3cret-6", "next_secret": null }], "token_hint": "h",
        })
    );
    assert_eq!(response.body().data.api_key.expose(), "s3cret-1");
    assert!(!format!("{body:?} {response:?}").contains("s3cret"));
}

#[tokio::test]
async fn decode_error_contains_no_secret() {
    let response = json!({ "data": { "key_id": 1, "api_key": "s3cret-1" } });
    let (_server, client) = json_response(200, &response).await;
    let error = Client::new(client).create_key(&NewKey::new("s3cret-2", None)).await.unwrap_err();
    assert!(error.to_string().contains("key_id"), "{error}");
    assert!(!format!("{error:?} {error}").contains("s3cret"));
}

#[tokio::test]
async fn secret_parameter_is_sent_and_redacted() {
    let echo = "c/ode one-time token-1 session-1";
    let (server, client) = respond_with(ResponseTemplate::new(400).set_body_string(echo)).await;
    let options = VerifyOptions::new().token("token-1").session_secret("session-1").theme("dark");
    let error = Client::new(client).verify(&"c/ode".into(), &"one-time".into(), &options).await.unwrap_err();

    let request = last_request(&server).await;
    assert_eq!(request.url.path(), "/verify/c%2Fode");
    assert_eq!(request.url.query(), Some("token=token-1"));
    assert_eq!(request.headers["x-one-time-password"], "one-time");
    assert_eq!(request.headers["cookie"], "session_secret=session-1; theme=dark");
    for shown in [format!("{options:?}"), format!("{error} {error:?}")] {
        for secret in ["c/ode", "one-time", "token-1", "session-1"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}
