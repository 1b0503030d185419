//! Objects with required and optional properties.

pub mod generated;

use generated::types::{Thing, ThingEntry, ThingOwner};
use serde_json::{Value, json};

use crate::{answering, last, refused, there_and_back};

#[tokio::test]
async fn what_is_required_is_in_the_constructor_and_what_is_not_set_is_not_sent() {
    let (server, client) = answering(204, &Value::Null).await;
    let client = generated::Client::new(client);

    client.put_thing(&Thing::new("n", 1, ThingOwner::new("me"))).await.unwrap();
    let sent: Value = last(&server).await.body_json().unwrap();
    assert_eq!(sent, json!({ "name": "n", "uses": 1, "owner": { "id": "me" } }));

    let thing = Thing::new("n", 1, ThingOwner::new("me"))
        .small(-1)
        .share(0.5)
        .enabled(false)
        .scopes(["a", "b"])
        .anything(Value::Null)
        .with_is_active(true)
        .creator(ThingOwner::new("you"))
        .entries([ThingEntry::new().n(1)])
        .within("w");
    client.put_thing(&thing).await.unwrap();
    let sent: Value = last(&server).await.body_json().unwrap();
    assert_eq!(
        sent,
        json!({
            "name": "n", "uses": 1, "small": -1, "share": 0.5, "enabled": false, "scopes": ["a", "b"],
            "anything": null, "is_active": true, "owner": { "id": "me" }, "creator": { "id": "you" },
            "entries": [{ "n": 1 }], "within": "w",
        })
    );
}

#[tokio::test]
async fn what_the_document_does_not_name_is_passed_over_and_what_is_required_is_missed() {
    let (read, sent) =
        there_and_back!(json!({ "name": "n", "uses": 1, "owner": { "id": "me", "later": 1 }, "later": [] }));
    assert_eq!(read, Thing::new("n", 1, ThingOwner::new("me")));
    assert_eq!(sent, json!({ "name": "n", "uses": 1, "owner": { "id": "me" } }));

    let error = refused!(json!({ "name": "n", "uses": "many", "owner": { "id": "me" } }));
    assert!(error.contains("uses"), "{error}");
    refused!(json!({ "name": "n", "uses": 1 }));
}
