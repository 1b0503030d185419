//! `$ref` in every location that OpenAPI allows.

pub mod generated;

use generated::errors::GetThingError;
use generated::{GetThingOptions, PutThingOptions};
use serde_json::{Value, json};

use crate::{json_response, last_request, no_content, target};

#[tokio::test]
async fn references_are_resolved() {
    let thing = json!({
        "id": "a", "other": "b", "first": { "n": 1 }, "list": [{ "n": 2 }], "within": { "code": "c" },
        "missing": { "code": "d" }, "more": { "base": true, "name": "m" },
    });
    let (server, client) = json_response(200, &thing).await;
    let client = generated::Client::new(client);
    let options = GetThingOptions::new().columns(["a", "b"]).x_trace("t");
    let read = client.get_thing("1", &options).await.unwrap().into_body();
    assert_eq!(target(&server).await, "/things/1?columns=a&columns=b");
    assert_eq!(last_request(&server).await.headers["x-trace"], "t");
    assert_eq!(read.more.as_ref().map(|more| more.name.as_str()), Some("m"));

    client.put_thing("1", &read, &PutThingOptions::new()).await.unwrap();
    let sent: Value = last_request(&server).await.body_json().unwrap();
    assert_eq!(sent, thing);
}

#[tokio::test]
async fn responses_and_paths() {
    let (_server, client) = json_response(404, &json!({ "code": "gone" })).await;
    let client = generated::Client::new(client);
    let error = client.get_thing("1", &GetThingOptions::new()).await.unwrap_err();
    let Some(GetThingError::NotFound(missing)) = error.documented() else { panic!("{error:?}") };
    assert_eq!(missing.code.as_deref(), Some("gone"));

    let (server, client) = no_content().await;
    generated::Client::new(client).delete_other("2").await.unwrap();
    assert_eq!(target(&server).await, "/others/2");
    assert_eq!(last_request(&server).await.method, "DELETE");
}
