//! Connections for reading.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use super::open;

/// The number of idle connections that are kept.
const MAX_IDLE: usize = 16;

/// Idle connections. A thread takes one, or opens one if there is none.
#[derive(Debug, Clone)]
pub(super) struct Readers(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    timeout: Duration,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, timeout: Duration) -> Self {
        Self(Arc::new(Inner { path, timeout, idle: Mutex::default() }))
    }

    /// Runs a function with a connection.
    pub(super) fn with<T>(&self, f: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let idle = || self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = idle().pop();
        let connection = connection.map_or_else(|| open::read(&self.0.path, self.0.timeout), Ok)?;
        let result = f(&connection);
        // A connection that failed is closed.
        if result.is_ok() && idle().len() < MAX_IDLE {
            idle().push(connection);
        }
        result
    }
}
