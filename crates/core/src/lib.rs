//! The vendor-neutral interface of `api-keys`.
//!
//! [`ApiKeyProvider`] creates, lists, inspects, updates, revokes, deletes, rotates, reveals and verifies API keys
//! independently of the vendor:
//!
//! ```
//! use api_keys_core::{ApiKeyProvider, ApiKeyProviderExt, NewApiKey, Operation, Result, RevokeOptions};
//!
//! async fn create_and_revoke(provider: &dyn ApiKeyProvider) -> Result<()> {
//!     provider.require(&[Operation::Create, Operation::Revoke])?;
//!     let issued = provider.create(NewApiKey::new("ci")).await?;
//!     store(&issued.secret);
//!     provider.revoke(&issued.key.id, RevokeOptions::new()).await?;
//!     Ok(())
//! }
//! # fn store(_: &api_keys_core::SecretKey) {}
//! ```
//!
//! [`Capabilities`] lists the operations and fields that a vendor supports; everything else is rejected before a
//! request is sent. After a failed call, [`Error::effect`] reports whether the vendor may have acted.
//!
//! This crate contains no HTTP and no vendor: the `api-keys` crate provides the implementations. The module
//! [`provider`] is for authors of implementations.

mod capabilities;
pub mod de;
#[doc(hidden)]
pub mod defect;
mod error;
mod ext;
mod pagination;
pub mod provider;
mod rotation;
mod types;

pub use jiff::Timestamp;

pub use crate::capabilities::field::{Field, FieldSet};
pub use crate::capabilities::operation::{Operation, Support};
pub use crate::capabilities::{Capabilities, ListScope};
pub use crate::error::kind::{Effect, ErrorKind};
pub use crate::error::{Error, Result, Violation};
pub use crate::ext::ApiKeyProviderExt;
pub use crate::provider::contract::ApiKeyProvider;
pub use crate::rotation::options::RotationOptions;
pub use crate::rotation::{Rotation, RotationMethod, RotationState};
pub use crate::types::expiry::Expiry;
pub use crate::types::fields::Fields;
pub use crate::types::json::Json;
pub use crate::types::key::{ApiKey, InvalidKeyId, IssuedKey, KeyExpiry, KeyId, KeyStatus};
pub use crate::types::listing::{Cursor, ListQuery, Page};
pub use crate::types::new_key::NewApiKey;
pub use crate::types::revocation::{RecordState, Revocation, RevokeOptions};
pub use crate::types::rotation::RotateOptions;
pub use crate::types::secret::{SecretBytes, SecretKey};
pub use crate::types::secret_source::{SecretSource, SecretSourceError};
pub use crate::types::update::{Patch, UpdateApiKey};
pub use crate::types::verification::{InvalidReason, Verification};
