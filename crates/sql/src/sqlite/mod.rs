//! Keys in an SQLite database.

mod error;
mod open;
mod readers;
mod rows;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use api_keys_core::{ApiKey, Error, ErrorKind, KeyId, KeyStatus, ListQuery, Operation, Result, Timestamp};
use async_trait::async_trait;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, ToSql, named_params, params};
use tokio::sync::OnceCell;

use self::error::failed;
use self::readers::Readers;
use self::rows::{event, micros, record};
use self::writer::Writer;
use crate::VENDOR;
use crate::event::{Event, EventQuery, NewEvent};
use crate::record::{COLUMNS, Change, Columns, Decide, KEY_COLUMNS, NewRecord, Record, microseconds};
use crate::secret::digest::Digest;
use crate::store::{Decoys, Match, Store, Use, match_status};

/// A database file, which is opened by the first call.
#[derive(Debug)]
pub(crate) struct Sqlite {
    path: PathBuf,
    /// The time limit for waiting for the lock of another process.
    timeout: Duration,
    opened: OnceCell<Opened>,
    decoys: Decoys,
}

/// Connections to the file: SQLite allows one writer and many readers.
#[derive(Debug)]
struct Opened {
    readers: Readers,
    writer: Writer,
}

impl Sqlite {
    /// Creates a database from a URL: `sqlite:path` or `sqlite://path`.
    pub(crate) fn from_url(url: &str, timeout: Duration) -> Result<Self> {
        let path = url.strip_prefix("sqlite:").unwrap_or(url);
        let path = path.strip_prefix("//").unwrap_or(path);
        let invalid = |message: &str| Err(Error::configuration(VENDOR, message));
        if path.is_empty() {
            return invalid("the URL does not name a database: `sqlite:` is followed by a path");
        }
        if path == ":memory:" {
            return invalid("use the vendor `memory` for keys that are not stored");
        }
        if path.contains('?') {
            return invalid("parameters of an SQLite URL are not supported");
        }
        // A change of the working directory does not change the database.
        let path = std::path::absolute(path).map_err(|error| {
            Error::configuration(VENDOR, "invalid path of the database").with_source(error)
        })?;
        Ok(Self { path, timeout, opened: OnceCell::new(), decoys: Decoys::default() })
    }

    async fn opened(&self) -> Result<&Opened> {
        let open = || async {
            let (path, timeout) = (self.path.clone(), self.timeout);
            blocking(move || {
                let connection = open::create(&path, timeout)?;
                Ok(Opened { writer: Writer::start(connection)?, readers: Readers::new(path, timeout) })
            })
            .await
        };
        self.opened.get_or_try_init(open).await
    }

    async fn read<T: Send + 'static>(
        &self,
        operation: Operation,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        let readers = self.opened().await?.readers.clone();
        blocking(move || {
            readers.with(|connection| read(connection)).map_err(|error| failed(error, operation))
        })
        .await
    }

    async fn write<T: Send + 'static>(
        &self,
        operation: Operation,
        write: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.opened().await?.writer.run(operation, write).await
    }
}

/// Runs a function that reads or writes files on a thread for blocking calls.
async fn blocking<T: Send + 'static>(f: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(f).await.unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Unavailable, VENDOR, Operation::Get)
            .with_message("the runtime shut down during the call"))
    })
}

fn now() -> Timestamp {
    microseconds(Timestamp::now())
}

#[async_trait]
impl Store for Sqlite {
    async fn connect(&self) -> Result<()> {
        self.opened().await.map(drop)
    }

    async fn insert(
        &self,
        keys: Arc<[NewRecord]>,
        actor: Option<Arc<str>>,
        operation: Operation,
    ) -> Result<Vec<ApiKey>> {
        let insert = move |connection: &Connection| {
            let now = now();
            keys.iter()
                .map(|new| {
                    let key = new.at(now)?;
                    insert(connection, new, &key).map_err(|error| failed(error, operation))?;
                    record_event(connection, new.action, None, Some(&key), actor.as_deref(), now)
                        .map_err(|error| failed(error, operation))?;
                    Ok(key)
                })
                .collect()
        };
        self.write(operation, insert).await
    }

