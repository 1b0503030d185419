//! Null in OpenAPI 3.1, including the syntax of 3.0.

pub mod generated;

use api_keys_runtime::Nullable;
use generated::types::Thing;
use serde_json::{Value, json};

use crate::{decode_error, round_trip};

#[tokio::test]
async fn absent_null_and_value_are_distinct() {
    let absent = json!({ "required": "r", "nullable": null });
    let (read, sent) = round_trip!(absent);
    assert_eq!(read, Thing::new("r", None));
    assert_eq!(read.optional_nullable, Nullable::Absent);
    assert_eq!(sent, absent);

    let null = json!({
        "required": "r", "nullable": null, "optional_nullable": null, "words_of_3_0": null, "any_of": null,
        "reference": null, "by_target": null, "items": [null], "values": { "a": null }, "word": null,
    });
    let (read, sent) = round_trip!(null);
    assert_eq!(read.optional_nullable, Nullable::Null);
    assert_eq!(read.items, Some(vec![None]));
    assert_eq!(sent, null);

    let value = json!({
        "required": "r", "nullable": "n", "optional": "o", "optional_nullable": "", "words_of_3_0": "w",
        "any_of": 0, "reference": { "id": "i" }, "by_target": { "name": "n" }, "items": ["a", null],
        "values": { "a": 1, "b": null }, "word": "b",
    });
    let (read, sent) = round_trip!(value);
    assert_eq!(read.optional_nullable, Nullable::Value(String::new()));
    assert_eq!(sent, value);
}

#[tokio::test]
async fn null_where_not_declared() {
    assert!(decode_error!(json!({ "required": null, "nullable": null })).contains("required"));
    // Servers send null for absent properties.
    let (read, sent) = round_trip!(json!({ "required": "r", "nullable": "n", "optional": null }));
    assert_eq!(read.optional, None);
    assert_eq!(sent.get("optional"), None::<&Value>);
}
