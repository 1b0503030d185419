//! The interface for authors of providers.
//!
//! An implementation of [`ApiKeyProvider`](crate::ApiKeyProvider) declares its
//! [`Capabilities`](crate::Capabilities) in a constant and follows the same steps in each method:
//!
//! 1. Validate the request with [`Capabilities::validate_create`](crate::Capabilities::validate_create) and its
//!    siblings, so that nothing unsupported is sent.
//! 2. Call the vendor. Page a listing by offset with [`OffsetCursor`].
//! 3. Join key and secret with [`IssuedKey::from_response`](crate::IssuedKey::from_response), which keeps the secret
//!    if the key cannot be read.
//! 4. Compare the result to the request with [`NewApiKey::verify_response`](crate::NewApiKey::verify_response) or
//!    [`UpdateApiKey::verify_response`](crate::UpdateApiKey::verify_response).
//! 5. Report failures with [`Error::new`](crate::Error::new) and its `with_` methods. Set the effect:
//!    [`Effect::NotApplied`](crate::Effect::NotApplied) is a promise that the vendor did nothing.
//!
//! The crate `api-keys-conformance` tests an implementation against this contract.

pub(crate) mod contract;
mod offset_cursor;

pub use self::offset_cursor::{OffsetCursor, Step};
