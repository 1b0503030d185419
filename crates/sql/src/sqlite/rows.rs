//! Rows and parameters.

use api_keys_core::{KeyId, Timestamp};
use rusqlite::Row;
use rusqlite::types::Type;

use crate::event::Event;
use crate::record::{Columns, Record};

/// Reads [`KEY_COLUMNS`](crate::record::KEY_COLUMNS).
pub(super) fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok(Columns {
        id: row.get(1)?,
        name: row.get(2)?,
        description: row.get(3)?,
        owner: row.get(4)?,
        scopes: row.get(5)?,
        status: row.get(6)?,
        hint: row.get(7)?,
        created_at: time(row, 8)?,
        updated_at: time(row, 9)?,
        expires_at: time(row, 10)?,
        last_used_at: time(row, 11)?,
        remaining: row.get(12)?,
        metadata: row.get(13)?,
        extra: row.get(14)?,
    })
}

pub(super) fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    let key = columns(row)?.into_key().map_err(|column| invalid(0, Type::Text, column))?;
    Ok(Record { number: row.get(0)?, key })
}

pub(super) fn event(row: &Row<'_>) -> rusqlite::Result<(i64, Event)> {
    let at = time(row, 1)?.ok_or_else(|| invalid(1, Type::Null, "at"))?;
    let key = KeyId::new(row.get::<_, String>(4)?).map_err(|_| invalid(4, Type::Text, "key"))?;
    let changes = row.get::<_, String>(6)?;
    let changes = serde_json::from_str(&changes).map_err(|_| invalid(6, Type::Text, "changes"))?;
    let event = Event { at, actor: row.get(2)?, action: row.get(3)?, key, owner: row.get(5)?, changes };
    Ok((row.get(0)?, event))
}

/// Reads a time in microseconds.
pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    let micros = row.get::<_, Option<i64>>(column)?;
    let time = micros.map(Timestamp::from_microsecond).transpose();
    time.map_err(|_| invalid(column, Type::Integer, "time"))
}

pub(super) fn micros(time: Option<Timestamp>) -> Option<i64> {
    time.map(Timestamp::as_microsecond)
}

/// The source is omitted: it could quote a value.
pub(super) fn invalid(column: usize, r#type: Type, name: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, r#type, format!("invalid value of `{name}`").into())
}
