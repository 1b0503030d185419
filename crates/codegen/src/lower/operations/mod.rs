//! Paths to operations.

mod encodings;
mod media_types;
mod pagination;
mod parameters;
mod paths;
mod request_body;
mod responses;
mod security;
mod servers;
mod streams;

pub(crate) use self::pagination::X_PAGINATION;
pub(super) use self::paths::{Operations, lower};
pub(super) use self::security::credentials;
pub(super) use self::servers::base_url;
