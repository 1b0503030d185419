//! What the generator makes of each feature of OpenAPI.
//!
//! A folder holds one feature: a small document, the code that it becomes (`generated`, compiled here), and tests of
//! what that code says and reads on the wire. `tests/snapshots.rs` keeps the code up to date.

#![allow(dead_code, reason = "a client offers more than its test uses")]

pub mod all_of;
pub mod any_of;
pub mod bytes_and_text;
pub mod client;
pub mod defaults;
pub mod directions;
pub mod discriminator;
pub mod docs;
pub mod enums;
pub mod forms;
pub mod header_and_cookie_parameters;
pub mod json;
pub mod maps;
pub mod media_types;
pub mod multipart;
pub mod names;
pub mod null;
pub mod null_in_3_0;
pub mod objects;
pub mod one_of;
pub mod operation_classes;
pub mod operation_ids;
pub mod path_parameters;
pub mod query_parameters;
pub mod recursion;
pub mod references;
pub mod request_bodies;
pub mod secrets;
pub mod statuses;
pub mod times;
pub mod tuples;
pub mod type_arrays;
pub mod unsupported;

use api_keys_runtime::Client;
use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// A server that gives one answer to everything, and what sends requests to it.
async fn server(answer: ResponseTemplate) -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let client = Client::builder(server.uri()).build().unwrap();
    (server, client)
}

/// A server that answers everything with this status and JSON.
async fn answering(status: u16, body: &Value) -> (MockServer, Client) {
    server(ResponseTemplate::new(status).set_body_json(body)).await
}

/// A server that answers everything with nothing.
async fn silent() -> (MockServer, Client) {
    server(ResponseTemplate::new(204)).await
}

/// What a server was sent last.
async fn last(server: &MockServer) -> Request {
    server.received_requests().await.unwrap().pop().unwrap()
}

/// The path and the query that a server was sent last, as they were written.
async fn target(server: &MockServer) -> String {
    let url = last(server).await.url;
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}

/// The body that a server was sent last, as text.
async fn text(server: &MockServer) -> String {
    String::from_utf8(last(server).await.body).unwrap()
}

/// Reads a value as the answer of `get_thing` and sends it with `put_thing`. Gives what was read and what was sent.
macro_rules! there_and_back {
    ($json:expr) => {{
        let (server, client) = crate::answering(200, &$json).await;
        let client = generated::Client::new(client);
        let read = client.get_thing().await.unwrap().into_body();
        client.put_thing(&read).await.unwrap();
        let sent: serde_json::Value = crate::last(&server).await.body_json().unwrap();
        (read, sent)
    }};
}

/// Why an answer cannot be read by `get_thing`.
macro_rules! refused {
    ($json:expr) => {{
        let (_server, client) = crate::answering(200, &$json).await;
        let error = generated::Client::new(client).get_thing().await.unwrap_err();
        assert_eq!(error.effect(), api_keys_core::Effect::NotApplied);
        error.to_string()
    }};
}

use {refused, there_and_back};
