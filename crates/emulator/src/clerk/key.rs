//! A key as the vendor writes it.

use api_keys_core::{ApiKey, KeyStatus, Timestamp};
use serde_json::{Value, json};

/// The kind of every key that is not asked to be of another.
pub(super) const DEFAULT_KIND: &str = "api_key";

/// The kind of a key, which the vendor calls its type.
pub(super) fn kind(key: &ApiKey) -> &str {
    key.extra.get("type").and_then(Value::as_str).unwrap_or(DEFAULT_KIND)
}

/// Every field, the secret excepted.
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
        // The vendor cannot switch a key off for a while; one that the store did is closest to a revoked one.
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

/// A float, as every number of this vendor.
fn milliseconds(time: Timestamp) -> f64 {
    time.as_millisecond() as f64
}
