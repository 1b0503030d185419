//! Defaults are documented, but neither sent nor filled in.

pub mod generated;

use generated::types::Thing;
use generated::{Client, ListThingsOptions};
use serde_json::json;

use crate::{json_response, last_request, target};

#[tokio::test]
async fn default_is_not_sent_or_filled_in() {
    let (server, client) = json_response(200, &json!([{ "kind": "odd" }])).await;
    let client = Client::new(client);

    let read = client.list_things(&ListThingsOptions::new()).await.unwrap().into_body();
    assert_eq!(target(&server).await, "/things");
    assert_eq!(read, [Thing::new("odd")]);
    assert_eq!((read[0].uses, read[0].enabled), (None, None));

    client.create_thing(&Thing::new("plain")).await.unwrap();
    assert_eq!(last_request(&server).await.body, br#"{"kind":"plain"}"#);
}
