//! Types of fields in requests and responses.

pub(crate) mod additional_properties;
pub(crate) mod date_time;
pub(crate) mod nullable;
#[cfg(feature = "full-openapi")]
pub(crate) mod one_of;
