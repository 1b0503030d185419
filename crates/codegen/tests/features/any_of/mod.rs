//! Any of several schemas that overlap.

pub mod generated;

use generated::types::Thing;
use serde_json::json;

use crate::there_and_back;

#[tokio::test]
async fn the_schema_that_fits_is_found() {
    for thing in [
        json!({ "named": { "name": "n", "size": 1 } }),
        json!({ "name": "n", "size": 1.5 }),
        json!({ "x": 1 }),
        json!({ "y": 1 }),
    ] {
        assert_eq!(there_and_back!(thing).1, thing);
    }
    let (read, _) = there_and_back!(json!({ "name": "n" }));
    assert!(matches!(read, Thing::Plain(named) if named.name == "n"));
    let (read, _) = there_and_back!(json!({ "x": 1 }));
    assert!(matches!(read, Thing::Inline(inline) if inline.x == 1));
}
