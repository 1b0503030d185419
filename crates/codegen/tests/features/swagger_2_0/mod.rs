//! A Swagger 2.0 document, which is converted to OpenAPI 3.0.

pub mod generated;

use api_keys_runtime::{Authentication, FilePart, Nullable};
use generated::errors::{GetFileError, GetThingError};
use generated::types::{SendFileRequest, SendFormRequest, Thing};
use generated::{
    AddThingOptions, Client, DEFAULT_BASE_URL, GetThingOptions, PutFileOptions, basic, key, oauth,
};
use serde_json::json;
use wiremock::{MockServer, ResponseTemplate};

use crate::{body_text, json_response, last_request, no_content, respond_with, target};

async fn header(server: &MockServer, name: &str) -> String {
    last_request(server).await.headers[name].to_str().unwrap().to_owned()
}

#[test]
fn https_server_is_preferred() {
    assert_eq!(DEFAULT_BASE_URL, "https://api.things.example/v1");
}

#[tokio::test]
async fn lists_have_their_format() {
    let (server, client) = json_response(200, &json!({ "id": 1 })).await;
    let options = GetThingOptions::new()
        .csv(["a", "b"])
        .multi(["on", "off"])
        .ssv([1, 2])
        .pipes(["a", "b"])
        .tsv(["a", "b"])
        .x_tags(["a", "b"])
        .since("2026-01-01T00:00:00Z");
    Client::new(client).get_thing(1, None, &options).await.unwrap();
    assert_eq!(
        target(&server).await,
        "/things/1?csv=a,b&multi=on&multi=off&ssv=1%202&pipes=a%7Cb&tsv=a,b&since=2026-01-01T00%3A00%3A00Z"
    );
    assert_eq!(header(&server, "x-tags").await, "a,b");
}

#[tokio::test]
async fn body_parameter_is_the_body() {
    let (server, client) = json_response(201, &json!({ "id": 1, "note": null, "discriminator": "d" })).await;
    let client = Client::new(client);
    let thing = Thing::new(2).related([Thing::new(3)]);
    let read = client.add_thing(5, &thing, &AddThingOptions::new()).await.unwrap().into_body();
    assert!(read.note == Nullable::Null && read.discriminator.as_deref() == Some("d"));
    assert_eq!(target(&server).await, "/things?limit=5");
    assert_eq!(body_text(&server).await, r#"{"id":2,"related":[{"id":3}]}"#);
    // The body of the path.
    client.put_thing(1, Some(&Thing::new(4))).await.unwrap();
    assert_eq!(
        (target(&server).await, body_text(&server).await),
        ("/things/1".to_owned(), r#"{"id":4}"#.to_owned())
    );
}

#[tokio::test]
async fn form_parameters_are_the_fields() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    let form = SendFormRequest::new("n").tags(["a", "b"]).kinds(["c", "d"]).password("the-password");
    client.send_form(&form).await.unwrap();
    assert_eq!(body_text(&server).await, "name=n&tags=a,b&kinds=c&kinds=d&password=the-password");
    assert!(!format!("{form:?}").contains("the-password"));

    let form = SendFileRequest::new(FilePart::new("a.txt", &b"bytes"[..])).note("n").tags(["a", "b"]);
    client.send_file(&form).await.unwrap();
    let text = body_text(&server).await;
    assert!(
        text.contains("name=\"file\"; filename=\"a.txt\"") && text.contains("name=\"note\"\r\n\r\nn\r\n")
    );
    assert_eq!(text.matches("name=\"tags\"").count(), 2);
}

#[tokio::test]
async fn media_types_are_those_of_the_operation() {
    let (server, client) = respond_with(ResponseTemplate::new(200).set_body_bytes(b"pdf")).await;
    let client = Client::new(client);
    assert_eq!(client.get_file().await.unwrap().body().expose(), b"pdf");
    assert_eq!(header(&server, "accept").await, "application/pdf");
    client.put_file(&b"tar"[..], &PutFileOptions::new()).await.unwrap();
    assert_eq!(header(&server, "content-type").await, "application/x-tar");
    client.put_file(&b"gz"[..], &PutFileOptions::new().content_type("application/gzip")).await.unwrap();
    assert_eq!(header(&server, "content-type").await, "application/gzip");
}

#[tokio::test]
async fn shared_responses_are_errors() {
    let (_server, client) = json_response(404, &json!({ "message": "m" })).await;
    let error = Client::new(client).get_thing(1, None, &GetThingOptions::new()).await.unwrap_err();
    assert!(matches!(error.documented(), Some(GetThingError::NotFound(fault)) if fault.message == "m"));
    let (_server, client) = respond_with(ResponseTemplate::new(400).set_body_string("words")).await;
    let error = Client::new(client).get_file().await.unwrap_err();
    assert!(matches!(error.documented(), Some(GetFileError::BadRequest(text)) if text == "words"));
}

#[tokio::test]
async fn operations_get_their_credentials() {
    let (server, _) = respond_with(ResponseTemplate::new(200).set_body_json(json!({ "kind": "cat" }))).await;
    let client = |authentication: Authentication| {
        let http = api_keys_runtime::Client::builder(server.uri()).authentication(authentication);
        Client::new(http.build().unwrap())
    };
    client(key("the-key").and(oauth("the-token"))).get_animal("tom").await.unwrap();
    assert_eq!(header(&server, "x-key").await, "the-key");
    client(key("the-key").and(oauth("the-token"))).get_file().await.unwrap();
    assert_eq!(header(&server, "authorization").await, "Bearer the-token");
    client(basic("me", "the-secret")).get_file().await.unwrap();
    assert_eq!(header(&server, "authorization").await, "Basic bWU6dGhlLXNlY3JldA==");
}
