//! Server-sent events.

pub mod generated;

use api_keys_core::Effect;
use api_keys_runtime::FailureKind;
use generated::types::CreateChatRequest;
use generated::{Client, CreateRunEvent, WatchEvent};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::{json_response, last_request, respond_with};

async fn stream(text: &str) -> (wiremock::MockServer, Client) {
    let response = ResponseTemplate::new(200).set_body_raw(text, "text/event-stream; charset=utf-8");
    let (server, client) = respond_with(response).await;
    (server, Client::new(client))
}

#[tokio::test]
async fn name_selects_the_variant() {
    let (server, client) = stream(concat!(
        "event: created\ndata: {\"id\":1,\"token\":\"t0k3n\"}\n\n",
        "event: deleted\ndata: \"2026-01-01T00:00:00Z\"\n\n",
        "event: note\ndata: two\ndata: lines\n\n",
        "event: ping\ndata: alive\n\n",
        "event: ping\ndata: [1]\n\n",
        "data: {\"count\":3}\n\n",
        "event: future\ndata: anything\n\n",
        "data: [DONE]\n\n",
        "event: note\ndata: after the end\n\n",
    ))
    .await;
    let response = client.watch().await.unwrap();
    assert_eq!(last_request(&server).await.headers["accept"], "text/event-stream");
    let mut events = response.into_body();
    let mut all = Vec::new();
    while let Some(event) = events.next().await {
        all.push(event.unwrap());
    }
    let [created, deleted, note, ping, other_ping, message, other] = all.as_slice() else {
        panic!("{all:?}")
    };
    assert!(matches!(created, WatchEvent::Created(value) if value["id"] == 1));
    assert!(matches!(deleted, WatchEvent::Deleted(time) if time.as_str() == "2026-01-01T00:00:00Z"));
    assert!(matches!(note, WatchEvent::Note(text) if text == "two\nlines"));
    assert!(matches!(ping, WatchEvent::Ping));
    assert!(matches!(other_ping, WatchEvent::Ping2(value) if *value == json!([1])));
    assert!(matches!(message, WatchEvent::Message(message) if message.count == Some(3)));
    assert!(
        matches!(other, WatchEvent::Other(event) if (event.name(), event.data()) == ("future", "anything"))
    );
}

#[tokio::test]
async fn invalid_event_is_an_error() {
    let (_server, client) = stream("event: deleted\ndata: t0k3n\n\nevent: ping\ndata: alive\n\n").await;
    let mut events = client.watch().await.unwrap().into_body();
    let error = events.next().await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), FailureKind::Decode { .. }));
    assert!(!format!("{error} {error:?}").contains("t0k3n"));
    assert!(matches!(events.next().await.unwrap().unwrap(), WatchEvent::Ping));
}

#[tokio::test]
async fn unnamed_events_are_their_data() {
    let (_server, client) = stream("data: {\"id\":\ndata: 1}\n\ndata: {\"id\":2}\n\ndata: [DONE]\n\n").await;
    let mut things = client.unnamed().await.unwrap().into_body();
    assert_eq!(things.next().await.unwrap().unwrap().id, 1);
    assert_eq!(things.next().await.unwrap().unwrap().id, 2);
    assert!(things.next().await.is_none());
    let mut things = client.data().await.unwrap().into_body();
    assert_eq!(things.next().await.unwrap().unwrap().id, 1);
}

#[tokio::test]
async fn events_without_a_schema_are_kept() {
    let (_server, client) = stream("event: a\nid: 7\ndata: b\n\ndata: [DONE]\n\n").await;
    let mut events = client.text().await.unwrap().into_body();
    let event = events.next().await.unwrap().unwrap();
    assert_eq!((event.name(), event.data(), events.last_event_id()), ("a", "b", Some("7")));
    assert_eq!(events.next().await.unwrap().unwrap().data(), "[DONE]");
}

#[tokio::test]
async fn json_and_events_are_two_methods() {
    let request = CreateChatRequest::new();
    let (server, client) = json_response(200, &json!({ "text": "Hello" })).await;
    let chat = Client::new(client).create_chat(&request).await.unwrap().into_body();
    assert_eq!(chat.text.as_deref(), Some("Hello"));
    assert!(last_request(&server).await.headers["accept"].to_str().unwrap().starts_with("application/json,"));

    let (server, client) =
        stream("data: {\"delta\":\"He\"}\n\ndata: {\"delta\":\"llo\"}\n\ndata: [DONE]\n\n").await;
    let mut chunks = client.create_chat_stream(&request.stream(true)).await.unwrap().into_body();
    let mut text = String::new();
    while let Some(chunk) = chunks.next().await {
        text += &chunk.unwrap().delta.unwrap_or_default();
    }
    assert_eq!(text, "Hello");
    let request = last_request(&server).await;
    assert_eq!(
        (&*request.body, request.headers["accept"].as_bytes()),
        (&b"{\"stream\":true}"[..], &b"text/event-stream"[..])
    );

    let (_server, client) = json_response(429, &json!({ "code": "slow" })).await;
    let error = Client::new(client).create_chat_stream(&CreateChatRequest::new()).await.unwrap_err();
    assert!(error.documented().is_some());
    let (_server, client) = json_response(200, &json!({ "text": "Hello" })).await;
    let error = Client::new(client).create_chat_stream(&CreateChatRequest::new()).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (&FailureKind::MediaType, Effect::Applied));
}

#[tokio::test]
async fn schemas_with_the_fields_of_events_describe_them() {
    let (_server, client) = stream(concat!(
        "event: step.created\ndata: {\"id\":1}\n\n",
        "event: step.failed\ndata: {\"reason\":\"full\"}\n\n",
        "event: done\ndata: [DONE]\n\n",
    ))
    .await;
    let mut events = client.create_run().await.unwrap().into_body();
    assert!(matches!(events.next().await, Some(Ok(CreateRunEvent::StepCreated(thing))) if thing.id == 1));
    assert!(matches!(events.next().await, Some(Ok(CreateRunEvent::StepFailed(_)))));
    assert!(events.next().await.is_none());
}
