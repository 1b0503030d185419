//! Unparsed JSON.

use std::collections::BTreeMap;

use api_keys_core::{ApiKey, Json};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

fn parse(text: &str) -> Json {
    text.parse().expect(text)
}

#[test]
fn text_is_kept() {
    let text = r#"{ "b": 1.0,  "a": [ 18446744073709551616 ] }"#;
    assert_eq!(parse(text).as_str(), text);
    assert_eq!(serde_json::to_string(&parse(text)).expect("JSON"), text);
    assert_eq!(parse(" \n1 ").as_str(), "1");
}

#[test]
fn invalid_text_is_rejected() {
    for text in ["", "{", "1 2", "nul", "\"\n\""] {
        assert!(text.parse::<Json>().is_err(), "{text:?}");
    }
}

#[test]
fn unrepresentable_number_is_kept() {
    let json = parse(r#"{ "n": 1e999 }"#);
    assert!(json.value().is_err());
    assert_eq!(serde_json::to_string(&json).expect("JSON"), json.as_str());
    assert_eq!(json, json.clone());
    assert_ne!(json, parse(r#"{"n":1e999}"#));
    assert_ne!(json, json!({}));
}

#[test]
fn equality_is_by_value() {
    assert_eq!(parse(r#"{"a":1,"b":2}"#), parse(r#"{ "b": 2, "a": 1 }"#));
    assert_eq!(parse("[ 1 ]"), json!([1]));
    assert_ne!(parse("1"), parse("2"));
    assert_ne!(parse("1"), json!("1"));
}

#[test]
fn content_is_decoded() {
    assert_eq!(parse("[1, 2]").decode::<Vec<u8>>().expect("numbers"), [1, 2]);
    assert!(parse("[1, 2]").decode::<String>().is_err());
}

#[test]
fn debug_omits_the_content() {
    assert_eq!(format!("{:?}", parse(r#""private-value""#)), "Json(..)");
}

#[test]
fn line_breaks_are_not_serialized() {
    for text in ["{\n  \"a\": [\r\n\t1,\r2\n  ]\n}", "[\r\r1\r,2]", "[\"  \\n  \",\n  \"\u{85}\"]"] {
        let line = serde_json::to_string(&parse(text)).expect("JSON");
        assert!(!line.contains(['\n', '\r']), "{line:?}");
        assert_eq!(parse(&line), parse(text));
    }
}

#[test]
fn buffered_content_is_deserialized() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Flattened {
        #[serde(flatten)]
        rest: BTreeMap<String, Json>,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        Number { number: u8 },
        Json { json: Option<Json> },
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "type")]
    enum Tagged {
        Json { json: Json },
    }
    fn round_trip<T: Serialize + for<'de> Deserialize<'de> + PartialEq + std::fmt::Debug>(text: &str) {
        let read: T = serde_json::from_str(text).expect(text);
        let written = serde_json::to_string(&read).expect("JSON");
        assert_eq!(
            serde_json::from_str::<Value>(&written).expect("JSON"),
            parse(text).value().expect("JSON")
        );
        assert_eq!(serde_json::from_str::<T>(&written).expect(text), read);
        assert_eq!(serde_json::from_value::<T>(parse(text).value().expect("JSON")).expect(text), read);
    }
    for json in ["null", "true", "-1", "0.5", r#""a""#, "[ ]", r#"{ "a": [{ "b": null }] }"#] {
        round_trip::<Flattened>(&format!(r#"{{ "json": {json} }}"#));
        round_trip::<Untagged>(&format!(r#"{{ "json": {json} }}"#));
        round_trip::<Tagged>(&format!(r#"{{ "json": {json}, "type": "Json" }}"#));
    }
}

#[test]
fn flattened_key_is_deserialized() {
    #[derive(Serialize, Deserialize)]
    struct Listed {
        provider: String,
        #[serde(flatten)]
        key: ApiKey,
    }
    let mut key = ApiKey::new("ak".parse().expect("an id"));
    key.metadata = Some(parse(r#"{ "team": "data" }"#));
    key.extra.insert("type", "api_key");
    let listed = Listed { provider: "p".to_owned(), key };
    let text = serde_json::to_string(&listed).expect("JSON");
    assert_eq!(serde_json::from_str::<Listed>(&text).expect("a key").key, listed.key);
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4).prop_map(Value::from_iter),
        ]
    })
}

proptest! {
    #[test]
    fn value_round_trips(value in value()) {
        let json = Json::from(value.clone());
        prop_assert_eq!(&json, &value);
        let formatted = parse(&serde_json::to_string_pretty(&value).expect("JSON"));
        prop_assert_eq!(&formatted, &json);
        let line = serde_json::to_string(&formatted).expect("JSON");
        prop_assert!(!line.contains('\n'));
        prop_assert_eq!(serde_json::from_str::<Value>(&line).expect("JSON"), value.clone());
        let through_value: Json = serde_json::from_value(serde_json::to_value(&json).expect("JSON")).expect("JSON");
        prop_assert_eq!(through_value, value);
    }
}
