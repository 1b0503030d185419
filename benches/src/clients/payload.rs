//! The API's types as an application would write them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "an application would read them")]
pub(super) struct Failure {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) long_message: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Errors {
    pub(super) errors: Vec<Failure>,
}

#[derive(Debug, Serialize)]
pub(super) struct NewKey<'a> {
    pub(super) name: &'a str,
    pub(super) subject: &'a str,
    pub(super) scopes: &'a [&'a str],
}

/// The name and the scopes of the new key.
pub(super) const NEW: (&str, [&str; 2]) = ("deployment key 0", ["deployments:read", "deployments:write"]);

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "an application would read them")]
pub(super) struct Key {
    pub(super) object: String,
    pub(super) id: String,
    pub(super) r#type: String,
    pub(super) subject: String,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) claims: Option<Value>,
    pub(super) scopes: Vec<String>,
    pub(super) revoked: bool,
    pub(super) revocation_reason: Option<String>,
    pub(super) expired: bool,
    pub(super) expiration: Option<f64>,
    pub(super) created_by: Option<String>,
    pub(super) last_used_at: Option<f64>,
    pub(super) created_at: f64,
    pub(super) updated_at: f64,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "an application would read them")]
pub(super) struct Issued {
    pub(super) secret: String,
    pub(super) object: String,
    pub(super) id: String,
    pub(super) r#type: String,
    pub(super) subject: String,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) claims: Option<Value>,
    pub(super) scopes: Vec<String>,
    pub(super) revoked: bool,
    pub(super) revocation_reason: Option<String>,
    pub(super) expired: bool,
    pub(super) expiration: Option<f64>,
    pub(super) created_by: Option<String>,
    pub(super) last_used_at: Option<f64>,
    pub(super) created_at: f64,
    pub(super) updated_at: f64,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "an application would read them")]
pub(super) struct Page {
    pub(super) data: Vec<Key>,
    pub(super) total_count: u64,
}
