//! The JSON form of a key.

use api_keys_core::{ApiKey, KeyStatus, Timestamp};
use serde_json::{Value, json};

/// The default type of a key.
pub(super) const DEFAULT_KIND: &str = "api_key";

/// Returns the type of a key.
pub(super) fn kind(key: &ApiKey) -> &str {
    key.extra.get("type").and_then(Value::as_str).unwrap_or(DEFAULT_KIND)
}

/// Returns every field except the secret.
pub(super) fn view(key: &ApiKey) -> Value {
    json!({
        "object": "api_key",
        "id": key.id,
        "type": kind(key),
        "subject": key.owner.as_deref().unwrap_or_default(),
        "name": key.name,
        "description": key.description,
        "claims": key.metadata,
        "scopes": key.scopes.as_deref().unwrap_or_default(),
        // The vendor cannot disable a key. One that is disabled in the store is reported as revoked.
        "revoked": matches!(key.status, KeyStatus::Revoked | KeyStatus::Disabled),
        "revocation_reason": key.extra.get("revocation_reason"),
        "expired": key.status == KeyStatus::Expired,
        "expiration": key.expiry.at().map(milliseconds),
        "created_by": key.extra.get("created_by"),
        "last_used_at": key.last_used_at.map(milliseconds),
        "created_at": key.created_at.map(milliseconds),
        "updated_at": key.updated_at.map(milliseconds),
    })
}

/// Converts a number to a float: all numbers of this vendor are floats.
fn milliseconds(time: Timestamp) -> f64 {
    time.as_millisecond() as f64
}
