//! Opening a database, and its schema.

use std::fs::OpenOptions;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use api_keys_core::{Error, Result};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, TransactionBehavior};

use crate::VENDOR;
use crate::schema::{Upgrade, VERSION_TABLE};

/// The size of the cache of each connection: 8 MiB, which contain the inner pages of the indexes of a million keys.
const CACHE: i32 = -8 * 1024;

const MIGRATIONS: &[&str] = &[include_str!("schema.sql")];

/// Opens the file for writing. Creates it, and its schema, if it does not exist.
pub(super) fn create(path: &Path, timeout: Duration) -> Result<Connection> {
    create_private(path);
    let deadline = Instant::now() + timeout;
    loop {
        match try_create(path, timeout) {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(incompatible)) => return Err(Error::configuration(VENDOR, incompatible)),
            // Changing the journal mode does not wait for locks.
            Err(error) if is_busy(&error) && Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(20));
            }
            Err(error) => {
                let message = format!("failed to open the database {}", path.display());
                return Err(Error::configuration(VENDOR, message).with_source(error));
            }
        }
    }
}

/// Opens the file for reading.
pub(super) fn read(path: &Path, timeout: Duration) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(timeout)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.set_prepared_statement_cache_capacity(32);
    connection.pragma_update(None, "cache_size", CACHE)?;
    Ok(connection)
}

fn try_create(path: &Path, timeout: Duration) -> rusqlite::Result<Result<Connection, String>> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(timeout)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "cache_size", CACHE)?;
    if !connection.is_readonly(rusqlite::MAIN_DB)? {
        connection.pragma_update(None, "journal_mode", "wal")?;
    }
    // A commit returns when it is on the disk.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let upgrade = upgrade(&mut connection)?;
    Ok(upgrade.map(|()| connection))
}

fn upgrade(connection: &mut Connection) -> rusqlite::Result<Result<(), String>> {
    match Upgrade::of(installed(connection)?, MIGRATIONS) {
        Upgrade::None => return Ok(Ok(())),
        Upgrade::Incompatible(message) => return Ok(Err(message)),
        Upgrade::Run(_) => {}
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(VERSION_TABLE)?;
    // Another process may have upgraded the schema in the meantime.
    match Upgrade::of(installed(&transaction)?, MIGRATIONS) {
        Upgrade::None => {}
        Upgrade::Incompatible(message) => return Ok(Err(message)),
        Upgrade::Run(steps) => {
            for (version, sql) in steps {
                transaction.execute_batch(sql)?;
                transaction.execute(
                    "INSERT INTO api_key_schema (version, compatible_from) VALUES (?1, ?2)",
                    [version, crate::schema::COMPATIBLE_FROM],
                )?;
            }
        }
    }
    transaction.commit()?;
    Ok(Ok(()))
}

/// Returns the version of the schema, and the earliest version of this library that can use it.
fn installed(connection: &Connection) -> rusqlite::Result<Option<(i64, i64)>> {
    let table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'api_key_schema'";
    if connection.query_row(table, [], |_| Ok(())).optional()?.is_none() {
        return Ok(None);
    }
    let newest = "SELECT version, compatible_from FROM api_key_schema ORDER BY version DESC LIMIT 1";
    connection.query_row(newest, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Creates the file so that only its owner can read it. Errors are reported when the database is opened.
fn create_private(path: &Path) {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = options.open(path);
}
