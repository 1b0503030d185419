//! `readOnly` and `writeOnly`, and types used in one direction.

pub mod generated;

use generated::types::{Part, Question, Thing};
use serde_json::{Value, json};

use crate::{json_response, last_request, round_trip};

#[tokio::test]
async fn read_only_and_write_only() {
    let thing =
        json!({ "id": 7, "name": "n", "made": "2026-01-01T00:00:00Z", "parts": [{ "id": 1, "name": "p" }] });
    let (read, sent) = round_trip!(thing);
    assert_eq!(read.id, Some(7));
    assert!(read.made.is_some() && read.chip.is_none());
    assert_eq!(sent, json!({ "name": "n", "parts": [{ "name": "p" }] }));

    let (server, client) = json_response(204, &Value::Null).await;
    let thing = Thing::new("n").chip("the-chip").parts([Part::new().name("p")]);
    generated::Client::new(client).put_thing(&thing).await.unwrap();
    let sent: Value = last_request(&server).await.body_json().unwrap();
    assert_eq!(sent, json!({ "name": "n", "chip": "the-chip", "parts": [{ "name": "p" }] }));
}

#[tokio::test]
async fn one_way_types() {
    let (server, client) =
        json_response(200, &json!({ "word": "no", "anything": { "b": 1, "a": 1.0 } })).await;
    let question = Question::new().word("yes").anything(1);
    let reply = generated::Client::new(client).ask_thing(&question).await.unwrap().into_body();
    assert_eq!(last_request(&server).await.body, br#"{"word":"yes","anything":1}"#);
    assert_eq!(reply.word.map(|word| word.to_string()).as_deref(), Some("no"));
}
