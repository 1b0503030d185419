//! Errors of PostgreSQL.

use std::error::Error as _;
use std::io;

use api_keys_core::{Effect, Error, ErrorKind, Operation};
use deadpool_postgres::PoolError;
use tokio_postgres::error::SqlState;

use crate::VENDOR;

/// A failed attempt.
#[derive(Debug)]
pub(super) enum Failure {
    /// No connection.
    Pool(PoolError),
    /// A statement failed, and its transaction was rolled back.
    Statement(tokio_postgres::Error),
    /// The commit failed.
    Commit(tokio_postgres::Error),
    /// A time limit passed, before or during the commit.
    Timeout { committing: bool },
    /// The call was rejected.
    Rejected(Error),
    /// A column has an invalid value.
    Damaged(&'static str),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Statement(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Rejected(error)
    }
}

impl Failure {
    /// Returns whether the attempt had no effect and another one may succeed at once: the connection was lost, which a
    /// restart or a failover of the server causes, or another transaction won.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Statement(error) | Self::Pool(PoolError::Backend(error)) => match error.code() {
                None => is_disconnect(error),
                Some(code) => is_shutdown(code) || is_rollback(code),
            },
            Self::Commit(error) => error.code().is_some_and(is_rollback),
            Self::Pool(_) | Self::Timeout { .. } | Self::Rejected(_) | Self::Damaged(_) => false,
        }
    }

    pub(super) fn into_error(self, operation: Operation) -> Error {
        let new = |kind, message: &str| Error::new(kind, VENDOR, operation).with_message(message);
        match self {
            Self::Rejected(error) => error,
            Self::Damaged(column) => new(
                ErrorKind::UnexpectedResponse,
                &format!("the database contains an invalid value of `{column}`"),
            ),
            Self::Timeout { committing } => {
                let effect = if committing { Effect::Unknown } else { Effect::NotApplied };
                new(ErrorKind::Timeout, "the database did not respond in time").with_effect(effect)
            }
            Self::Pool(PoolError::Backend(error)) => {
                let message = match error.code() {
                    Some(_) => "the database rejected the connection",
                    None => "failed to connect to the database",
                };
                new(kind(&error), message).with_source(error)
            }
            Self::Pool(PoolError::Timeout(_)) => {
                new(ErrorKind::Timeout, "no connection to the database became available in time")
            }
            Self::Pool(error) => {
                new(ErrorKind::Transport, "failed to connect to the database").with_source(error)
            }
            Self::Statement(error) => new(kind(&error), message(&error)).with_source(error),
            Self::Commit(error) => {
                // Without a response, or with one of a server that shuts down, the commit may have been completed.
                let rejected = error.code().is_some_and(|code| {
                    ["23", "25", "40", "42"].iter().any(|class| code.code().starts_with(class))
                });
                let effect = if rejected { Effect::NotApplied } else { Effect::Unknown };
                new(kind(&error), message(&error)).with_effect(effect).with_source(error)
            }
        }
    }
}

/// The server shuts down, starts, or ended the connection.
fn is_shutdown(code: &SqlState) -> bool {
    code.code().starts_with("57P") || code.code().starts_with("08")
}

/// Another transaction won.
fn is_rollback(code: &SqlState) -> bool {
    code.code().starts_with("40")
}

/// The connection could not be established, or was lost.
fn is_disconnect(error: &tokio_postgres::Error) -> bool {
    error.is_closed() || error.source().is_some_and(|source| source.is::<io::Error>())
}

fn kind(error: &tokio_postgres::Error) -> ErrorKind {
    let Some(code) = error.code() else {
        return if is_disconnect(error) { ErrorKind::Transport } else { ErrorKind::UnexpectedResponse };
    };
    match code.code() {
        "42501" => ErrorKind::PermissionDenied,
        "42P01" | "42703" | "3F000" | "3D000" => ErrorKind::Configuration,
        // A value that PostgreSQL cannot store, such as text with the character U+0000.
        "22021" | "22P05" | "54000" => ErrorKind::InvalidInput,
        code => match &code[..2] {
            "23" => ErrorKind::Conflict,
            "28" => ErrorKind::Unauthenticated,
            "25" | "40" | "53" | "55" | "57" | "58" | "08" => ErrorKind::Unavailable,
            _ => ErrorKind::UnexpectedResponse,
        },
    }
}

fn message(error: &tokio_postgres::Error) -> &'static str {
    let Some(code) = error.code() else {
        let lost = is_disconnect(error);
        return if lost {
            "the connection to the database was lost"
        } else {
            "unexpected response of the database"
        };
    };
    match code.code() {
        "42501" => "the database denies the operation",
        "42P01" | "42703" => "a table of the database is missing or was changed",
        "25006" => "the database is read-only",
        "53100" => "the disk of the database is full",
        "22021" | "22P05" => "a text contains a character that the database cannot store",
        code => match &code[..2] {
            "23" => "the generated id or secret already exists",
            "40" => "the transaction conflicts with another one",
            "57" => "the database shuts down or starts",
            _ => "the database returned an error",
        },
    }
}
