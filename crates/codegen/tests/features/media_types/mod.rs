//! Request and response bodies with several media types.

pub mod generated;

use api_keys_runtime::Nullable;
use generated::errors::PostThingError;
use generated::types::{OtherPatch, OtherPatchInner, OtherPatchListItem, Thing};
use generated::{Client, PatchOtherOptions};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::{last_request, no_content, respond_with};

#[tokio::test]
async fn json_is_preferred() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    let thing: Thing = serde_json::from_value(json!({ "id": 1 })).unwrap();
    client.put_thing(&thing).await.unwrap();
    assert_eq!(last_request(&server).await.headers["content-type"], "application/json");
    client.patch_thing(&thing).await.unwrap();
    let request = last_request(&server).await;
    assert_eq!(request.headers["content-type"], "application/merge-patch+json");
    assert_eq!(request.body, br#"{"id":1}"#);
}

#[tokio::test]
async fn response_content_type_is_ignored() {
    for label in ["application/json", "application/vnd.things+json; charset=utf-8", "text/plain", "text/html"]
    {
        let (_server, client) =
            respond_with(ResponseTemplate::new(200).set_body_raw(r#"{"id":1}"#, label)).await;
        let client = Client::new(client);
        assert_eq!(client.get_thing().await.unwrap().body().id, 1, "{label}");
    }
}

#[tokio::test]
async fn xml_of_a_string_is_bytes() {
    let (server, client) = respond_with(ResponseTemplate::new(200).set_body_string("<id>1</id>")).await;
    let response = Client::new(client).convert_report(&b"<id/>"[..]).await.unwrap();
    let request = last_request(&server).await;
    assert_eq!(request.headers["content-type"], "application/xml");
    assert_eq!((&*request.body, response.body().expose()), (&b"<id/>"[..], &b"<id>1</id>"[..]));
}

#[tokio::test]
async fn error_body_selects_the_variant() {
    let fail = async |body: &str| {
        let (_server, client) = respond_with(ResponseTemplate::new(503).set_body_string(body)).await;
        let thing: Thing = serde_json::from_value(json!({ "id": 1 })).unwrap();
        Client::new(client).post_thing(&thing).await.unwrap_err().documented().unwrap()
    };
    assert!(matches!(fail(r#"{"id":2}"#).await, PostThingError::ServiceUnavailable(thing) if thing.id == 2));
    let text = fail("<html>down</html>").await;
    assert!(matches!(text, PostThingError::ServiceUnavailableText(text) if text == "<html>down</html>"));
}

#[tokio::test]
async fn json_is_requested_of_several_types() {
    let (server, client) = respond_with(ResponseTemplate::new(200).set_body_json(json!({ "id": 1 }))).await;
    Client::new(client).get_thing().await.unwrap();
    assert_eq!(last_request(&server).await.headers["accept"], "application/json");
}

#[tokio::test]
async fn type_of_a_patch_can_be_chosen() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    let sent = async || last_request(&server).await.headers["content-type"].to_str().unwrap().to_owned();
    client.patch_other(&json!([]), &PatchOtherOptions::new()).await.unwrap();
    assert_eq!(sent().await, "application/json-patch+json");
    let options = PatchOtherOptions::new().content_type("application/strategic-merge-patch+json");
    client.patch_other(&json!({}), &options).await.unwrap();
    assert_eq!(sent().await, "application/strategic-merge-patch+json");
}

#[tokio::test]
async fn merge_patch_can_remove_members() {
    let (server, client) = no_content().await;
    let inner = OtherPatchInner::new().count(Nullable::Null);
    let patch =
        OtherPatch::new().note(Nullable::Null).inner(inner).list(vec![OtherPatchListItem::new().name("n")]);
    Client::new(client).merge_other(&patch).await.unwrap();
    let sent: serde_json::Value = last_request(&server).await.body_json().unwrap();
    assert_eq!(sent, json!({ "note": null, "inner": { "count": null }, "list": [{ "name": "n" }] }));
}
