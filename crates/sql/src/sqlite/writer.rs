//! The thread that writes.

use std::sync::mpsc;
use std::thread;

use api_keys_core::{Effect, Error, ErrorKind, Operation, Result};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::error::{commit_failed, copy, failed};
use crate::VENDOR;

/// The maximum number of calls in one transaction.
const MAX_BATCH: usize = 256;

/// A thread that owns the writing connection.
///
/// Calls that wait at the same time share a transaction, each in its own savepoint: a commit waits for the disk, and
/// thus several calls wait only once. A call that was dropped before its turn is not executed.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    calls: mpsc::Sender<Call>,
}

/// Executes a call, unless the transaction has failed, and returns a function that reports its result after the commit,
/// or `None` if it was dropped.
type Call = Box<dyn FnOnce(Option<&Connection>) -> Option<Report> + Send>;

/// Reports the result of a call, or the error of the transaction.
type Report = Box<dyn FnOnce(Option<&TransactionError>) + Send>;

enum TransactionError {
    Begin(rusqlite::Error),
    Commit(rusqlite::Error),
    /// The transaction was rolled back when another call failed.
    RolledBack,
}

impl Writer {
    /// Starts the thread. It ends when the last sender is dropped.
    pub(super) fn start(connection: Connection) -> Result<Self> {
        let (calls, receiver) = mpsc::channel::<Call>();
        thread::Builder::new()
            .name("api-keys-sqlite".to_owned())
            .spawn(move || {
                while let Ok(first) = receiver.recv() {
                    let more = receiver.try_iter().take(MAX_BATCH - 1);
                    transact(&connection, std::iter::once(first).chain(more).collect());
                }
            })
            .map_err(|error| Error::configuration(VENDOR, "failed to start a thread").with_source(error))?;
        Ok(Self { calls })
    }

    /// Runs a function in a transaction, and returns its result when it is committed.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        operation: Operation,
        write: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (sender, receiver) = oneshot::channel();
        let call: Call = Box::new(move |connection| {
            if sender.is_closed() {
                return None;
            }
            let result = connection.map(|connection| in_savepoint(connection, operation, write));
            let report: Report = Box::new(move |error| {
                let error = error.map(|error| error.report(operation));
                let result = match (result, error) {
                    // A failed call has no effect whether the transaction is committed or not.
                    (Some(result), None) | (Some(result @ Err(_)), _) => result,
                    (_, Some(error)) => Err(error),
                    (None, None) => Err(TransactionError::RolledBack.report(operation)),
                };
                let _ = sender.send(result);
            });
            Some(report)
        });
        let stopped = || {
            Error::new(ErrorKind::Unavailable, VENDOR, operation).with_message("the writing thread stopped")
        };
        self.calls.send(call).map_err(|_| stopped())?;
        receiver.await.unwrap_or_else(|_| Err(stopped().with_effect(Effect::Unknown)))
    }
}

impl TransactionError {
    fn report(&self, operation: Operation) -> Error {
        match self {
            Self::Begin(error) => failed(copy(error), operation),
            Self::Commit(error) => commit_failed(error, operation),
            Self::RolledBack => Error::new(ErrorKind::Unavailable, VENDOR, operation)
                .with_message("the transaction was rolled back"),
        }
    }
}

/// Runs calls in one transaction, and reports their results.
fn transact(connection: &Connection, calls: Vec<Call>) {
    let mut reports = Vec::with_capacity(calls.len());
    let mut outcome = connection.execute_batch("BEGIN IMMEDIATE").map_err(TransactionError::Begin);
    for call in calls {
        reports.extend(call(outcome.is_ok().then_some(connection)));
        // Some errors, such as a full disk, roll back the whole transaction.
        if outcome.is_ok() && connection.is_autocommit() {
            outcome = Err(TransactionError::RolledBack);
        }
    }
    if outcome.is_ok() {
        outcome = connection.execute_batch("COMMIT").map_err(TransactionError::Commit);
        if outcome.is_err() && !connection.is_autocommit() {
            let _ = connection.execute_batch("ROLLBACK");
        }
    }
    let error = outcome.err();
    for report in reports {
        report(error.as_ref());
    }
}

fn in_savepoint<T>(
    connection: &Connection,
    operation: Operation,
    write: impl FnOnce(&Connection) -> Result<T>,
) -> Result<T> {
    let run = |sql: &str| connection.execute_batch(sql).map_err(|error| failed(error, operation));
    run("SAVEPOINT call")?;
    let result = write(connection);
    if result.is_err() && !connection.is_autocommit() {
        run("ROLLBACK TO call")?;
    }
    if !connection.is_autocommit() {
        run("RELEASE call")?;
    }
    result
}
