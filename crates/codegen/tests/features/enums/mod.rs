//! `enum` and `const` with strings, numbers, mixed values and one value.

pub mod generated;

use api_keys_runtime::Nullable;
use generated::types::{
    LeftRight, Status, Thing, ThingDirection, ThingObjectOrDirection, ThingSort, ThingText, UpDown,
};
use serde_json::json;

use crate::{decode_error, round_trip};

#[tokio::test]
async fn unknown_values_are_kept() {
    let (read, sent) = round_trip!(json!({ "object": "thing", "status": "in-active", "sort": "+1" }));
    assert_eq!((read.status, read.sort), (Status::InActive, Some(ThingSort::Plus1)));
    assert_eq!(sent, json!({ "object": "thing", "status": "in-active", "sort": "+1" }));

    let (read, sent) = round_trip!(json!({ "object": "new", "status": "brand new", "sort": "other" }));
    assert_eq!(read.status, Status::Other("brand new".to_owned()));
    assert_eq!(read.sort, Some(ThingSort::Other));
    assert_eq!(sent, json!({ "object": "new", "status": "brand new", "sort": "other" }));
    assert_eq!(Status::from("2fa"), Status::Value2fa);
    assert_eq!(Status::Value2fa.to_string(), "2fa");
}

#[tokio::test]
async fn values_of_any_type_round_trip() {
    for mixed in [json!("a"), json!("b"), json!(1), json!(2), json!(true)] {
        let thing = json!({
            "object": "thing", "status": "active", "level": 7, "strict": true, "version": 3, "mixed": mixed,
            "word": "c", "list": ["x", "z"],
        });
        assert_eq!(round_trip!(thing).1, thing);
    }
    assert!(decode_error!(json!({ "object": "thing", "status": 1 })).contains("status"));
    let thing = Thing::new("thing", "active").sort("").mixed(1);
    let sent = json!({ "object": "thing", "status": "active", "sort": "", "mixed": 1 });
    assert_eq!(serde_json::to_value(thing).unwrap(), sent);
}

#[tokio::test]
async fn listed_value_selects_the_enum() {
    let thing = |key: &str, value: &str| {
        let mut thing = json!({ "object": "thing", "status": "active" });
        thing[key] = value.into();
        thing
    };
    for (value, expected) in [
        ("left", ThingDirection::LeftRight(LeftRight::Left)),
        ("right", ThingDirection::LeftRight(LeftRight::Right)),
        ("up", ThingDirection::UpDown(UpDown::Up)),
        ("away", ThingDirection::LeftRight(LeftRight::Other("away".to_owned()))),
    ] {
        let (read, sent) = round_trip!(thing("direction", value));
        assert_eq!((read.direction, &sent["direction"]), (Some(expected), &json!(value)));
    }
    for (value, expected) in [
        ("up", ThingText::UpDown(UpDown::Up)),
        ("2026-01-01T00:00:00Z", ThingText::Text("2026-01-01T00:00:00Z".into())),
    ] {
        assert_eq!(round_trip!(thing("text", value)).0.text, Some(expected));
    }
    for (value, expected) in [
        ("down", ThingObjectOrDirection::UpDown(UpDown::Down)),
        ("away", ThingObjectOrDirection::LeftRight(LeftRight::Other("away".to_owned()))),
    ] {
        let read = round_trip!(thing("object_or_direction", value)).0;
        assert_eq!(read.object_or_direction, Some(expected));
    }
}

#[test]
fn equal_members_are_one() {
    let thing = Thing::new("thing", "active").twice("up").digit(2).up_or_null(UpDown::Up);
    assert_eq!((thing.twice, thing.digit), (Some(UpDown::Up), Some(2)));
    assert_eq!(thing.up_or_null, Nullable::Value(UpDown::Up));
}
