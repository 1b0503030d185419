//! Ids: which texts are ids, and that they stay what they are.

use api_keys_core::{ApiKey, KeyExpiry, KeyId, KeyStatus, Timestamp};
use proptest::prelude::*;

#[test]
fn what_could_climb_out_of_a_path_segment_is_refused() {
    for text in ["", ".", "..", "a\0", "\n", "a\u{7f}b", "a\u{85}"] {
        let error = KeyId::new(text).expect_err(text);
        assert!(text.parse::<KeyId>().is_err() && KeyId::try_from(text.to_owned()).is_err());
        assert!(serde_json::from_value::<KeyId>(text.into()).is_err());
        assert!(error.to_string().starts_with("invalid key id: "));
    }
}

#[test]
fn everything_else_is_left_to_the_vendor() {
    for text in ["a", "...", ".a", "a/../b", "a b", "a%2Fb", "?", "#", "ключ", "-1", " "] {
        assert_eq!(KeyId::new(text).expect(text).as_str(), text);
    }
}

#[test]
fn an_id_is_padded_like_a_text() {
    let id = KeyId::new("ak").expect("an id");
    assert_eq!(format!("[{id:4}]"), "[ak  ]");
    assert_eq!(format!("{id:?}"), "KeyId(\"ak\")");
}

#[test]
fn a_key_of_which_only_the_id_is_known_says_nothing_else() {
    let key = ApiKey::new(KeyId::new("ak").expect("an id"));
    assert_eq!((key.status, key.expiry), (KeyStatus::Unknown, KeyExpiry::Unknown));
    assert_eq!((key.name, key.owner, key.scopes, key.created_at), (None, None, None, None));
    assert!(key.extra.is_empty());
}

#[test]
fn only_a_status_that_says_so_is_inactive() {
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
fn a_key_ends_at_its_end_and_not_knowing_is_not_never() {
    let end = Timestamp::UNIX_EPOCH;
    let nanosecond = std::time::Duration::from_nanos(1);
    assert!(KeyExpiry::At(end).is_past(end) && !KeyExpiry::At(end).is_past(end - nanosecond));
    assert!(!KeyExpiry::Never.is_past(end) && !KeyExpiry::Unknown.is_past(end));
    assert_eq!((KeyExpiry::At(end).at(), KeyExpiry::Never.at()), (Some(end), None));
    assert_ne!(KeyExpiry::Never, KeyExpiry::Unknown);
}

#[test]
fn debug_of_a_key_leaves_free_form_values_out() {
    let mut key = ApiKey::new(KeyId::new("ak").expect("an id"));
    key.metadata = Some("private-value".into());
    key.extra.insert("field".to_owned(), "private-value".into());
    let text = format!("{key:?}");
    assert!(text.contains("field") && !text.contains("private-value"), "{text}");
}

proptest! {
    #[test]
    fn an_id_is_any_text_but_the_refused(text in any::<String>()) {
        let good = !matches!(text.as_str(), "" | "." | "..") && !text.chars().any(char::is_control);
        prop_assert_eq!(KeyId::new(text.clone()).is_ok(), good);
    }

    #[test]
    fn an_id_survives_every_way_out_and_in(text in "[^\\p{Cc}]{3,20}") {
        let id = KeyId::new(text.clone()).expect("an id");
        prop_assert_eq!(id.to_string(), text.as_str());
        prop_assert_eq!(id.as_ref(), text.as_str());
        prop_assert_eq!(String::from(id.clone()), text.as_str());
        prop_assert_eq!(text.parse::<KeyId>(), Ok(id.clone()));
        let json = serde_json::to_value(&id).expect("a text");
        prop_assert_eq!(&json, &serde_json::Value::from(text));
        prop_assert_eq!(serde_json::from_value::<KeyId>(json).expect("an id"), id);
    }
}
