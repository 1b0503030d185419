//! `type` with several types.

pub mod generated;

use generated::types::ThingId;
use serde_json::json;

use crate::round_trip;

#[tokio::test]
async fn values_round_trip() {
    for thing in [
        json!({ "id": "a", "one": "b", "maybe": null, "either": true, "path": ["a", 1], "owner": "me", "words": "w" }),
        json!({ "id": 7, "maybe": "c", "either": 1.5, "owner": { "name": "n" }, "words": ["v", "w"] }),
        json!({ "either": null }),
    ] {
        assert_eq!(round_trip!(thing).1, thing);
    }
    let (read, _) = round_trip!(json!({ "id": 7 }));
    let id = read.id.unwrap();
    assert_eq!((&id, id.to_string()), (&ThingId::Integer(7), "7".to_owned()));
}
