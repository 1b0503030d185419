//! `allOf`: plain members, members that narrow each other, members that conflict.

pub mod generated;

use generated::types::{Thing, ThingConflictingKind};
use serde_json::json;

use crate::{decode_error, round_trip};

#[tokio::test]
async fn members_are_one_object() {
    let thing = json!({
        "id": "i", "note": "n", "name": "m", "described": { "id": "d" }, "bounded": "abc",
        "open": { "id": "o", "more": 1 }, "written": "w",
        "narrowed": {
            "labels": { "a": "b" }, "data": { "id": "i" }, "list": [{ "id": "j" }], "maybes": [{ "id": "k" }],
            "size": 1, "at": "2026-01-01T00:00:00Z",
        },
        "conflicting": { "kind": "a", "owner": { "id": "o", "name": "p" }, "count": "1" },
        "either": { "a": "b" },
    });
    let (read, sent) = round_trip!(thing);
    assert_eq!((read.id.as_str(), read.name.as_str()), ("i", "m"));
    assert_eq!(read.bounded.as_deref(), Some("abc"));
    assert_eq!(read.open.unwrap().additional_properties["more"], 1);
    let narrowed = read.narrowed.unwrap();
    assert_eq!((narrowed.labels.unwrap()["a"].as_str(), narrowed.size), ("b", Some(1)));
    assert_eq!((narrowed.data.unwrap().id, narrowed.list.unwrap()[0].id.as_str()), ("i".to_owned(), "j"));
    let conflicting = read.conflicting.unwrap();
    assert_eq!(conflicting.kind, ThingConflictingKind::A, "the narrower of two types counts");
    assert_eq!(conflicting.count, Some(json!("1")), "of two that exclude each other neither does");
    assert_eq!(sent, thing);

    decode_error!(json!({ "id": "i" }));
    decode_error!(json!({ "name": "n" }));
    assert_eq!(serde_json::to_value(Thing::new("i", "n")).unwrap(), json!({ "id": "i", "name": "n" }));
}
