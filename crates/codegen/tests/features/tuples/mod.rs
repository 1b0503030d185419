//! `prefixItems`.

pub mod generated;

use generated::types::{Chain, Thing};
use serde_json::json;

use crate::{decode_error, round_trip};

#[tokio::test]
async fn items_have_their_own_types() {
    let thing = json!({
        "position": [1.5, -2.0], "entry": ["a", { "position": [0.0, 0.0] }], "as_before_2020": ["b", true],
        "chain": ["x", ["y", "z"]], "open": ["c", 1, null],
    });
    let (read, sent) = round_trip!(thing);
    assert_eq!(read.position, Some((1.5, -2.0)));
    assert_eq!(read.as_before_2020, Some(("b".to_owned(), true)));
    assert_eq!(sent, thing);
    assert!(decode_error!(json!({ "position": [1.5] })).contains("position"));

    let chain = Chain::from(("x".to_owned(), Chain::from("y".to_owned())));
    let thing = Thing::new().chain(chain).entry(("a".to_owned(), Thing::new()));
    assert_eq!(serde_json::to_value(thing).unwrap(), json!({ "chain": ["x", "y"], "entry": ["a", {}] }));
}
