//! `additionalProperties`, `unevaluatedProperties` and `patternProperties`.

pub mod generated;

use generated::types::{Open, Thing, Typed};
use serde_json::json;

use crate::{decode_error, round_trip};

#[tokio::test]
async fn entries_round_trip() {
    let thing = json!({
        "metadata": { "a": [1, null] },
        "counts": { "a": 1, "": 2 },
        "owners": { "x": { "id": "o" } },
        "by_pattern": { "xy": 1 },
        "open": { "id": "i", "later": { "a": 1 } },
        "typed": { "id": "i", "b": 1, "a": 2 },
        "unevaluated": { "name": "n", "b": "c" },
        "scores": { "a": 0.5 },
        "closed": {},
        "lists": { "a": ["b"] },
    });
    let (read, sent) = round_trip!(thing);
    assert_eq!(read.open.unwrap().additional_properties.as_map()["later"], json!({ "a": 1 }));
    assert_eq!(read.typed.unwrap().additional_properties["b"], 1);
    assert_eq!(read.unevaluated.unwrap().additional_properties["b"], "c");
    assert_eq!(read.scores.unwrap()["a"], 0.5);
    assert_eq!(sent, thing);
    assert!(decode_error!(json!({ "metadata": {}, "counts": { "a": "b" } })).contains("counts"));
}

#[test]
fn entries_can_be_set() {
    let mut typed = Typed::new("i");
    typed.additional_properties.insert("n".to_owned(), 1);
    let thing = Thing::new([("a".to_owned(), json!(1))].into_iter().collect::<serde_json::Map<_, _>>())
        .open(Open::new("i"))
        .typed(typed)
        .counts([("c".to_owned(), 2)]);
    let sent = json!({
        "metadata": { "a": 1 }, "open": { "id": "i" }, "typed": { "id": "i", "n": 1 }, "counts": { "c": 2 },
    });
    assert_eq!(serde_json::to_value(thing).unwrap(), sent);
}
