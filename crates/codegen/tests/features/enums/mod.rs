//! Lists of values: of words, of numbers, of both, and of one.

pub mod generated;

use generated::types::{Status, Thing, ThingSort};
use serde_json::json;

use crate::{refused, there_and_back};

#[tokio::test]
async fn values_that_the_document_lists_have_names_and_others_are_kept() {
    let (read, sent) = there_and_back!(json!({ "object": "thing", "status": "in-active", "sort": "+1" }));
    assert_eq!((read.status, read.sort), (Status::InActive, Some(ThingSort::Plus1)));
    assert_eq!(sent, json!({ "object": "thing", "status": "in-active", "sort": "+1" }));

    let (read, sent) = there_and_back!(json!({ "object": "new", "status": "brand new", "sort": "other" }));
    assert_eq!(read.status, Status::Other("brand new".to_owned()));
    assert_eq!(read.sort, Some(ThingSort::Other));
    assert_eq!(sent, json!({ "object": "new", "status": "brand new", "sort": "other" }));
    assert_eq!(Status::from("2fa"), Status::Value2fa);
    assert_eq!(Status::Value2fa.to_string(), "2fa");
}

#[tokio::test]
async fn values_of_any_type_come_back_as_they_were() {
    for mixed in [json!("a"), json!("b"), json!(1), json!(2), json!(true)] {
        let thing = json!({
            "object": "thing", "status": "active", "level": 7, "strict": true, "version": 3, "mixed": mixed,
            "word": "c", "list": ["x", "z"],
        });
        assert_eq!(there_and_back!(thing).1, thing);
    }
    assert!(refused!(json!({ "object": "thing", "status": 1 })).contains("status"));
    let thing = Thing::new("thing", "active").sort("").mixed(1);
    let sent = json!({ "object": "thing", "status": "active", "sort": "", "mixed": 1 });
    assert_eq!(serde_json::to_value(thing).unwrap(), sent);
}
