//! Values that are one of several types: whichever they are, nothing that was sent is lost.

#[path = "unions/generated/mod.rs"]
#[allow(dead_code, reason = "a client offers more than this test uses")]
pub mod generated;

mod common;

use api_keys_runtime as http;
use generated::Client;
use generated::types::{Animal, Event, Plan, Push, Quantity, ResultSchema as Outcome, Review, ReviewState};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

#[test]
fn the_code_that_this_test_compiles_is_up_to_date() {
    common::expect_up_to_date("unions");
}

async fn client(answer: &Value) -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(answer)).mount(&server).await;
    let client = Client::new(http::Client::builder(server.uri()).build().unwrap());
    (server, client)
}

async fn events(sent: Value) -> Vec<Event> {
    let (_server, client) = client(&sent).await;
    client.list_events().await.unwrap().into_body()
}

#[tokio::test]
async fn a_value_is_the_type_that_knows_its_fields_however_deep_they_are() {
    let events = events(json!([
        { "id": "1", "commit": { "sha": "a", "size": u64::MAX } },
        { "id": "2", "state": "approved" },
        { "id": "3", "commit": { "branch": "main" } },
        ["a", "b"],
        { "id": "4", "added_later": { "commit": 1 } },
    ]))
    .await;
    let [Event::Push(push), Event::Review(state), Event::Review(branch), Event::List(list), Event::Push(_)] =
        events.as_slice()
    else {
        panic!("{events:?}")
    };
    assert_eq!(push.commit.as_ref().unwrap().size, Some(u64::MAX));
    assert_eq!(state.state, Some(ReviewState::Approved));
    assert_eq!(branch.commit.as_ref().unwrap().branch.as_deref(), Some("main"));
    assert_eq!(list, &["a", "b"]);
}

#[tokio::test]
async fn a_value_that_is_two_types_at_once_or_none_is_kept_as_it_came() {
    let sent = json!([{ "state": "new", "commit": { "size": 1 } }, { "commit": 5 }, null, "text"]);
    let events = events(sent.clone()).await;
    for (event, sent) in events.iter().zip(sent.as_array().unwrap()) {
        let Event::Other(kept) = event else { panic!("{event:?}") };
        assert_eq!(&kept.value().unwrap(), sent);
    }
}

#[tokio::test]
async fn what_was_read_is_written_back_as_it_was() {
    for sent in [
        json!({ "id": "1", "commit": { "sha": "a", "size": 18_446_744_073_709_551_615_u64 } }),
        json!({ "id": "2", "state": "unlisted", "note": null }),
        json!({ "state": "approved", "commit": { "size": 1, "branch": "b" } }),
        json!({}),
        json!([]),
    ] {
        let (server, client) = client(&sent).await;
        let event = client.echo_event(&Event::Push(Push::new())).await.unwrap().into_body();
        client.echo_event(&event).await.unwrap();
        let requests = server.received_requests().await.unwrap();
        assert_eq!(requests[1].body_json::<Value>().unwrap(), sent);
    }
    assert!(matches!(Event::from(Review::new()), Event::Review(_)));
}

#[tokio::test]
async fn a_truth_value_or_one_of_several_words_tells_as_well() {
    let (_server, client) =
        client(&json!([{ "ok": false, "reason": "late" }, { "ok": true, "value": "v" }, { "ok": "maybe" }]))
            .await;
    let results = client.list_results().await.unwrap().into_body();
    let [Outcome::Failed(failed), Outcome::Done(done), Outcome::Other(_)] = results.as_slice() else {
        panic!("{results:?}")
    };
    assert_eq!((failed.reason.as_str(), done.value.as_str()), ("late", "v"));

    let (_server, client) =
        self::client(&json!([{ "id": "1", "tier": "team", "seats": 3 }, { "id": "2", "tier": "trial" }]))
            .await;
    let plans = client.list_plans().await.unwrap().into_body();
    let [Plan::Paid(paid), Plan::Free(free)] = plans.as_slice() else { panic!("{plans:?}") };
    assert_eq!((paid.id.as_str(), paid.seats, free.id.as_str()), ("1", Some(3), "2"));
}

#[tokio::test]
async fn a_child_has_what_its_parent_has() {
    let (_server, client) =
        client(&json!([{ "kind": "cat", "name": "Tom", "lives": 9 }, { "kind": "dog", "name": "Rex" }]))
            .await;
    let animals = client.list_animals().await.unwrap().into_body();
    let [Animal::Cat(cat), Animal::Other(dog)] = animals.as_slice() else { panic!("{animals:?}") };
    assert_eq!((cat.name.as_deref(), cat.lives), (Some("Tom"), Some(9)));
    assert_eq!(dog.value().unwrap()["name"], "Rex");
}

#[tokio::test]
async fn a_whole_number_stays_whole_where_any_number_would_do() {
    let (_server, client) = client(&json!([3, 2.5, i64::MAX])).await;
    let numbers = client.list_numbers().await.unwrap().into_body();
    assert_eq!(numbers, [Quantity::Integer(3), Quantity::Number(2.5), Quantity::Integer(i64::MAX)]);
}
