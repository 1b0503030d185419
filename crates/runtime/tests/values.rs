//! Types of values in generated code.

use api_keys_core::Timestamp;
use api_keys_runtime::{AdditionalProperties, DateTime, Json, Nullable, TimeZone};
use serde::Deserialize;
use serde_json::json;

#[test]
fn any_time_text_is_kept() {
    let utc = |text: &str| DateTime::from(text).timestamp().map(|time| time.to_string());
    assert_eq!(utc("2026-05-01T12:00:00Z").as_deref(), Some("2026-05-01T12:00:00Z"));
    assert_eq!(utc("2026-05-01T12:00:00.123456+05:30").as_deref(), Some("2026-05-01T06:30:00.123456Z"));
    for text in ["2026-05-01T12:00:00", "2026-05-01", "yesterday", "", "1777636800"] {
        assert_eq!(utc(text), None, "{text}");
        let time: DateTime = serde_json::from_value(json!(text)).unwrap();
        assert_eq!((time.as_str(), serde_json::to_value(&time).unwrap()), (text, json!(text)));
    }
}

#[test]
fn time_zone_applies_without_offset() {
    let zone = TimeZone::fixed(jiff::tz::offset(2));
    let at = |text: &str| DateTime::from(text).timestamp_in(&zone).map(|time| time.to_string());
    assert_eq!(at("2026-05-01T12:00:00.5").as_deref(), Some("2026-05-01T10:00:00.5Z"));
    assert_eq!(
        at("2026-05-01T12:00:00Z").as_deref(),
        Some("2026-05-01T12:00:00Z"),
        "an offset of its own wins"
    );
    assert_eq!(at("yesterday"), None);
}

#[test]
fn timestamp_round_trips() {
    let timestamp: Timestamp = "2026-05-01T12:00:00.000001Z".parse().unwrap();
    assert_eq!(DateTime::from(timestamp).timestamp(), Some(timestamp));
}

#[test]
fn absent_null_and_value_are_distinct() {
    #[derive(Deserialize)]
    struct Update {
        #[serde(default)]
        name: Nullable<String>,
    }
    let read = |value| serde_json::from_value::<Update>(value).unwrap().name;
    assert_eq!(read(json!({})), Nullable::Absent);
    assert_eq!(read(json!({ "name": null })), Nullable::Null);
    assert_eq!(read(json!({ "name": "ci" })), Nullable::Value("ci".to_owned()));
    assert_eq!(Nullable::Value(1).into_option(), Some(1));
    assert_eq!(Nullable::<u8>::Null.as_option(), None);
    assert!(Nullable::<u8>::default().is_absent());
}

#[derive(Deserialize)]
struct Open {
    any: Option<Json>,
    #[serde(flatten)]
    rest: AdditionalProperties,
}

#[test]
fn json_is_kept_as_written() {
    let open: Open = serde_json::from_str(r#"{ "more": 1, "any": { "b": 1.0,  "a": [ ] } }"#).unwrap();
    let any = open.any.unwrap();
    assert_eq!(any.as_str(), r#"{ "b": 1.0,  "a": [ ] }"#);
    assert_eq!(any.value().unwrap(), json!({ "a": [], "b": 1.0 }));
    assert_eq!(serde_json::to_string(&any).unwrap(), any.as_str());
    assert_eq!(open.rest.into_inner(), [("more".to_owned(), json!(1))].into());

    let open: Open = serde_json::from_str(r#"{ "any": null }"#).unwrap();
    assert!(open.any.is_none());
    let open: Open = serde_json::from_value(json!({ "any": "text" })).unwrap();
    assert_eq!(open.any.unwrap().decode::<String>().unwrap(), "text");
}

#[test]
fn unrepresentable_json_is_kept() {
    let open: Open = serde_json::from_str(r#"{ "any": 1e999 }"#).unwrap();
    let any = open.any.unwrap();
    assert_eq!(any.as_str(), "1e999");
    assert!(any.value().is_err());
}

#[test]
fn json_compares_by_value() {
    let json = |text: &str| serde_json::from_str::<Json>(text).unwrap();
    assert_eq!(json(r#"{"a":1,"b":2}"#), json(r#"{ "b": 2, "a": 1 }"#));
    assert_ne!(json("1"), json("2"));
    assert_eq!(format!("{:?}", json(r#""secret""#)), "Json(..)");
}
