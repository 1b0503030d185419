//! The request body of a create or update.

use axum::http::{HeaderMap, header};
use serde_json::{Value, json};

use super::errors::Rejection;

/// Vendor-specific settings, by the vendor's names.
pub(super) type Settings = serde_json::Map<String, Value>;

/// The attributes of a key. In an update, absent ones are kept.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    pub(super) name: Option<String>,
    /// Returns `read_only` and `allowed_ips`, where present.
    pub(super) settings: Settings,
}

/// The operation that uses the attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A new key, which requires a name.
    Create,
    /// An existing key.
    Change,
}

/// Parses and validates a body. Unknown attributes and the id in the body are ignored.
pub(super) fn attributes(
    headers: &HeaderMap,
    body: &[u8],
    purpose: Purpose,
) -> Result<Attributes, Rejection> {
    let body = match body {
        [] => Value::Null,
        body if is_json(headers) => serde_json::from_slice(body).map_err(|_| Rejection::malformed())?,
        _ => Value::Null,
    };
    let data = &body["data"];
    if !data.is_null() && data["type"] != json!("api_keys") {
        return Err(Rejection::invalid("/data/type", "type", "must be api_keys"));
    }
    let given = &data["attributes"];
    let mut attributes = Attributes::default();
    match &given["name"] {
        Value::Null if purpose == Purpose::Change => {}
        Value::String(name) if !name.trim().is_empty() => attributes.name = Some(name.clone()),
        Value::Null | Value::String(_) => return Err(about("name", "can't be blank")),
        _ => return Err(about("name", "must be a string")),
    }
    match given.get("read_only") {
        None => {}
        Some(flag @ (Value::Bool(_) | Value::Null)) => keep(&mut attributes, "read_only", flag),
        Some(_) => return Err(about("read_only", "must be true or false")),
    }
    match given.get("allowed_ips") {
        None => {}
        Some(ips) if ips.is_null() || strings(ips) => keep(&mut attributes, "allowed_ips", ips),
        Some(_) => return Err(about("allowed_ips", "must be a list of addresses")),
    }
    Ok(attributes)
}

/// Accepts the media types of JSON:API and of plain JSON.
fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(essence.as_str(), "application/json" | "application/vnd.api+json")
}

fn strings(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(Value::is_string))
}

fn keep(attributes: &mut Attributes, name: &str, value: &Value) {
    attributes.settings.insert(name.to_owned(), value.clone());
}

fn about(attribute: &str, message: &str) -> Rejection {
    Rejection::invalid(&format!("/data/attributes/{attribute}"), attribute, message)
}
