//! Secrets are never printed, cloned or compared, and are written on purpose only.

pub mod generated;

use api_keys_runtime::Nullable;
use generated::Client;
use generated::types::NewKey;
use serde_json::{Value, json};

use crate::{answering, last};

#[tokio::test]
async fn a_secret_is_sent_and_read_and_never_printed() {
    let answer =
        json!({ "data": { "key_id": "k", "api_key": "s3cret-1", "client_secret": null, "hint": "h" } });
    let (server, client) = answering(200, &answer).await;
    let body = NewKey::new("s3cret-2", Some("s3cret-3".into()))
        .old_secret("s3cret-4")
        .last_secret(Nullable::Null)
        .passphrase("s3cret-5")
        .more([NewKey::new("s3cret-6", None)])
        .token_hint("h");
    let answer = Client::new(client).create_key(&body).await.unwrap();

    let sent: Value = last(&server).await.body_json().unwrap();
    assert_eq!(
        sent,
        json!({
            "secret": "s3cret-2", "old_secret": "s3cret-4", "next_secret": "s3cret-3", "last_secret": null,
            "passphrase": "s3cret-5", "more": [{ "secret": "s3cret-6", "next_secret": null }], "token_hint": "h",
        })
    );
    assert_eq!(answer.body().data.api_key.expose(), "s3cret-1");
    assert!(!format!("{body:?} {answer:?}").contains("s3cret"));
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_tells_where_and_prints_no_secret() {
    let answer = json!({ "data": { "key_id": 1, "api_key": "s3cret-1" } });
    let (_server, client) = answering(200, &answer).await;
    let error = Client::new(client).create_key(&NewKey::new("s3cret-2", None)).await.unwrap_err();
    assert!(error.to_string().contains("key_id"), "{error}");
    assert!(!format!("{error:?} {error}").contains("s3cret"));
}
