//! Comparison of responses to requests.

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

/// Returns a reported key.
fn reported(change: impl FnOnce(&mut ApiKey)) -> ApiKey {
    let mut key = key("ak_1");
    key.created_at = Some(now());
    change(&mut key);
    key
}

fn verify(new: &NewApiKey, change: impl FnOnce(&mut ApiKey)) -> Result<IssuedKey> {
    new.verify_response("fake", IssuedKey::new(reported(change), SecretKey::new("sk_1")))
}

/// Returns the body of an error, from which the secret can be recovered.
fn recovered(error: &Error) -> Value {
    assert_eq!((error.kind(), error.effect()), (ErrorKind::UnexpectedResponse, Effect::Applied));
    assert!(!format!("{error} {error:?}").contains("sk_1"), "{error:?}");
    serde_json::from_slice(error.body().expect("a body").expose()).expect("JSON")
}

fn assert_names(outcome: Result<IssuedKey>, field: &str) {
    let error = outcome.expect_err(field);
    assert_eq!(recovered(&error), json!({ "id": "ak_1", "secret": "sk_1" }));
    assert!(error.to_string().contains(&format!("`{field}`")), "{error}");
    assert!(error.to_string().contains("ak_1"), "{error}");
    assert_eq!(error.operation(), Some(Operation::Create));
}

#[test]
fn matching_key_is_returned() {
    let new = NewApiKey::new("n").owner("o").scopes(["a", "b"]).expires_in(HOUR).metadata(json!({}));
    let issued = verify(&new, |key| {
        key.owner = Some("o".to_owned());
        // The order of scopes is insignificant.
        key.scopes = Some(vec!["b".to_owned(), "a".to_owned()]);
        key.expiry = KeyExpiry::At(now() + HOUR);
        key.metadata = Some(json!({ "added": "by the vendor" }).into());
    });
    assert_eq!(issued.expect("a match").secret.expose(), "sk_1");
}

#[test]
fn unreported_and_unrequested_fields_are_ignored() {
    let new = NewApiKey::new("n").owner("o").scopes(["a"]).expires_in(HOUR);
    assert!(verify(&new, |_| {}).is_ok());
    let unrequested = verify(&NewApiKey::new("n"), |key| {
        key.owner = Some("chosen".to_owned());
        key.scopes = Some(vec!["chosen".to_owned()]);
        key.expiry = KeyExpiry::At(now());
        key.metadata = Some(json!(1).into());
    });
    assert!(unrequested.is_ok(), "unrequested");
}

#[test]
fn longer_life_is_an_error_without_a_time_of_creation() {
    let new = NewApiKey::new("n").expires_in(HOUR);
    let verify = |lifetime: Duration| {
        verify(&new, |key| {
            key.created_at = None;
            key.expiry = KeyExpiry::At(Timestamp::now() + lifetime);
        })
    };
    assert!(verify(HOUR).is_ok());
    // The clock of this machine may be wrong.
    assert!(verify(HOUR + HOUR / 2).is_ok());
    assert_names(verify(3 * HOUR), "expiry");
}

#[test]
fn mismatch_is_an_error_with_the_secret() {
    let new = NewApiKey::new("n");
    assert_names(verify(&new.clone().owner("o"), |key| key.owner = Some("other".to_owned())), "owner");
    assert_names(verify(&new.clone().metadata(json!(1)), |_| {}), "metadata");
    for reported in [vec![], vec!["a"], vec!["a", "b", "c"]] {
        let reported = reported.into_iter().map(str::to_owned).collect();
        assert_names(verify(&new.clone().scopes(["a", "b"]), |key| key.scopes = Some(reported)), "scopes");
    }
}

#[test]
fn longer_lifetime_is_an_error() {
    let new = NewApiKey::new("n");
    let longer = KeyExpiry::At(now() + HOUR + Duration::from_secs(61));
    for requested in [Expiry::In(HOUR), Expiry::At(now() + HOUR)] {
        for reported in [KeyExpiry::Never, longer] {
            assert_names(verify(&new.clone().expiry(requested), |key| key.expiry = reported), "expiry");
        }
    }
    assert_names(verify(&new.expiry(Expiry::Never), |key| key.expiry = longer), "expiry");
}

#[test]
fn equal_or_shorter_lifetime_is_accepted() {
    let new = NewApiKey::new("n");
    let rounded = KeyExpiry::At(now() + HOUR - Duration::from_secs(1800));
    let late = KeyExpiry::At(now() + HOUR + Duration::from_secs(60));
    for requested in [Expiry::In(HOUR), Expiry::At(now() + HOUR)] {
        for reported in [rounded, late, KeyExpiry::Unknown] {
            assert!(verify(&new.clone().expiry(requested), |key| key.expiry = reported).is_ok());
        }
    }
    assert!(verify(&new.clone().expiry(Expiry::Never), |key| key.expiry = KeyExpiry::Never).is_ok());
    assert!(verify(&new.expiry(Expiry::In(Duration::MAX)), |key| key.expiry = rounded).is_ok());
}

#[test]
fn missing_change_is_an_error() {
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
        let error = changes.verify_response("fake", reported(change)).expect_err(field);
        assert_eq!((error.kind(), error.effect()), (ErrorKind::UnexpectedResponse, Effect::Applied));
        assert_eq!(error.operation(), Some(Operation::Update));
        assert!(error.to_string().contains(&format!("`{field}`")), "{error}");
    }
}

#[test]
fn applied_or_unreported_change_is_accepted() {
    let new = UpdateApiKey::new;
    type Change = fn(&mut ApiKey);
    let cases: [(UpdateApiKey, Change); 7] = [
        (new().enabled(false), |key| key.status = KeyStatus::Disabled),
        // Enabled, but expired.
        (new().enabled(true), |key| key.status = KeyStatus::Expired),
        (new().enabled(true), |key| key.status = KeyStatus::Unknown),
        (new().owner("o"), |key| key.owner = Some("o".to_owned())),
        (new().clear_expiry(), |key| key.expiry = KeyExpiry::Never),
        (new().expiry(Expiry::In(HOUR)), |key| key.expiry = KeyExpiry::At(now() + HOUR)),
        (new().name("n"), |key| key.expiry = KeyExpiry::At(now())),
    ];
    for (changes, change) in cases {
        assert_eq!(changes.verify_response("fake", reported(change)).expect("applied"), reported(change));
    }
}

#[test]
fn secret_of_an_unreadable_key_is_kept() {
    let issued = IssuedKey::from_response(Ok(key("ak_1")), SecretKey::new("sk_1")).expect("a key");
    assert_eq!((issued.key, issued.secret.expose()), (key("ak_1"), "sk_1"));
    let failed = Err(Error::new(ErrorKind::UnexpectedResponse, "fake", Operation::Create));
    let error = IssuedKey::from_response(failed, SecretKey::new("sk_1")).expect_err("no key");
    assert_eq!(recovered(&error), json!({ "secret": "sk_1" }));
}
