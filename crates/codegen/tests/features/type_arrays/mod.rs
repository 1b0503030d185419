//! Lists of types.

pub mod generated;

use generated::types::ThingId;
use serde_json::json;

use crate::there_and_back;

#[tokio::test]
async fn a_value_of_any_of_the_types_comes_back_as_it_was() {
    for thing in [
        json!({ "id": "a", "one": "b", "maybe": null, "either": true, "path": ["a", 1], "owner": "me", "words": "w" }),
        json!({ "id": 7, "maybe": "c", "either": 1.5, "owner": { "name": "n" }, "words": ["v", "w"] }),
        json!({ "either": null }),
    ] {
        assert_eq!(there_and_back!(thing).1, thing);
    }
    let (read, _) = there_and_back!(json!({ "id": 7 }));
    let id = read.id.unwrap();
    assert_eq!((&id, id.to_string()), (&ThingId::Integer(7), "7".to_owned()));
}
