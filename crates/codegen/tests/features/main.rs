//! The generated code for each feature of OpenAPI.
//!
//! A folder holds one feature: a small document, the generated code, which is compiled here, the report of the
//! generator if there is one, and tests that send and receive values. See `golden.rs` for how to update them.

#![allow(dead_code, reason = "tests use a part of each client")]
#![allow(clippy::too_many_arguments, reason = "required parameters are arguments")]

mod golden;

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
pub mod full_types;
pub mod header_and_cookie_parameters;
pub mod json;
pub mod json_lines;
pub mod maps;
pub mod media_types;
pub mod multipart;
pub mod names;
pub mod null;
pub mod null_in_3_0;
pub mod objects;
pub mod one_of;
pub mod openapi_3_2;
pub mod operation_classes;
pub mod operation_ids;
pub mod pagination;
pub mod path_parameters;
pub mod query_parameters;
pub mod recursion;
pub mod references;
pub mod request_bodies;
pub mod secrets;
pub mod security;
pub mod server_sent_events;
pub mod servers;
pub mod statuses;
pub mod swagger_2_0;
pub mod times;
pub mod tuples;
pub mod type_arrays;
pub mod unsupported;
pub mod xml;

use api_keys_runtime::Client;
use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// A server with one response to every request, and an HTTP client for it.
async fn respond_with(response: ResponseTemplate) -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(response).mount(&server).await;
    let client = Client::builder(server.uri()).build().unwrap();
    (server, client)
}

async fn json_response(status: u16, body: &Value) -> (MockServer, Client) {
    respond_with(ResponseTemplate::new(status).set_body_json(body)).await
}

async fn no_content() -> (MockServer, Client) {
    respond_with(ResponseTemplate::new(204)).await
}

async fn last_request(server: &MockServer) -> Request {
    server.received_requests().await.unwrap().pop().unwrap()
}

/// The path and the query of the last request, as they were sent.
async fn target(server: &MockServer) -> String {
    target_of(&last_request(server).await)
}

fn target_of(request: &Request) -> String {
    let url = &request.url;
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}

/// The body of the last request.
async fn body_text(server: &MockServer) -> String {
    String::from_utf8(last_request(server).await.body).unwrap()
}

/// Receives a value with `get_thing` and sends it with `put_thing`. Returns the value received and the JSON sent.
macro_rules! round_trip {
    ($json:expr) => {{
        let (server, client) = crate::json_response(200, &$json).await;
        let client = generated::Client::new(client);
        let read = client.get_thing().await.unwrap().into_body();
        client.put_thing(&read).await.unwrap();
        let sent: serde_json::Value = crate::last_request(&server).await.body_json().unwrap();
        (read, sent)
    }};
}

/// The error of `get_thing` for a response.
macro_rules! decode_error {
    ($json:expr) => {{
        let (_server, client) = crate::json_response(200, &$json).await;
        let error = generated::Client::new(client).get_thing().await.unwrap_err();
        assert_eq!(error.effect(), api_keys_core::Effect::NotApplied);
        error.to_string()
    }};
}

use {decode_error, round_trip};
