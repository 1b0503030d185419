//! What no type can say is any JSON value, and is reported with its place; nothing is left out in silence.

pub mod generated;

use serde_json::json;

use crate::there_and_back;

#[tokio::test]
async fn what_no_type_can_say_comes_back_as_it_was() {
    let thing = json!({
        "condition": "a", "elsewhere": { "b": 1 }, "dangling": [null], "circle": 1, "unknown": true, "misspelt": "c",
        "negated": {}, "never": "d", "nothing": null, "both": 1.5, "open_tuple": ["e", 1, false],
    });
    assert_eq!(there_and_back!(thing).1, thing);
}
