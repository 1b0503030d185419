//! Recursive schemas.

pub mod generated;

use generated::types::{Expression, Leaf, Negation, Tree};
use serde_json::json;

use crate::round_trip;

#[tokio::test]
async fn nested_values_round_trip() {
    let tree = json!({
        "parent": { "children": [] },
        "children": [{ "children": [{ "children": [] }] }],
        "named": { "a": { "children": [], "named": {} } },
        "leaf": { "tree": { "children": [] } },
        "value": ["a", ["b", { "negated": { "negated": [] } }]],
        "nested": [[], [[]]],
        "maybe": null,
    });
    let (read, sent) = round_trip!(tree);
    assert_eq!(read.children[0].children.len(), 1);
    assert!(
        matches!(read.value, Some(Expression::List(list)) if list[0] == Expression::Text("a".to_owned()))
    );
    assert_eq!(sent, tree);

    let built = Tree::new([Tree::new([])])
        .leaf(Leaf::new(Tree::new([])))
        .maybe(Tree::new([]))
        .value(Negation::new("a".to_owned()));
    let sent = serde_json::to_value(built).unwrap();
    assert_eq!(
        sent,
        json!({
            "children": [{ "children": [] }], "leaf": { "tree": { "children": [] } }, "maybe": { "children": [] },
            "value": { "negated": "a" },
        })
    );
}
