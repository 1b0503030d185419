//! Schemas of any JSON value.

pub mod generated;

use generated::Client;
use generated::types::Sent;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::{json_response, last_request, respond_with};

#[tokio::test]
async fn response_text_is_kept() {
    let anything = r#"{"b":1.0,"a":10000000000000000000000}"#;
    let text = format!(r#"{{"anything":{anything},"list":[1.50],"map":{{"k":null}},"either":{{"one":[]}}}}"#);
    let (_server, client) = respond_with(ResponseTemplate::new(200).set_body_string(text)).await;
    let read = Client::new(client).get_thing().await.unwrap().into_body();
    assert_eq!(read.anything.unwrap().as_str(), anything);
    assert_eq!(read.map.unwrap()["k"], Value::Null);
}

#[tokio::test]
async fn any_value_can_be_sent() {
    let (server, client) = json_response(200, &json!([null])).await;
    let client = Client::new(client);
    client.put_thing(&Sent::new().anything("text").list([json!(1), json!({})])).await.unwrap();
    let sent: Value = last_request(&server).await.body_json().unwrap();
    assert_eq!(sent, json!({ "anything": "text", "list": [1, {}] }));

    let response = client.anything(&json!(null)).await.unwrap();
    assert_eq!(last_request(&server).await.body, b"null");
    assert_eq!(response.body(), &json!([null]));
}
