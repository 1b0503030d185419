//! `oneOf` with variants of different JSON types, or with distinct values of a property.

pub mod generated;

use generated::types::{Detail, Plan, ResultSchema};
use serde_json::json;

use crate::{decode_error, round_trip};

#[tokio::test]
async fn variants_by_json_type() {
    for detail in [json!("a"), json!([{ "code": "c" }]), json!({ "code": "c" }), json!(-1), json!(true)] {
        let thing = json!({ "detail": detail });
        assert_eq!(round_trip!(thing).1, thing);
    }
    let (read, _) = round_trip!(json!({ "detail": [{ "code": "c" }] }));
    assert!(matches!(read.detail, Some(Detail::Faults(faults)) if faults[0].code == "c"));
    let (read, _) = round_trip!(json!({ "detail": "words" }));
    assert_eq!(read.detail, Some(Detail::Words("words".to_owned())));

    let error = decode_error!(json!({ "detail": 3_000_000_000_u32 }));
    assert!(error.contains("detail"), "it does not fit into 32 bits: {error}");
    let error = decode_error!(json!({ "detail": { "code": 1 } }));
    assert!(error.contains("detail.code"), "{error}");
}

#[tokio::test]
async fn variants_by_property() {
    for event in [json!({ "kind": "made", "by": "me" }), json!({ "kind": "gone", "at": 1 })] {
        let thing = json!({ "event": event });
        assert_eq!(round_trip!(thing).1, thing);
    }
    let later = json!({ "event": { "kind": "moved", "to": "there" } });
    assert_eq!(round_trip!(later).1, later, "what the document does not list is kept");
}

#[tokio::test]
async fn variants_by_boolean_or_several_values() {
    let thing = json!({
        "results": [{ "ok": false, "reason": "late" }, { "ok": true, "value": "v" }, { "ok": "maybe" }],
        "plans": [{ "id": "1", "tier": "team", "seats": 3 }, { "id": "2", "tier": "trial" }],
    });
    let (read, sent) = round_trip!(thing);
    assert_eq!(sent, thing);
    let results = read.results.unwrap();
    let [ResultSchema::Failed(failed), ResultSchema::Done(done), ResultSchema::Other(_)] = results.as_slice()
    else {
        panic!("{results:?}")
    };
    assert_eq!((failed.reason.as_str(), done.value.as_str()), ("late", "v"));
    let plans = read.plans.unwrap();
    let [Plan::Paid(paid), Plan::Free(free)] = plans.as_slice() else { panic!("{plans:?}") };
    assert_eq!((paid.id.as_str(), paid.seats, free.id.as_str()), ("1", Some(3), "2"));
}
