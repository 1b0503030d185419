//! Errors of this provider.

use api_keys_core::{Error, ErrorKind, Operation};

pub(crate) const VENDOR: &str = "memory";

pub(crate) fn conflict(operation: Operation, message: &str) -> Error {
    Error::new(ErrorKind::Conflict, VENDOR, operation).with_message(message)
}
