//! The JSON form of a key.

use api_keys_core::{ApiKey, KeyStatus, Timestamp};
use serde_json::{Value, json};

use super::options::Version;

/// The columns of the table of keys, by which lists can be sorted.
pub(super) const COLUMNS: [&str; 22] = [
    "configId",
    "createdAt",
    "enabled",
    "expiresAt",
    "id",
    "key",
    "lastRefillAt",
    "lastRequest",
    "metadata",
    "name",
    "permissions",
    "prefix",
    "rateLimitEnabled",
    "rateLimitMax",
    "rateLimitTimeWindow",
    "referenceId",
    "refillAmount",
    "refillInterval",
    "remaining",
    "requestCount",
    "start",
    "updatedAt",
];

/// Returns every field except the secret. Keys without an owner belong to `user`.
pub(super) fn view(version: Version, key: &ApiKey, user: &str) -> Value {
    let mut view = json!({
        "start": null,
        "prefix": null,
        "permissions": null,
        "remaining": null,
        "refillAmount": null,
        "refillInterval": null,
        "lastRefillAt": null,
        "lastRequest": null,
        "requestCount": 0,
        "rateLimitEnabled": true,
        "rateLimitMax": 10,
        "rateLimitTimeWindow": 86_400_000,
        "configId": "default",
    });
    // Fields that the store does not have are kept in `extra`, under the server's names.
    for (name, value) in view.as_object_mut().into_iter().flatten() {
        if let Some(kept) = key.extra.get(name) {
            *value = kept.clone();
        }
    }

    let created = key.created_at.unwrap_or_default();
    view["id"] = json!(key.id);
    view["name"] = json!(key.name);
    if has_no_name(key) {
        view["name"] = Value::Null;
    }
    view["enabled"] = json!(!matches!(key.status, KeyStatus::Disabled | KeyStatus::Revoked));
    view["metadata"] = json!(key.metadata);
    view["expiresAt"] = json!(key.expiry.at().map(iso));
    view["createdAt"] = json!(iso(created));
    // Changed by uses of the key, not by updates.
    view["updatedAt"] = json!(iso(key.last_used_at.unwrap_or(created)));
    if let Some(used) = key.last_used_at {
        view["lastRequest"] = json!(iso(used));
    }
    let owner = key.owner.as_deref().unwrap_or(user);
    if version.is_built_in() {
        view["userId"] = json!(owner);
        view.as_object_mut().map(|fields| fields.remove("configId"));
    } else {
        view["referenceId"] = json!(owner);
    }
    view
}

/// Every key in the store has a name, so a key that was created without one is marked.
fn has_no_name(key: &ApiKey) -> bool {
    key.name.as_deref() == Some("") && key.extra.get("name").is_some_and(Value::is_null)
}

/// Formats a time like JavaScript: always with milliseconds.
pub(super) fn iso(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
