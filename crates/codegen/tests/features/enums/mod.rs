//! `enum` and `const` with strings, numbers, mixed values and one value.

pub mod generated;

use generated::types::{Status, Thing, ThingSort};
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
