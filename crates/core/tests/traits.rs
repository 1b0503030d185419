//! What every public type can do.

use std::error::Error as StdError;
use std::fmt::{Debug, Display};
use std::hash::Hash;

use api_keys_core::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

#[test]
fn secrets_and_their_sources_are_shared_but_not_compared() {
    fn values<T: Send + Sync + Unpin + Debug + Clone>() {}
    values::<SecretKey>();
    values::<SecretBytes>();
    values::<SecretSource>();
}

#[test]
fn what_holds_a_new_secret_goes_from_task_to_task() {
    fn issued<T: Send + Sync + Unpin + Debug>() {}
    issued::<IssuedKey>();
    issued::<Replacement>();
}

#[test]
fn what_holds_json_is_compared() {
    fn compared<T: Send + Sync + Unpin + Debug + Clone + PartialEq>() {}
    compared::<ApiKey>();
    compared::<NewApiKey>();
    compared::<UpdateApiKey>();
    compared::<Page<ApiKey>>();
    compared::<Verification>();
}

#[test]
fn what_holds_texts_is_compared_and_hashed() {
    fn hashed<T: Send + Sync + Unpin + Debug + Clone + Eq + Hash>() {}
    hashed::<Cursor>();
    hashed::<InvalidReason>();
    hashed::<KeyId>();
    hashed::<ListQuery>();
    hashed::<RevokeOptions>();
    hashed::<RotateOptions>();
    hashed::<Violation>();
}

#[test]
fn small_values_are_copied() {
    fn copied<T: Send + Sync + Unpin + Debug + Copy + Eq + Hash>() {}
    copied::<Capabilities>();
    copied::<Effect>();
    copied::<ErrorKind>();
    copied::<Expiry>();
    copied::<Field>();
    copied::<FieldSet>();
    copied::<InvalidKeyId>();
    copied::<KeyExpiry>();
    copied::<KeyStatus>();
    copied::<ListScope>();
    copied::<Operation>();
    copied::<Patch<u8>>();
    copied::<RecordState>();
    copied::<Revocation>();
    copied::<Support>();
}

#[test]
fn keys_can_be_stored() {
    fn stored<T: Serialize + DeserializeOwned>() {}
    stored::<ApiKey>();
    stored::<KeyExpiry>();
    stored::<KeyId>();
    stored::<KeyStatus>();
}

#[test]
fn what_has_a_name_prints_it() {
    fn named<T: Display>() {}
    named::<Effect>();
    named::<ErrorKind>();
    named::<Field>();
    named::<InvalidKeyId>();
    named::<InvalidReason>();
    named::<KeyId>();
    named::<KeyStatus>();
    named::<Operation>();
    named::<Support>();
}

#[test]
fn errors_fit_into_those_of_an_application() {
    fn error<T: StdError + Send + Sync + 'static>() {}
    error::<InvalidKeyId>();
    error::<api_keys_core::Error>();
}
