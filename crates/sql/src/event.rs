//! The audit trail.

use api_keys_core::{ApiKey, Cursor, KeyId, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A change to a key, as recorded in the audit trail.
///
/// It is written in the same transaction as the change, and the database rejects changes to recorded events.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// The time of the change.
    pub at: Timestamp,
    /// The person or program that made the change; see [`Sql::with_actor`](crate::Sql::with_actor).
    pub actor: Option<String>,
    /// The operation: `create`, `update`, `revoke`, `rotate`, `delete` or `import`.
    pub action: String,
    /// The id of the key.
    pub key: KeyId,
    /// The owner of the key, after the change.
    pub owner: Option<String>,
    /// The changed fields, each with its values before and after the change: `{ "name": { "from": "a", "to": "b" } }`.
    pub changes: Map<String, Value>,
}

/// A filter for [`Sql::events`](crate::Sql::events). The default returns all events, the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use]
#[non_exhaustive]
pub struct EventQuery {
    /// The id of the key.
    pub key: Option<KeyId>,
    /// The owner of the key.
    pub owner: Option<String>,
    /// The person or program that made the change.
    pub actor: Option<String>,
    /// The time of the earliest event.
    pub since: Option<Timestamp>,
    /// The cursor of the page, from the previous page.
    pub cursor: Option<Cursor>,
    /// The requested page size, at most 1000. The default is 100.
    pub limit: Option<u32>,
}

impl EventQuery {
    /// Creates a query for all events.
    pub fn new() -> Self {
        Self::default()
    }

    /// Filters by key.
    pub fn key(mut self, id: KeyId) -> Self {
        self.key = Some(id);
        self
    }

    /// Filters by the owner of the key.
    pub fn owner(mut self, owner: impl Into<String>) -> Self {
        self.owner = Some(owner.into());
        self
    }

    /// Filters by the person or program that made the change.
    pub fn actor(mut self, actor: impl Into<String>) -> Self {
        self.actor = Some(actor.into());
        self
    }

    /// Sets the time of the earliest event.
    pub fn since(mut self, time: Timestamp) -> Self {
        self.since = Some(time);
        self
    }

    /// Sets the cursor.
    pub fn cursor(mut self, cursor: Cursor) -> Self {
        self.cursor = Some(cursor);
        self
    }

    /// Sets the page size.
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }
}

/// An event to record.
pub(crate) struct NewEvent<'a> {
    pub(crate) action: &'a str,
    pub(crate) key: &'a str,
    pub(crate) owner: Option<&'a str>,
    pub(crate) changes: String,
}

impl<'a> NewEvent<'a> {
    /// Describes the change of a key. A key that was or is absent is `None`.
    pub(crate) fn new(
        action: &'a str,
        before: Option<&'a ApiKey>,
        after: Option<&'a ApiKey>,
    ) -> Option<Self> {
        let key = after.or(before)?;
        let changes = match (before, after) {
            (Some(before), Some(after)) => changes(before, after),
            _ => Map::new(),
        };
        let changes = Value::from(changes).to_string();
        Some(Self { action, key: key.id.as_str(), owner: key.owner.as_deref(), changes })
    }
}

/// Returns the fields that differ, apart from times that change with every update.
fn changes(before: &ApiKey, after: &ApiKey) -> Map<String, Value> {
    let fields = |key: &ApiKey| match serde_json::to_value(key) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let before = fields(before);
    fields(after)
        .into_iter()
        .filter(|(name, _)| name != "updated_at" && name != "last_used_at")
        .filter_map(|(name, to)| {
            let from = before.get(&name).cloned().unwrap_or_default();
            (from != to).then(|| (name, json!({ "from": from, "to": to })))
        })
        .collect()
}
