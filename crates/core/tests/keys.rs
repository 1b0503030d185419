//! Keys and their ids.

use api_keys_core::{ApiKey, KeyExpiry, KeyId, KeyStatus, Timestamp};
use proptest::prelude::*;
use serde_json::json;

#[test]
fn invalid_id_is_rejected() {
    for text in ["", ".", "..", "a\0", "a\0b", "\n", "a\nb", "\r\n", "\u{7f}", "a\u{7f}b", "a\u{85}"] {
        let error = KeyId::new(text).expect_err(text);
        assert!(text.parse::<KeyId>().is_err() && KeyId::try_from(text.to_owned()).is_err());
        assert!(serde_json::from_value::<KeyId>(text.into()).is_err());
        assert!(error.to_string().starts_with("invalid key id: "));
    }
}

#[test]
fn other_characters_are_valid() {
    for text in ["a", "...", ".a", "a/../b", "a b", "a%2Fb", "?", "#", "ключ", "-1", " "] {
        assert_eq!(KeyId::new(text).expect(text).as_str(), text);
    }
}

#[test]
fn id_is_padded() {
    let id = KeyId::new("ak").expect("an id");
    assert_eq!(format!("[{id:4}]"), "[ak  ]");
    assert_eq!(format!("{id:?}"), "KeyId(\"ak\")");
}

#[test]
fn new_key_has_only_an_id() {
    let key = ApiKey::new(KeyId::new("ak").expect("an id"));
    assert_eq!((key.status, key.expiry), (KeyStatus::Unknown, KeyExpiry::Unknown));
    assert_eq!((key.name, key.owner, key.scopes, key.created_at), (None, None, None, None));
    assert!(key.extra.is_empty());
}

#[test]
fn unknown_status_is_not_inactive() {
    for (status, inactive) in [
        (KeyStatus::Active, false),
        (KeyStatus::Unknown, false),
        (KeyStatus::Disabled, true),
        (KeyStatus::Revoked, true),
        (KeyStatus::Expired, true),
    ] {
        assert_eq!(status.is_inactive(), inactive, "{status}");
    }
}

#[test]
fn expiry_is_past_at_its_time() {
    let time = Timestamp::UNIX_EPOCH;
    let nanosecond = std::time::Duration::from_nanos(1);
    assert!(KeyExpiry::At(time).is_past(time) && !KeyExpiry::At(time).is_past(time - nanosecond));
    assert!(!KeyExpiry::Never.is_past(time) && !KeyExpiry::Unknown.is_past(time));
    assert_eq!((KeyExpiry::At(time).at(), KeyExpiry::Never.at()), (Some(time), None));
    assert_ne!(KeyExpiry::Never, KeyExpiry::Unknown);
}

#[test]
fn debug_omits_free_form_values() {
    let mut key = ApiKey::new(KeyId::new("ak").expect("an id"));
    key.metadata = Some(json!("private-value").into());
    key.extra.insert("field", "private-value");
    let text = format!("{key:?}");
    assert!(text.contains("field") && !text.contains("private-value"), "{text}");
}

#[test]
fn key_round_trips() {
    let mut key = ApiKey::new(KeyId::new("ak").expect("an id"));
    for metadata in [None, Some(json!(null)), Some(json!("text")), Some(json!({ "b": [1.5], "a": null }))] {
        key.metadata = metadata.map(Into::into);
        key.extra.insert("remaining", 5);
        let text = serde_json::to_string(&key).expect("JSON");
        let value = serde_json::to_value(&key).expect("a value");
        assert_eq!(value, serde_json::from_str::<serde_json::Value>(&text).expect("a value"));
        // Null is read as no metadata.
        if key.metadata.as_ref().is_some_and(|metadata| *metadata == json!(null)) {
            key.metadata = None;
        }
        assert_eq!(serde_json::from_str::<ApiKey>(&text).expect("a key"), key);
        assert_eq!(serde_json::from_value::<ApiKey>(value).expect("a key"), key);
    }
}

#[test]
fn key_with_formatted_metadata_is_one_line() {
    let mut key = ApiKey::new(KeyId::new("ak").expect("an id"));
    key.metadata = Some("{\n  \"a\": 1\n}".parse().expect("JSON"));
    let line = serde_json::to_string(&key).expect("JSON");
    assert!(!line.contains('\n'), "{line}");
    assert_eq!(serde_json::from_str::<ApiKey>(&line).expect("a key"), key);
}

proptest! {
    #[test]
    fn arbitrary_id_is_valid_or_rejected(text in any::<String>()) {
        let valid = !matches!(text.as_str(), "" | "." | "..") && !text.chars().any(char::is_control);
        prop_assert_eq!(KeyId::new(text.clone()).is_ok(), valid);
    }

    #[test]
    fn id_round_trips(text in "[^\\p{Cc}]{3,20}") {
        let id = KeyId::new(text.clone()).expect("an id");
        prop_assert_eq!(id.to_string(), text.as_str());
        prop_assert_eq!(id.as_ref(), text.as_str());
        prop_assert_eq!(String::from(id.clone()), text.as_str());
        prop_assert_eq!(text.parse::<KeyId>(), Ok(id.clone()));
        let json = serde_json::to_value(&id).expect("JSON");
        prop_assert_eq!(&json, &serde_json::Value::from(text));
        prop_assert_eq!(serde_json::from_value::<KeyId>(json).expect("an id"), id);
    }
}
