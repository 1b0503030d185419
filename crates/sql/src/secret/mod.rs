//! Secrets, and their digests.

pub(crate) mod digest;
pub(crate) mod format;
