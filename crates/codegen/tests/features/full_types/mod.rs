//! Types that implement all traits, for tests of applications.

pub mod generated;

use std::fmt::Debug;

use generated::types::{IssuedKey, IssuedKeyState, NewKey, Owner};
use serde::de::DeserializeOwned;
use serde_json::json;

#[test]
fn responses_can_be_constructed() {
    let issued = IssuedKey::new("k1", "sk_secret", IssuedKeyState::Active, Owner::new("Ada"))
        .note("a note".to_owned());
    let encoded = serde_json::to_value(&issued).unwrap();
    let expected = json!({ "id": "k1", "state": "active", "owner": { "name": "Ada" }, "note": "a note" });
    assert_eq!(encoded, expected, "secrets are omitted");
    assert_eq!(issued.secret.expose(), "sk_secret");
}

#[test]
fn secrets_in_undeclared_properties_are_omitted() {
    let owner: Owner = serde_json::from_value(json!({ "name": "Ada", "token": "sk_secret" })).unwrap();
    assert_eq!(owner.additional_properties["token"].expose(), "sk_secret");
    assert_eq!(serde_json::to_value(&owner).unwrap(), json!({ "name": "Ada" }));
}

#[test]
fn requests_can_be_read() {
    let new = json!({ "name": "ci", "seed": "s" });
    let read: NewKey = serde_json::from_value(new).unwrap();
    assert_eq!((read.name.as_str(), read.seed.unwrap().expose()), ("ci", "s"));
    fn is_readable<T: DeserializeOwned + Debug>() {}
    is_readable::<NewKey>();
}