    async fn get(&self, id: &KeyId) -> Result<Option<(Record, Timestamp)>> {
        let id = id.clone();
        self.read(Operation::Get, move |connection| Ok(by_id(connection, &id)?.map(|record| (record, now()))))
            .await
    }

    async fn find(&self, digests: Vec<Digest>) -> Result<Option<Match>> {
        let decoys = self.decoys.clone();
        let find = move |connection: &Connection| {
            let mut first = None;
            for digest in digests {
                let mut statement = connection.prepare_cached(&format!(
                    "SELECT {KEY_COLUMNS}, s.valid_until, s.key FROM (SELECT 1)
                     LEFT JOIN api_key_secrets s ON s.digest = ?1
                     LEFT JOIN api_keys k ON k.number = coalesce(s.key, ?2)"
                ))?;
                let found = statement.query_row(params![digest.0, decoys.of(&digest)], |row| {
                    let key: Option<i64> = row.get(COLUMNS + 1)?;
                    let now = now();
                    let (expires_at, valid_until) = (rows::time(row, 10)?, rows::time(row, COLUMNS)?);
                    let status = row.get_ref(6)?.as_str_or_null()?.unwrap_or("revoked");
                    let status = match_status(status, expires_at, valid_until, now);
                    let status = status.map_err(|column| rows::invalid(6, Type::Text, column))?;
                    let (Some(number), Some(status)) = (key, status) else { return Ok(None) };
                    let key = (status == KeyStatus::Active).then(|| record(row)).transpose()?;
                    let key = key.map(|record| record.key);
                    Ok(Some(Match { number, digest, status, key, now }))
                })?;
                decoys.found(found.as_ref());
                first = first.or(found);
            }
            Ok(first)
        };
        self.read(Operation::Verify, find).await
    }

    async fn page(&self, query: ListQuery, after: i64, limit: u32) -> Result<(Vec<Record>, Timestamp)> {
        let page = move |connection: &Connection| {
            let now = now();
            // Constant conditions, so that an index is chosen for each combination of filters.
            let mut sql = format!("SELECT {KEY_COLUMNS} FROM api_keys k WHERE k.number > :after");
            let mut values: Vec<(&str, &dyn ToSql)> = vec![(":after", &after), (":limit", &limit)];
            if let Some(owner) = &query.owner {
                sql.push_str(" AND k.owner = :owner");
                values.push((":owner", owner));
            }
            if let Some(text) = &query.search {
                sql.push_str(" AND instr(k.name, :search) > 0");
                values.push((":search", text));
            }
            let time = now.as_microsecond();
            if !query.include_inactive {
                sql.push_str(" AND k.status = 'active' AND (k.expires_at IS NULL OR k.expires_at > :now)");
                values.push((":now", &time));
            }
            sql.push_str(" ORDER BY k.number LIMIT :limit");
            let mut statement = connection.prepare_cached(&sql)?;
            let records = statement.query_map(&*values, record)?.collect::<Result<_, _>>()?;
            Ok((records, now))
        };
        self.read(Operation::List, page).await
    }

    async fn change(
        &self,
        id: &KeyId,
        decide: Arc<Decide>,
        actor: Option<Arc<str>>,
        operation: Operation,
    ) -> Result<(ApiKey, Timestamp)> {
        let id = id.clone();
        let change = move |connection: &Connection| {
            let now = now();
            let found = by_id(connection, &id).map_err(|error| failed(error, operation))?;
            let before = found.ok_or_else(|| Error::new(ErrorKind::NotFound, VENDOR, operation))?;
            let change = decide(&before.key, now)?;
            apply(connection, &before, &change, actor.as_deref(), operation, now)
                .map_err(|error| failed(error, operation))?;
            Ok((change.result(before.key), now))
        };
        self.write(operation, change).await
    }

