//! A vendor's answer is held against what was asked.

mod support;

use std::time::Duration;

use api_keys_core::{
    ApiKey, Effect, Error, ErrorKind, Expiry, IssuedKey, KeyExpiry, KeyStatus, NewApiKey, Operation, Result,
    SecretKey, Timestamp, UpdateApiKey,
};
use serde_json::{Value, json};
use support::{key, time};

const HOUR: Duration = Duration::from_secs(3600);

fn now() -> Timestamp {
    time("2026-01-01T12:00:00Z")
}

/// A key as a vendor tells it, changed by a test.
fn told(change: impl FnOnce(&mut ApiKey)) -> ApiKey {
    let mut key = key("ak_1");
    key.created_at = Some(now());
    change(&mut key);
    key
}

fn confirm(new: &NewApiKey, change: impl FnOnce(&mut ApiKey)) -> Result<IssuedKey> {
    new.verify_response("fake", IssuedKey::new(told(change), SecretKey::new("sk_1")))
}

/// The body that is kept for rescue, and the field that the line names.
fn rescued(error: &Error) -> Value {
    assert_eq!((error.kind(), error.effect()), (ErrorKind::UnexpectedResponse, Effect::Applied));
    assert!(!format!("{error} {error:?}").contains("sk_1"), "{error:?}");
    serde_json::from_slice(error.body().expect("a body").expose()).expect("JSON")
}

fn named(outcome: Result<IssuedKey>, field: &str) {
    let error = outcome.expect_err(field);
    assert_eq!(rescued(&error), json!({ "id": "ak_1", "secret": "sk_1" }));
    assert!(error.to_string().contains(&format!("`{field}`")), "{error}");
    assert!(error.to_string().contains("ak_1"), "the key to revoke is named: {error}");
    assert_eq!(error.operation(), Some(Operation::Create));
}

#[test]
fn a_key_that_is_as_asked_is_handed_on() {
    let new = NewApiKey::new("n").owner("o").scopes(["a", "b"]).expires_in(HOUR).metadata(json!({}));
    let issued = confirm(&new, |key| {
        key.owner = Some("o".to_owned());
        // The order of scopes has no meaning.
        key.scopes = Some(vec!["b".to_owned(), "a".to_owned()]);
        key.expiry = KeyExpiry::At(now() + HOUR);
        key.metadata = Some(json!({ "added": "by the vendor" }));
    });
    assert_eq!(issued.expect("as asked").secret.expose(), "sk_1");
}

#[test]
fn what_the_vendor_does_not_tell_is_taken_on_trust() {
    let new = NewApiKey::new("n").owner("o").scopes(["a"]).expires_in(HOUR);
    assert!(confirm(&new, |_| {}).is_ok());
    let unasked = confirm(&NewApiKey::new("n"), |key| {
        key.owner = Some("chosen".to_owned());
        key.scopes = Some(vec!["chosen".to_owned()]);
        key.expiry = KeyExpiry::At(now());
        key.metadata = Some(json!(1));
    });
    assert!(unasked.is_ok(), "what was not asked for cannot differ");
}

#[test]
fn a_key_that_is_not_as_asked_is_an_error_that_keeps_the_secret() {
    let new = NewApiKey::new("n");
    named(confirm(&new.clone().owner("o"), |key| key.owner = Some("other".to_owned())), "owner");
    named(confirm(&new.clone().metadata(json!(1)), |_| {}), "metadata");
    for told in [vec![], vec!["a"], vec!["a", "b", "c"]] {
        let told = told.into_iter().map(str::to_owned).collect();
        named(confirm(&new.clone().scopes(["a", "b"]), |key| key.scopes = Some(told)), "scopes");
    }
}

#[test]
fn a_key_that_lives_longer_than_asked_is_an_error() {
    let new = NewApiKey::new("n");
    let longer = KeyExpiry::At(now() + HOUR + Duration::from_secs(61));
    for asked in [Expiry::In(HOUR), Expiry::At(now() + HOUR)] {
        for told in [KeyExpiry::Never, longer] {
            named(confirm(&new.clone().expiry(asked), |key| key.expiry = told), "expiry");
        }
    }
    named(confirm(&new.expiry(Expiry::Never), |key| key.expiry = longer), "expiry");
}

