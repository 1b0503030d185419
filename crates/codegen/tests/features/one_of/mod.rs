//! One of several schemas that differ in JSON type, or in a property of which each has its own value.

pub mod generated;

use generated::types::Detail;
use serde_json::json;

use crate::{refused, there_and_back};

#[tokio::test]
async fn what_differs_in_json_type_is_told_by_it() {
    for detail in [json!("a"), json!([{ "code": "c" }]), json!({ "code": "c" }), json!(-1), json!(true)] {
        let thing = json!({ "detail": detail });
        assert_eq!(there_and_back!(thing).1, thing);
    }
    let (read, _) = there_and_back!(json!({ "detail": [{ "code": "c" }] }));
    assert!(matches!(read.detail, Some(Detail::Faults(faults)) if faults[0].code == "c"));
    let (read, _) = there_and_back!(json!({ "detail": "words" }));
    assert_eq!(read.detail, Some(Detail::Words("words".to_owned())));

    let error = refused!(json!({ "detail": 3_000_000_000_u32 }));
    assert!(error.contains("detail"), "it does not fit into 32 bits: {error}");
    let error = refused!(json!({ "detail": { "code": 1 } }));
    assert!(error.contains("detail.code"), "{error}");
}

#[tokio::test]
async fn what_has_a_value_of_its_own_is_told_by_it() {
    for event in [json!({ "kind": "made", "by": "me" }), json!({ "kind": "gone", "at": 1 })] {
        let thing = json!({ "event": event });
        assert_eq!(there_and_back!(thing).1, thing);
    }
    let later = json!({ "event": { "kind": "moved", "to": "there" } });
    assert_eq!(there_and_back!(later).1, later, "what the document does not list is kept");
}
