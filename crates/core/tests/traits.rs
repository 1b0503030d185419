//! Traits that the public types implement.

use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::sync::Arc;

use api_keys_core::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use static_assertions::assert_impl_all;

macro_rules! assert_all {
    ([$($type:ty),+ $(,)?]: $($bounds:tt)+) => {
        const _: () = {
            const fn check<T: Send + Sync + Unpin + Debug + $($bounds)+>() {}
            $(check::<$type>();)+
        };
    };
}

assert_all!([SecretKey, SecretBytes, SecretSource]: Clone);
assert_all!([IssuedKey]: Send);
assert_all!([ApiKey, Fields, Json, NewApiKey, UpdateApiKey, Page<ApiKey>, Rotation, Verification]: Clone + PartialEq);
assert_all!([Cursor, InvalidReason, KeyId, ListQuery, RevokeOptions, RotateOptions, Violation]: Clone + Eq + Hash);
assert_all!([Capabilities, Effect, ErrorKind, Expiry, Field, FieldSet, InvalidKeyId, KeyExpiry]: Copy + Eq + Hash);
assert_all!([KeyStatus, ListScope, Operation, Patch<u8>, RecordState, Revocation, Support]: Copy + Eq + Hash);
assert_all!([ApiKey, Fields, Json, KeyExpiry, KeyId, KeyStatus, Rotation]: Serialize + DeserializeOwned);
assert_all!([Effect, ErrorKind, Field, InvalidReason, KeyId, KeyStatus, Operation, Support]: Display);
assert_all!([Error, InvalidKeyId, SecretSourceError]: std::error::Error);
assert_impl_all!(Arc<dyn ApiKeyProvider>: ApiKeyProvider, ApiKeyProviderExt, Send, Sync, Clone);
assert_impl_all!(Box<dyn ApiKeyProvider>: ApiKeyProvider, ApiKeyProviderExt, Send, Sync);
assert_impl_all!(dyn ApiKeyProvider: ApiKeyProvider, ApiKeyProviderExt);
