//! Defaults are what the server assumes. The client tells of them, sends none and invents none.

pub mod generated;

use generated::types::Thing;
use generated::{Client, ListThingsOptions};
use serde_json::json;

use crate::{answering, last, target};

#[tokio::test]
async fn a_default_is_neither_sent_nor_invented() {
    let (server, client) = answering(200, &json!([{ "kind": "odd" }])).await;
    let client = Client::new(client);

    let read = client.list_things(&ListThingsOptions::new()).await.unwrap().into_body();
    assert_eq!(target(&server).await, "/things");
    assert_eq!(read, [Thing::new("odd")]);
    assert_eq!((read[0].uses, read[0].enabled), (None, None));

    client.create_thing(&Thing::new("plain")).await.unwrap();
    assert_eq!(last(&server).await.body, br#"{"kind":"plain"}"#);
}
