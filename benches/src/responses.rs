//! Response bodies with the size and shape of those of Clerk's API.

use serde_json::{Value, json};

/// The id of the key that is read.
pub(crate) const ID: &str = "ak_00000000000000000000000000000000";
/// The owner of all keys.
pub(crate) const SUBJECT: &str = "user_2abcdefghijklmnopqrstuvwxyz";
/// The credential.
pub(crate) const TOKEN: &str = "sk_test_0123456789abcdefghijklmnopqrstuvwxyzABCD";
/// The API version that the typed client pins.
pub(crate) const VERSION: &str = "2026-05-12";

/// Returns one key.
pub(crate) fn key(number: usize) -> Value {
    json!({
        "object": "api_key",
        "id": format!("ak_{number:032x}"),
        "type": "api_key",
        "subject": SUBJECT,
        "name": format!("deployment key {number}"),
        "description": "Deploys the shop from the build server",
        "claims": { "plan": "pro", "seats": 5 },
        "scopes": ["deployments:read", "deployments:write"],
        "revoked": false,
        "revocation_reason": null,
        "expired": false,
        "expiration": 1_790_000_000_000_u64 + number as u64,
        "created_by": SUBJECT,
        "last_used_at": 1_770_000_000_000_u64 + number as u64,
        "created_at": 1_760_000_000_000_u64 + number as u64,
        "updated_at": 1_765_000_000_000_u64 + number as u64,
    })
}

/// Returns a new key with its secret.
pub(crate) fn issued() -> Value {
    let mut key = key(0);
    key["secret"] = "ak_live_0123456789abcdefghijklmnopqrstuvwxyz".into();
    key
}

/// Returns the error for a key that does not exist.
pub(crate) fn not_found() -> Value {
    json!({ "errors": [{ "code": "resource_not_found", "message": "not found", "long_message": "No API key" }] })
}

/// Returns an error page of a gateway.
pub(crate) fn web_page() -> String {
    let paragraph =
        "<p>The page that you requested does not exist. <a href=\"/?from=404&amp;lang=en\">Home</a></p>\n";
    let mut page = String::from("<!DOCTYPE html>\n<html><body>\n");
    while page.len() + paragraph.len() < 64 << 10 {
        page.push_str(paragraph);
    }
    page
}

/// Returns a page of keys.
pub(crate) fn page(keys: usize) -> Value {
    json!({ "data": (0..keys).map(key).collect::<Vec<_>>(), "total_count": keys })
}
