//! Unions that are distinguished only by their fields.

use api_keys_runtime::{Json, OneOf};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

/// A tree whose nodes are of one of two types, neither of which has all fields.
#[derive(Debug)]
enum Tree {
    Left(Left),
    Right(Right),
    Other(Json),
}

#[derive(Debug, Deserialize)]
struct Left {
    child: Option<Box<Tree>>,
    left: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Right {
    child: Option<Box<Tree>>,
    right: Option<bool>,
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(OneOf::deserialize(deserializer)?.fit(Self::Left).fit(Self::Right).or(Self::Other))
    }
}

fn read(value: &Value) -> Tree {
    serde_json::from_str(&value.to_string()).unwrap()
}

#[test]
fn most_complete_type_is_chosen() {
    let tree = read(&json!({ "left": true, "child": { "right": false, "child": { "left": true } } }));
    let Tree::Left(Left { child: Some(child), left: Some(true) }) = tree else { panic!("{tree:?}") };
    let Tree::Right(Right { child: Some(child), right: Some(false) }) = *child else { panic!("{child:?}") };
    assert!(matches!(*child, Tree::Left(Left { child: None, left: Some(true) })), "{child:?}");
}

#[test]
fn unknown_fields_and_ambiguous_values() {
    assert!(matches!(read(&json!({ "new": 1, "right": true })), Tree::Right(_)));
    assert!(matches!(read(&json!({ "new": 1 })), Tree::Left(_)));
    let both = json!({ "left": true, "right": true });
    let Tree::Other(kept) = read(&both) else { panic!() };
    assert_eq!(kept.value().unwrap(), both);
    let Tree::Other(kept) = read(&json!("text")) else { panic!() };
    assert_eq!(kept.as_str(), "\"text\"");
    assert!(matches!(read(&json!([null, true])), Tree::Other(_)));
}

#[test]
fn nested_fields_distinguish_types() {
    #[derive(Debug, Deserialize)]
    struct Around<T> {
        inner: T,
    }
    #[derive(Debug, Deserialize)]
    struct Deep {
        deep: Option<bool>,
    }
    #[derive(Debug)]
    enum Either {
        Tree(Around<Tree>),
        Deep(Around<Deep>),
        Other,
    }
    impl<'de> Deserialize<'de> for Either {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let value = OneOf::deserialize(deserializer)?;
            Ok(value.fit(Self::Tree).fit(Self::Deep).or(|_| Self::Other))
        }
    }
    let read = |value: Value| serde_json::from_value::<Either>(value).unwrap();
    let deep = read(json!({ "inner": { "deep": true } }));
    assert!(matches!(&deep, Either::Deep(around) if around.inner.deep == Some(true)), "{deep:?}");
    let tree = read(json!({ "inner": { "right": true } }));
    assert!(matches!(&tree, Either::Tree(Around { inner: Tree::Right(_) })), "{tree:?}");
    assert!(matches!(read(json!({ "inner": { "right": true, "deep": true } })), Either::Other));
}

#[test]
fn ambiguous_deep_value_is_fast() {
    let mut value = json!({ "new": 1 });
    for _ in 0..100 {
        value = json!({ "child": value });
    }
    let mut tree = read(&value);
    for _ in 0..100 {
        let Tree::Left(Left { child: Some(child), .. }) = tree else { panic!("{tree:?}") };
        tree = *child;
    }
    assert!(matches!(tree, Tree::Left(Left { child: None, left: None })), "{tree:?}");
}
