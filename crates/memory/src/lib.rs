//! An in-process [`ApiKeyProvider`](api_keys_core::ApiKeyProvider) that stores keys in memory.
//!
//! For tests, and as the reference implementation of the trait: every operation is native, and every field is
//! supported. Keys that must survive the process belong into a database: see `api-keys-sql`.
//!
//! ```
//! use api_keys_core::{ApiKeyProvider, NewApiKey, RevokeOptions, Verification};
//! use api_keys_memory::Memory;
//!
//! # async fn example() -> api_keys_core::Result<()> {
//! let keys = Memory::new();
//! let issued = keys.create(NewApiKey::new("ci").scopes(["deploy"])).await?;
//! assert!(matches!(keys.verify(&issued.secret).await?, Verification::Valid(_)));
//!
//! keys.revoke(&issued.key.id, RevokeOptions::new().reason("leaked")).await?;
//! assert!(matches!(keys.verify(&issued.secret).await?, Verification::Invalid(_)));
//! # Ok(()) }
//! # futures_util::FutureExt::now_or_never(example()).unwrap().unwrap();
//! ```
//!
//! # Secrets
//! Only the SHA-256 digest of a secret is stored, unless [`MemoryBuilder::retain_secrets`] is set. A plain digest is
//! sufficient for the generated secrets of 256 random bits. It does not protect guessable secrets from
//! [`MemoryBuilder::secrets`].
//!
//! # Extra fields
//! [`extra`](api_keys_core::ApiKey::extra) is stored as it is. An update sets the given names and keeps the others. Two
//! names have a meaning:
//! - `remaining`: the number of remaining uses, an integer. Each successful
//!   [`verify`](api_keys_core::ApiKeyProvider::verify) decrements it; at 0 the result is
//!   [`QuotaExceeded`](api_keys_core::InvalidReason::QuotaExceeded). `null` means unlimited.
//! - `revocation_reason`: the [`RevokeOptions::reason`](api_keys_core::RevokeOptions::reason).

mod config;
mod error;
mod generator;
mod groups;
mod memory;
mod provider;
mod record;
mod store;

pub use crate::config::MemoryConfig;
pub use crate::memory::{Memory, MemoryBuilder, Snapshot};

/// The example in the README is compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
