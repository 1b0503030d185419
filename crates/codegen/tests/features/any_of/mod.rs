//! `anyOf` with overlapping variants.

pub mod generated;

use generated::Client;
use generated::types::{Event, Quantity, Review, ReviewState, Thing};
use serde_json::{Value, json};

use crate::{json_response, last_request, round_trip};

#[tokio::test]
async fn variant_that_fits() {
    for thing in [
        json!({ "named": { "name": "n", "size": 1 } }),
        json!({ "name": "n", "size": 1.5 }),
        json!({ "x": 1 }),
        json!({ "y": 1 }),
    ] {
        assert_eq!(round_trip!(thing).1, thing);
    }
    let (read, _) = round_trip!(json!({ "name": "n" }));
    assert!(matches!(read, Thing::Plain(named) if named.name == "n"));
    let (read, _) = round_trip!(json!({ "x": 1 }));
    assert!(matches!(read, Thing::Inline(inline) if inline.x == 1));
}

/// Receives events and sends them. Returns the events received.
async fn events(sent: &Value) -> Vec<Event> {
    let (server, client) = json_response(200, sent).await;
    let client = Client::new(client);
    let events = client.list_events().await.unwrap().into_body();
    client.put_events(&events).await.unwrap();
    assert_eq!(&last_request(&server).await.body_json::<Value>().unwrap(), sent);
    events
}

#[tokio::test]
async fn nested_fields_select_the_variant() {
    let events = events(&json!([
        { "id": "1", "commit": { "sha": "a", "size": u64::MAX } },
        { "id": "2", "state": "approved" },
        { "id": "3", "commit": { "branch": "main" } },
        ["a", "b"],
        { "id": "4", "state": "unlisted", "note": null },
        {},
        [],
    ]))
    .await;
    let [Event::Push(push), Event::Review(state), Event::Review(branch), Event::List(list), ..] =
        events.as_slice()
    else {
        panic!("{events:?}")
    };
    assert_eq!(push.commit.as_ref().unwrap().size, Some(u64::MAX));
    assert_eq!(state.state, Some(ReviewState::Approved));
    assert_eq!(branch.commit.as_ref().unwrap().branch.as_deref(), Some("main"));
    assert_eq!(list, &["a", "b"]);
    assert!(matches!(Event::from(Review::new()), Event::Review(_)));

    let unknown_field = json!([{ "id": "5", "added_later": { "commit": 1 } }]);
    let (_server, client) = json_response(200, &unknown_field).await;
    let events = Client::new(client).list_events().await.unwrap().into_body();
    assert!(matches!(events.as_slice(), [Event::Push(_)]));
}

#[tokio::test]
async fn ambiguous_and_unknown_values_are_kept() {
    let sent = json!([
        { "state": "new", "commit": { "size": 1 } },
        { "state": "approved", "commit": { "size": 1, "branch": "b" } },
        { "commit": 5 },
        null,
        "text",
    ]);
    for (event, sent) in events(&sent).await.iter().zip(sent.as_array().unwrap()) {
        let Event::Other(kept) = event else { panic!("{event:?}") };
        assert_eq!(&kept.value().unwrap(), sent);
    }
}

#[tokio::test]
async fn integer_is_preferred_to_number() {
    let (_server, client) = json_response(200, &json!([3, 2.5, i64::MAX])).await;
    let numbers = Client::new(client).list_numbers().await.unwrap().into_body();
    assert_eq!(numbers, [Quantity::Integer(3), Quantity::Number(2.5), Quantity::Integer(i64::MAX)]);
}