    async fn consume(&self, number: i64) -> Result<Option<i64>> {
        let consume = move |connection: &Connection| {
            let now = now().as_microsecond();
            connection
                .prepare_cached(
                    "UPDATE api_keys SET remaining = remaining - 1, last_used_at = ?2
                     WHERE number = ?1 AND remaining > 0 AND status = 'active'
                     AND (expires_at IS NULL OR expires_at > ?2)
                     RETURNING remaining",
                )
                .and_then(|mut statement| {
                    // A statement with RETURNING is complete when all of its rows have been read.
                    let rows = statement.query_map(params![number, now], |row| row.get(0))?;
                    rows.collect::<Result<Vec<i64>, _>>()
                })
                .map(|rows| rows.first().copied())
                .map_err(|error| failed(error, Operation::Verify))
        };
        self.write(Operation::Verify, consume).await
    }

    async fn record_uses(&self, uses: Vec<Use>) -> Result<()> {
        let record = move |connection: &Connection| {
            record_uses(connection, &uses).map_err(|error| failed(error, Operation::Verify))
        };
        self.write(Operation::Verify, record).await
    }

    async fn events(&self, query: EventQuery, before: i64, limit: u32) -> Result<Vec<(i64, Event)>> {
        let events = move |connection: &Connection| {
            let mut sql = "SELECT number, at, actor, action, key, owner, changes FROM api_key_events
                           WHERE number < :before"
                .to_owned();
            let key = query.key.as_ref().map(KeyId::as_str);
            let since = query.since.map(Timestamp::as_microsecond);
            let filters: [(&str, &str, Option<&dyn ToSql>); 4] = [
                (" AND key = :key", ":key", key.as_ref().map(|key| key as _)),
                (" AND owner = :owner", ":owner", query.owner.as_ref().map(|owner| owner as _)),
                (" AND actor = :actor", ":actor", query.actor.as_ref().map(|actor| actor as _)),
                (" AND at >= :since", ":since", since.as_ref().map(|since| since as _)),
            ];
            let mut values: Vec<(&str, &dyn ToSql)> = vec![(":before", &before), (":limit", &limit)];
            for (condition, name, value) in filters {
                if let Some(value) = value {
                    sql.push_str(condition);
                    values.push((name, value));
                }
            }
            sql.push_str(" ORDER BY number DESC LIMIT :limit");
            let mut statement = connection.prepare_cached(&sql)?;
            statement.query_map(&*values, event)?.collect()
        };
        self.read(Operation::List, events).await
    }
}

fn by_id(connection: &Connection, id: &KeyId) -> rusqlite::Result<Option<Record>> {
    connection
        .prepare_cached(&format!("SELECT {KEY_COLUMNS} FROM api_keys k WHERE k.id = ?1"))?
        .query_row([id.as_str()], record)
        .optional()
}

fn insert(connection: &Connection, new: &NewRecord, key: &ApiKey) -> rusqlite::Result<()> {
    let columns = Columns::of(key);
    connection
        .prepare_cached(
            "INSERT INTO api_keys (id, name, description, owner, scopes, status, hint, created_at, updated_at,
             expires_at, last_used_at, remaining, metadata, extra)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute(params![
            columns.id,
            columns.name,
            columns.description,
            columns.owner,
            columns.scopes,
            columns.status,
            columns.hint,
            micros(columns.created_at),
            micros(columns.updated_at),
            micros(columns.expires_at),
            micros(columns.last_used_at),
            columns.remaining,
            columns.metadata,
            columns.extra,
        ])?;
    let number = connection.last_insert_rowid();
    let mut secret = connection
        .prepare_cached("INSERT INTO api_key_secrets (digest, key, valid_until) VALUES (?1, ?2, ?3)")?;
    for (digest, valid_until) in &new.digests {
        secret.execute(params![digest.0, number, micros(*valid_until)])?;
    }
    Ok(())
}

