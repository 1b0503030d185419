//! Keys, secrets, requests and results.

pub(crate) mod expiry;
pub(crate) mod fields;
pub(crate) mod json;
pub(crate) mod key;
pub(crate) mod listing;
pub(crate) mod new_key;
mod response_check;
pub(crate) mod revocation;
pub(crate) mod rotation;
pub(crate) mod secret;
pub(crate) mod secret_source;
pub(crate) mod update;
pub(crate) mod verification;
