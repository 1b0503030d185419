//! Vendor-specific fields.

use std::collections::BTreeMap;

use api_keys_core::Fields;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn fields(json: Value) -> Fields {
    serde_json::from_value(json).expect("fields")
}

#[test]
fn empty_fields() {
    let mut empty = Fields::new();
    assert!(empty.is_empty() && empty == Fields::default());
    assert_eq!((empty.len(), empty.get("a")), (0, None));
    assert_eq!(empty.remove("a"), None);
    assert_eq!(serde_json::to_string(&empty).expect("JSON"), "{}");
}

#[test]
fn insert_returns_the_previous_value() {
    let mut fields = Fields::new();
    assert_eq!(fields.insert("b", 1), None);
    assert_eq!(fields.insert("a".to_owned(), json!(null)), None);
    assert_eq!(fields.insert("b", "two"), Some(json!(1)));
    assert_eq!((fields.len(), &fields["b"], fields.get("a")), (2, &json!("two"), Some(&Value::Null)));
    assert_eq!(fields.remove("b"), Some(json!("two")));
    assert!(!fields.contains_key("b") && fields.contains_key("a"));
}

#[test]
#[should_panic(expected = "no field `b`")]
fn index_of_a_missing_field_panics() {
    let _ = &fields(json!({ "a": 1 }))["b"];
}

#[test]
fn values_can_be_changed() {
    let mut fields = fields(json!({ "a": 1, "b": 2 }));
    *fields.get_mut("b").expect("a field") = json!(3);
    assert_eq!(fields.get_mut("c"), None);
    fields.retain(|name, value| name != "a" && value.is_number());
    assert_eq!(json!(fields), json!({ "b": 3 }));
}

#[test]
fn order_is_insignificant() {
    let one: Fields = [("b", 1), ("a", 2)].into_iter().collect();
    let mut two = Fields::new();
    two.insert("a", 2);
    two.insert("b", 1);
    assert_eq!(one, two);
    assert!(one.iter().eq([("a", &json!(2)), ("b", &json!(1))]));
    assert_ne!(one, fields(json!({ "a": 2 })));
}

#[test]
fn last_of_equal_names_is_kept() {
    let read: Fields = serde_json::from_str(r#"{ "a": 1, "b": 2, "a": 3, "a": 4 }"#).expect("fields");
    assert_eq!(read, fields(json!({ "a": 4, "b": 2 })));
    let mut extended = fields(json!({ "a": 1, "c": 1 }));
    extended.extend([("b", 2), ("a", 2), ("a", 3)]);
    assert_eq!(extended, fields(json!({ "a": 3, "b": 2, "c": 1 })));
}

#[test]
fn absent_fields_are_not_inserted() {
    let mut read = fields(json!({ "type": 1, "z": null }));
    read.insert_present([("type", Some(json!(2))), ("z", None), ("created_by", None)]);
    assert_eq!(read, fields(json!({ "type": 2, "z": null })));
}

#[test]
fn debug_omits_the_values() {
    assert_eq!(format!("{:?}", fields(json!({ "name": "private-value" }))), r#"{"name"}"#);
}

proptest! {
    #[test]
    fn fields_are_like_a_map(
        read in prop::collection::btree_map("[a-c]{1,2}", 0..9, 0..5),
        changes in prop::collection::vec(("[a-c]{1,2}", prop::option::of(0..9_u8)), 0..9),
    ) {
        let mut map: Map<String, Value> = read.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let mut fields = Fields::from(map.clone());
        for (name, value) in changes {
            prop_assert_eq!(fields.get(&name), map.get(&name));
            match value {
                Some(value) => {
                    prop_assert_eq!(fields.insert(name.clone(), value), map.insert(name, json!(value)));
                }
                None => prop_assert_eq!(fields.remove(&name), map.remove(&name)),
            }
        }
        prop_assert_eq!(fields.len(), map.len());
        let sorted: BTreeMap<_, _> = map.iter().map(|(name, value)| (name.as_str(), value)).collect();
        prop_assert!(fields.iter().eq(sorted));
        let text = serde_json::to_string(&fields).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Fields>(&text).expect("fields"), fields.clone());
        prop_assert_eq!(Map::from(fields), map);
    }
}
