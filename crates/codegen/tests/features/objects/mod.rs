//! Objects with required and optional properties.

pub mod generated;

use generated::types::{Thing, ThingEntry, ThingOwner};
use serde_json::{Value, json};

use crate::{decode_error, json_response, last_request, round_trip};

#[tokio::test]
async fn unset_properties_are_not_sent() {
    let (server, client) = json_response(204, &Value::Null).await;
    let client = generated::Client::new(client);

    client.put_thing(&Thing::new("n", 1, ThingOwner::new("me"))).await.unwrap();
    let sent: Value = last_request(&server).await.body_json().unwrap();
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
    let sent: Value = last_request(&server).await.body_json().unwrap();
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
async fn unknown_and_missing_properties() {
    let (read, sent) =
        round_trip!(json!({ "name": "n", "uses": 1, "owner": { "id": "me", "later": 1 }, "later": [] }));
    assert_eq!(read, Thing::new("n", 1, ThingOwner::new("me")));
    assert_eq!(sent, json!({ "name": "n", "uses": 1, "owner": { "id": "me" } }));

    let error = decode_error!(json!({ "name": "n", "uses": "many", "owner": { "id": "me" } }));
    assert!(error.contains("uses"), "{error}");
    decode_error!(json!({ "name": "n", "uses": 1 }));
}
