//! Credentials, and the protection of secrets.

pub(crate) mod authentication;
pub(crate) mod credentials;
pub(crate) mod redaction;
pub(crate) mod secret_name;
