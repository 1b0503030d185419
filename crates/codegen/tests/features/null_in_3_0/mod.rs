//! Null in OpenAPI 3.0, also in the words of 3.1.

pub mod generated;

use api_keys_runtime::Nullable;
use generated::types::{Owner, Thing};
use serde_json::json;

use crate::there_and_back;

#[tokio::test]
async fn null_is_read_and_written_wherever_the_document_allows_it() {
    let null = json!({
        "nullable": null, "optional_nullable": null, "words_of_3_1": null, "reference": null, "by_target": null,
        "items": [null, "a"], "word": null,
    });
    let (read, sent) = there_and_back!(null);
    assert_eq!(read.reference, Nullable::Null);
    assert_eq!(sent, null);

    let value = json!({
        "nullable": "n", "words_of_3_1": "w", "reference": { "id": "i" }, "by_target": { "name": "n" }, "word": "a",
    });
    let (read, sent) = there_and_back!(value);
    assert_eq!(read.reference, Nullable::Value(Owner::new("i")));
    assert_eq!(read.optional_nullable, Nullable::Absent);
    assert_eq!(sent, value);
    assert_eq!(serde_json::to_value(Thing::new(None)).unwrap(), json!({ "nullable": null }));
}
