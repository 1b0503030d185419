//! Rows.

use api_keys_core::{KeyId, Timestamp};
use tokio_postgres::Row;

use super::error::Failure;
use crate::event::Event;
use crate::record::{COLUMNS, Columns, Record};

/// Reads [`KEY_COLUMNS`](crate::record::KEY_COLUMNS).
pub(super) fn columns(row: &Row) -> Result<Columns, Failure> {
    Ok(Columns {
        id: row.try_get(1)?,
        name: row.try_get(2)?,
        description: row.try_get(3)?,
        owner: row.try_get(4)?,
        scopes: row.try_get(5)?,
        status: row.try_get(6)?,
        hint: row.try_get(7)?,
        created_at: row.try_get(8)?,
        updated_at: row.try_get(9)?,
        expires_at: row.try_get(10)?,
        last_used_at: row.try_get(11)?,
        remaining: row.try_get(12)?,
        metadata: row.try_get(13)?,
        extra: row.try_get(14)?,
    })
}

/// Reads a key, and the time, which follows it.
pub(super) fn record(row: &Row) -> Result<(Record, Timestamp), Failure> {
    let key = columns(row)?.into_key().map_err(Failure::Damaged)?;
    Ok((Record { number: row.try_get(0)?, key }, row.try_get(COLUMNS)?))
}

pub(super) fn event(row: &Row) -> Result<(i64, Event), Failure> {
    let key = KeyId::new(row.try_get::<_, String>(4)?).map_err(|_| Failure::Damaged("key"))?;
    let changes = serde_json::from_str(row.try_get(6)?).map_err(|_| Failure::Damaged("changes"))?;
    let event = Event {
        at: row.try_get(1)?,
        actor: row.try_get(2)?,
        action: row.try_get(3)?,
        key,
        owner: row.try_get(5)?,
        changes,
    };
    Ok((row.try_get(0)?, event))
}
