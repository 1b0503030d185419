#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

#[cfg(feature = "bulk")]
mod bulk;
mod config;
mod vendors;

pub use api_keys_core::provider;
pub use api_keys_core::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt, Capabilities, Cursor, Effect, Error, ErrorKind, Expiry, Field,
    FieldSet, Fields, InvalidKeyId, InvalidReason, IssuedKey, Json, KeyExpiry, KeyId, KeyStatus, ListQuery,
    ListScope, NewApiKey, Operation, Page, Patch, RecordState, Result, Revocation, RevokeOptions,
    RotateOptions, Rotation, RotationMethod, RotationOptions, RotationState, SecretBytes, SecretKey,
    SecretSource, SecretSourceError, Support, Timestamp, UpdateApiKey, Verification, Violation,
};
#[cfg(feature = "bulk")]
pub use bulk::{BulkOptions, Progress, RateLimited, Summary, for_each_key};
pub use vendors::*;

// The pages use most features.
#[cfg(all(doc, feature = "all-vendors", feature = "bulk", feature = "rustls"))]
pub mod _guide;
#[cfg(doc)]
#[doc = include_str!("../docs/promises.md")]
pub mod _promises {}
