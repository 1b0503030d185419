//! Null in OpenAPI 3.0, including the syntax of 3.1.

pub mod generated;

use api_keys_runtime::Nullable;
use generated::types::{Owner, Thing};
use serde_json::json;

use crate::round_trip;

#[tokio::test]
async fn null_round_trips() {
    let null = json!({
        "nullable": null, "optional_nullable": null, "words_of_3_1": null, "reference": null, "by_target": null,
        "items": [null, "a"], "word": null,
    });
    let (read, sent) = round_trip!(null);
    assert_eq!(read.reference, Nullable::Null);
    assert_eq!(sent, null);

    let value = json!({
        "nullable": "n", "words_of_3_1": "w", "reference": { "id": "i" }, "by_target": { "name": "n" }, "word": "a",
    });
    let (read, sent) = round_trip!(value);
    assert_eq!(read.reference, Nullable::Value(Owner::new("i")));
    assert_eq!(read.optional_nullable, Nullable::Absent);
    assert_eq!(sent, value);
    assert_eq!(serde_json::to_value(Thing::new(None)).unwrap(), json!({ "nullable": null }));
}
