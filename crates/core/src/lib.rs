//! One interface over many API-key vendors.
//!
//! [`ApiKeyProvider`] issues, lists, inspects, updates, revokes, deletes, rotates, reveals and verifies API keys
//! without the application knowing whose they are:
//!
//! ```
//! use api_keys_core::{ApiKeyProvider, ApiKeyProviderExt, NewApiKey, Operation, Result, RevokeOptions};
//!
//! async fn issue_and_revoke(provider: &dyn ApiKeyProvider) -> Result<()> {
//!     provider.require(&[Operation::Create, Operation::Revoke])?;
//!     let issued = provider.create(NewApiKey::new("ci")).await?;
//!     store(&issued.secret);
//!     provider.revoke(&issued.key.id, RevokeOptions::new()).await?;
//!     Ok(())
//! }
//! # fn store(_: &api_keys_core::SecretKey) {}
//! ```
//!
//! What a vendor cannot do is known beforehand ([`Capabilities`]) and refused before anything is sent. When a call
//! fails, [`Error::effect`] tells whether the vendor may have acted all the same.
//!
//! This crate has no HTTP and no vendor in it. The `api-keys` crate brings the providers.

mod answer;
mod capabilities;
mod check;
mod confirm;
pub mod de;
mod error;
mod ext;
mod forward;
mod key;
mod paging;
mod provider;
mod request;
mod secret;
mod source;
mod walk;

pub use answer::{InvalidReason, Page, Record, Revocation, Verification};
pub use capabilities::{Capabilities, Field, FieldSet, ListScope, Operation, Support};
pub use error::{Effect, Error, ErrorKind, Result, Violation};
pub use ext::{ApiKeyProviderExt, Replacement};
pub use jiff::Timestamp;
pub use key::{ApiKey, InvalidKeyId, IssuedKey, KeyExpiry, KeyId, KeyStatus};
pub use paging::OffsetCursor;
pub use provider::ApiKeyProvider;
pub use request::{Cursor, Expiry, ListQuery, NewApiKey, Patch, RevokeOptions, RotateOptions, UpdateApiKey};
pub use secret::{SecretBytes, SecretKey};
pub use source::SecretSource;
