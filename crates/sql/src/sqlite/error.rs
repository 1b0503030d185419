//! Errors of SQLite.

use api_keys_core::{Effect, Error, ErrorKind, Operation};
use rusqlite::ErrorCode;

use crate::VENDOR;

/// Converts the error of a statement. The transaction is rolled back, so nothing was applied.
pub(super) fn failed(error: rusqlite::Error, operation: Operation) -> Error {
    let code = error.sqlite_error_code();
    let (kind, message) = match code {
        Some(ErrorCode::ConstraintViolation) => {
            (ErrorKind::Conflict, "the generated id or secret already exists")
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (ErrorKind::Unavailable, "the database is locked by another process")
        }
        Some(ErrorCode::DiskFull) => (ErrorKind::Unavailable, "the disk is full"),
        Some(
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied,
        ) => (ErrorKind::PermissionDenied, "the database is read-only"),
        Some(ErrorCode::CannotOpen) => (ErrorKind::Unavailable, "failed to open the database"),
        Some(ErrorCode::SystemIoFailure) => (ErrorKind::Unavailable, "failed to read or write the database"),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            (ErrorKind::UnexpectedResponse, "the file is damaged or not an SQLite database")
        }
        Some(ErrorCode::TooBig) => (ErrorKind::InvalidInput, "a value is too large"),
        _ if matches!(error, rusqlite::Error::FromSqlConversionFailure(..)) => {
            (ErrorKind::UnexpectedResponse, "the database contains an invalid value")
        }
        _ => (ErrorKind::UnexpectedResponse, "the database returned an error"),
    };
    Error::new(kind, VENDOR, operation).with_message(message).with_source(error)
}

/// Converts the error of a commit. A failed write or sync of the log may have stored the transaction, which then
/// appears when the database is opened again.
pub(super) fn commit_failed(error: &rusqlite::Error, operation: Operation) -> Error {
    let effect = match error.sqlite_error_code() {
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::DiskFull
            | ErrorCode::ReadOnly
            | ErrorCode::ConstraintViolation,
        ) => Effect::NotApplied,
        _ => Effect::Unknown,
    };
    failed(copy(error), operation).with_effect(effect)
}

/// Copies an error, which several calls in one transaction report.
pub(super) fn copy(error: &rusqlite::Error) -> rusqlite::Error {
    match error {
        rusqlite::Error::SqliteFailure(code, message) => {
            rusqlite::Error::SqliteFailure(*code, message.clone())
        }
        other => rusqlite::Error::ToSqlConversionFailure(other.to_string().into()),
    }
}
