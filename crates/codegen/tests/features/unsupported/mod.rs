//! Schemas without a Rust type become any JSON value and are reported.

pub mod generated;

use serde_json::json;

use crate::round_trip;

#[tokio::test]
async fn values_round_trip() {
    let thing = json!({
        "condition": "a", "elsewhere": { "b": 1 }, "dangling": [null], "circle": 1, "unknown": true, "misspelt": "c",
        "negated": {}, "never": "d", "nothing": null, "both": 1.5, "open_tuple": ["e", 1, false],
    });
    assert_eq!(round_trip!(thing).1, thing);
}
