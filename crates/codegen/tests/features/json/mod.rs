//! JSON of any form. Where it is only read, and serde still has the text, it is kept as it came.

pub mod generated;

use generated::Client;
use generated::types::Sent;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::{answering, last, server};

#[tokio::test]
async fn what_is_only_read_is_kept_to_the_letter() {
    let anything = r#"{"b":1.0,"a":10000000000000000000000}"#;
    let text = format!(r#"{{"anything":{anything},"list":[1.50],"map":{{"k":null}},"either":{{"one":[]}}}}"#);
    let (_server, client) = server(ResponseTemplate::new(200).set_body_string(text)).await;
    let read = Client::new(client).get_thing().await.unwrap().into_body();
    assert_eq!(read.anything.unwrap().as_str(), anything);
    assert_eq!(read.map.unwrap()["k"], Value::Null);
}

#[tokio::test]
async fn anything_can_be_sent() {
    let (server, client) = answering(200, &json!([null])).await;
    let client = Client::new(client);
    client.put_thing(&Sent::new().anything("text").list([json!(1), json!({})])).await.unwrap();
    let sent: Value = last(&server).await.body_json().unwrap();
    assert_eq!(sent, json!({ "anything": "text", "list": [1, {}] }));

    let answer = client.anything(&json!(null)).await.unwrap();
    assert_eq!(last(&server).await.body, b"null");
    assert_eq!(answer.body(), &json!([null]));
}