fn apply(
    connection: &Connection,
    before: &Record,
    change: &Change,
    actor: Option<&str>,
    operation: Operation,
    now: Timestamp,
) -> rusqlite::Result<()> {
    match change {
        Change::Keep => return Ok(()),
        Change::Delete => {
            connection.prepare_cached("DELETE FROM api_keys WHERE number = ?1")?.execute([before.number])?;
        }
        Change::Put(key) => put(connection, before.number, key)?,
        Change::Rotate { key, digest, previous_until } => {
            put(connection, before.number, key)?;
            let (number, now) = (before.number, now.as_microsecond());
            let until = previous_until.as_microsecond();
            if until <= now {
                connection.prepare_cached("DELETE FROM api_key_secrets WHERE key = ?1")?.execute([number])?;
            } else {
                connection
                    .prepare_cached("DELETE FROM api_key_secrets WHERE key = ?1 AND valid_until <= ?2")?
                    .execute([number, now])?;
                connection
                    .prepare_cached(
                        "UPDATE api_key_secrets SET valid_until = ?2 WHERE key = ?1 AND valid_until IS NULL",
                    )?
                    .execute([number, until])?;
            }
            connection
                .prepare_cached("INSERT INTO api_key_secrets (digest, key) VALUES (?1, ?2)")?
                .execute(params![digest.0, number])?;
        }
    }
    record_event(connection, operation.as_str(), Some(&before.key), change.key(), actor, now)
}

fn put(connection: &Connection, number: i64, key: &ApiKey) -> rusqlite::Result<()> {
    let columns = Columns::of(key);
    // The time of the last use is written by verifications only, and the id and the time of the creation are fixed.
    connection
        .prepare_cached(
            "UPDATE api_keys SET name = ?2, description = ?3, owner = ?4, scopes = ?5, status = ?6, hint = ?7,
             updated_at = ?8, expires_at = ?9, remaining = ?10, metadata = ?11, extra = ?12 WHERE number = ?1",
        )?
        .execute(params![
            number,
            columns.name,
            columns.description,
            columns.owner,
            columns.scopes,
            columns.status,
            columns.hint,
            micros(columns.updated_at),
            micros(columns.expires_at),
            columns.remaining,
            columns.metadata,
            columns.extra,
        ])?;
    Ok(())
}

fn record_event(
    connection: &Connection,
    action: &str,
    before: Option<&ApiKey>,
    after: Option<&ApiKey>,
    actor: Option<&str>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let Some(event) = NewEvent::new(action, before, after) else { return Ok(()) };
    connection
        .prepare_cached(
            "INSERT INTO api_key_events (at, actor, action, key, owner, changes)
             VALUES (:at, :actor, :action, :key, :owner, :changes)",
        )?
        .execute(named_params! {
            ":at": now.as_microsecond(),
            ":actor": actor,
            ":action": event.action,
            ":key": event.key,
            ":owner": event.owner,
            ":changes": event.changes,
        })?;
    Ok(())
}

fn record_uses(connection: &Connection, uses: &[Use]) -> rusqlite::Result<()> {
    let mut used = connection.prepare_cached(
        "UPDATE api_keys SET last_used_at = max(coalesce(last_used_at, ?2), ?2) WHERE number = ?1",
    )?;
    let mut upgraded =
        connection.prepare_cached("UPDATE OR IGNORE api_key_secrets SET digest = ?2 WHERE digest = ?1")?;
    for usage in uses {
        used.execute([usage.number, usage.at.as_microsecond()])?;
        if let Some((old, new)) = usage.digest {
            upgraded.execute([old.0, new.0])?;
        }
    }
    Ok(())
}