#[test]
fn a_key_that_lives_as_long_as_asked_or_shorter_is_good() {
    let new = NewApiKey::new("n");
    let rounded = KeyExpiry::At(now() + HOUR - Duration::from_secs(1800));
    let late = KeyExpiry::At(now() + HOUR + Duration::from_secs(60));
    for asked in [Expiry::In(HOUR), Expiry::At(now() + HOUR)] {
        for told in [rounded, late, KeyExpiry::Unknown] {
            assert!(confirm(&new.clone().expiry(asked), |key| key.expiry = told).is_ok());
        }
    }
    assert!(confirm(&new.clone().expiry(Expiry::Never), |key| key.expiry = KeyExpiry::Never).is_ok());
    assert!(confirm(&new.expiry(Expiry::In(Duration::MAX)), |key| key.expiry = rounded).is_ok());
}

#[test]
fn an_update_that_was_not_made_is_an_error() {
    let new = UpdateApiKey::new;
    type Change = fn(&mut ApiKey);
    let cases: [(UpdateApiKey, Change, &str); 8] = [
        (new().enabled(false), |key| key.status = KeyStatus::Active, "enabled"),
        (new().enabled(true), |key| key.status = KeyStatus::Disabled, "enabled"),
        (new().owner("o"), |key| key.owner = Some("other".to_owned()), "owner"),
        (new().scopes(["a"]), |key| key.scopes = Some(vec![]), "scopes"),
        (new().clear_expiry(), |key| key.expiry = KeyExpiry::At(now()), "expiry"),
        (new().expiry(Expiry::Never), |key| key.expiry = KeyExpiry::At(now()), "expiry"),
        (new().expiry(Expiry::In(HOUR)), |key| key.expiry = KeyExpiry::Never, "expiry"),
        (new().metadata(json!(1)), |key| key.metadata = None, "metadata"),
    ];
    for (changes, change, field) in cases {
        let error = changes.verify_response("fake", told(change)).expect_err(field);
        assert_eq!((error.kind(), error.effect()), (ErrorKind::UnexpectedResponse, Effect::Applied));
        assert_eq!(error.operation(), Some(Operation::Update));
        assert!(error.to_string().contains(&format!("`{field}`")), "{error}");
    }
}

#[test]
fn an_update_that_was_made_or_is_not_told_is_handed_on() {
    let new = UpdateApiKey::new;
    type Change = fn(&mut ApiKey);
    let cases: [(UpdateApiKey, Change); 7] = [
        (new().enabled(false), |key| key.status = KeyStatus::Disabled),
        // Switched on, but its time is over all the same.
        (new().enabled(true), |key| key.status = KeyStatus::Expired),
        (new().enabled(true), |key| key.status = KeyStatus::Unknown),
        (new().owner("o"), |key| key.owner = Some("o".to_owned())),
        (new().clear_expiry(), |key| key.expiry = KeyExpiry::Never),
        (new().expiry(Expiry::In(HOUR)), |key| key.expiry = KeyExpiry::At(now() + HOUR)),
        (new().name("n"), |key| key.expiry = KeyExpiry::At(now())),
    ];
    for (changes, change) in cases {
        assert_eq!(changes.verify_response("fake", told(change)).expect("made"), told(change));
    }
}

#[test]
fn a_secret_whose_key_cannot_be_read_is_kept() {
    let good = IssuedKey::from_response(Ok(key("ak_1")), SecretKey::new("sk_1")).expect("a key");
    assert_eq!((good.key, good.secret.expose()), (key("ak_1"), "sk_1"));
    let failed = Err(Error::new(ErrorKind::UnexpectedResponse, "fake", Operation::Create));
    let error = IssuedKey::from_response(failed, SecretKey::new("sk_1")).expect_err("no key");
    assert_eq!(rescued(&error), json!({ "secret": "sk_1" }));
}
