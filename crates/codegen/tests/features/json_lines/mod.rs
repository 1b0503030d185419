//! JSON Lines and JSON text sequences in requests and responses.

pub mod generated;

use generated::Client;
use generated::errors::ListThingsError;
use generated::types::Thing;
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::{body_text, json_response, last_request, no_content, respond_with};

#[tokio::test]
async fn values_arrive_one_by_one() {
    let body = "{\"id\":1}\n\n{\"id\":2,\"token\":\"t0k3n\"}";
    let (server, client) = respond_with(ResponseTemplate::new(200).set_body_string(body)).await;
    let client = Client::new(client);
    let mut things = client.list_things().await.unwrap().into_body();
    assert_eq!(things.next().await.unwrap().unwrap().id, 1);
    let thing = things.next().await.unwrap().unwrap();
    assert_eq!((thing.id, thing.token.unwrap().expose()), (2, "t0k3n"));
    assert!(things.next().await.is_none());
    assert_eq!(last_request(&server).await.headers["accept"], "application/jsonl");

    let (_server, client) = no_content().await;
    assert!(Client::new(client).list_things().await.unwrap().into_body().next().await.is_none());
}

#[tokio::test]
async fn errors_are_documented() {
    let (_server, client) = json_response(404, &json!({ "code": "gone" })).await;
    let error = Client::new(client).list_things().await.unwrap_err();
    let ListThingsError::NotFound(problem) = error.documented().unwrap();
    assert_eq!(problem.code.as_deref(), Some("gone"));
}

#[tokio::test]
async fn items_are_sent_repeatedly() {
    let (server, client) = respond_with(ResponseTemplate::new(503)).await;
    let things = [Thing::new(1).token("t0k3n"), Thing::new(2)];
    Client::new(client).create_things(&things).await.unwrap_err();
    assert_eq!(body_text(&server).await, "{\"id\":1,\"token\":\"t0k3n\"}\n{\"id\":2}\n");
    assert_eq!(last_request(&server).await.headers["content-type"], "application/jsonl");
    assert!(server.received_requests().await.unwrap().len() > 1);
}

#[tokio::test]
async fn text_stands_for_any_values() {
    let (server, client) = respond_with(ResponseTemplate::new(200).set_body_string("{\"a\":1}\n[]\n")).await;
    let client = Client::new(client);
    let mut values = client.get_text().await.unwrap().into_body();
    assert_eq!(values.next().await.unwrap().unwrap(), json!({ "a": 1 }));
    assert_eq!(values.next().await.unwrap().unwrap(), json!([]));
    assert_eq!(last_request(&server).await.headers["accept"], "application/x-ndjson");
    client.send_text(&[json!(1), json!("a\nb")]).await.unwrap();
    assert_eq!(body_text(&server).await, "1\n\"a\\nb\"\n");
    assert_eq!(last_request(&server).await.headers["content-type"], "application/x-ndjson");
}

#[tokio::test]
async fn array_describes_all_items() {
    let (_server, client) = respond_with(ResponseTemplate::new(200).set_body_string("1\n2\n")).await;
    let mut values = Client::new(client).get_array().await.unwrap().into_body();
    assert_eq!(values.next().await.unwrap().unwrap(), 1);
}

#[tokio::test]
async fn sequences_are_streams() {
    let body = "\u{1e}{\n\"text\": \"a\"\n}\n\u{1e}{\"text\":\"b\"}\n";
    let (_server, client) = respond_with(ResponseTemplate::new(200).set_body_string(body)).await;
    let mut log = Client::new(client).get_log().await.unwrap().into_body();
    assert_eq!(log.next().await.unwrap().unwrap().text.as_deref(), Some("a"));
    assert_eq!(log.next().await.unwrap().unwrap().text.as_deref(), Some("b"));
    assert!(log.next().await.is_none());
}

#[tokio::test]
async fn stream_is_a_second_method() {
    let (server, client) = respond_with(ResponseTemplate::new(200).set_body_string("[{\"id\":1}]")).await;
    let things = Client::new(client).get_both().await.unwrap().into_body();
    assert_eq!(things[0].id, 1);
    assert!(last_request(&server).await.headers["accept"].to_str().unwrap().starts_with("application/json,"));
    let (server, client) = respond_with(ResponseTemplate::new(200).set_body_string("{\"id\":1}")).await;
    // The document has an operation with the usual name.
    let mut things = Client::new(client).get_both_stream2().await.unwrap().into_body();
    assert_eq!(things.next().await.unwrap().unwrap().id, 1);
    assert_eq!(last_request(&server).await.headers["accept"], "application/jsonl");
}
