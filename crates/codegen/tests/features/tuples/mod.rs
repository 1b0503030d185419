//! Lists whose items have places of their own.

pub mod generated;

use generated::types::{Chain, Thing};
use serde_json::json;

use crate::{refused, there_and_back};

#[tokio::test]
async fn items_have_the_types_of_their_places() {
    let thing = json!({
        "position": [1.5, -2.0], "entry": ["a", { "position": [0.0, 0.0] }], "as_before_2020": ["b", true],
        "chain": ["x", ["y", "z"]], "open": ["c", 1, null],
    });
    let (read, sent) = there_and_back!(thing);
    assert_eq!(read.position, Some((1.5, -2.0)));
    assert_eq!(read.as_before_2020, Some(("b".to_owned(), true)));
    assert_eq!(sent, thing);
    assert!(refused!(json!({ "position": [1.5] })).contains("position"));

    let chain = Chain::from(("x".to_owned(), Chain::from("y".to_owned())));
    let thing = Thing::new().chain(chain).entry(("a".to_owned(), Thing::new()));
    assert_eq!(serde_json::to_value(thing).unwrap(), json!({ "chain": ["x", "y"], "entry": ["a", {}] }));
}
