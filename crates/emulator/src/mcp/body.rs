//! Request bodies.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::pydantic::{
    Payload, Rejection, ValidationError, ValidationErrors, both, integer, object, required_object, string,
};

/// The requested name and lifetime of a key.
pub(super) type Wanted = (String, i64);

/// The default lifetime of a key, in days.
const DEFAULT_DAYS: i64 = 365;

/// Parses a body. Input that only Python accepts fails later than input that is not JSON.
pub(super) fn value(payload: &Payload) -> Result<&Value, Rejection> {
    match payload {
        Payload::Value(value) => Ok(value),
        Payload::LoneSurrogate => {
            let detail =
                r"'utf-8' codec can't encode character '\ud800' in position 0: surrogates not allowed";
            Err(Rejection::http(StatusCode::BAD_REQUEST, detail))
        }
        Payload::NotFinite => {
            Err(Rejection::Crash("ValueError", "Out of range float values are not JSON compliant".to_owned()))
        }
    }
}

/// Parses the flat body of a create, as current servers accept it.
pub(super) fn flat(body: &Value) -> Result<Wanted, ValidationErrors> {
    let loc = [json!("body")];
    wanted(required_object(body, &loc)?, &loc)
}

/// The documented body of a create, which wraps the request and contains the caller's token.
#[derive(Debug)]
pub(super) struct Wrapped {
    pub(super) credentials: Result<Option<String>, ValidationErrors>,
    pub(super) request: Result<Wanted, ValidationErrors>,
}

pub(super) fn wrapped(body: &Value) -> Wrapped {
    let part = |name| body.get(name).unwrap_or(&Value::Null);
    let loc = [json!("body"), json!("request")];
    Wrapped {
        credentials: credentials(part("credentials"), &[json!("body"), json!("credentials")]),
        request: match part("request") {
            Value::Null => Err(vec![ValidationError::missing(&loc, Value::Null)]),
            request => object(request, &loc).and_then(|fields| wanted(fields, &loc)),
        },
    }
}

impl Wrapped {
    /// Returns the request if both parts are valid.
    pub(super) fn request(self) -> Result<Wanted, ValidationErrors> {
        both(self.credentials, self.request).map(|(_, request)| request)
    }
}

/// Returns the token in a body, if present. Its `scheme` is required, but can be any word.
pub(super) fn credentials(value: &Value, loc: &[Value]) -> Result<Option<String>, ValidationErrors> {
    if value.is_null() {
        return Ok(None);
    }
    let fields = object(value, loc)?;
    let read = |name| field(fields, name, loc).and_then(|(value, loc)| string(value, &loc));
    both(read("scheme"), read("credentials")).map(|(_, token)| Some(token))
}

fn wanted(fields: &Map<String, Value>, loc: &[Value]) -> Result<Wanted, ValidationErrors> {
    let name = field(fields, "name", loc).and_then(|(value, loc)| string(value, &loc));
    let days = match fields.get("expires_days") {
        Some(days) => integer(days, &at(loc, "expires_days")),
        None => Ok(DEFAULT_DAYS),
    };
    both(name, days)
}

fn field<'a>(
    fields: &'a Map<String, Value>,
    name: &str,
    loc: &[Value],
) -> Result<(&'a Value, Vec<Value>), ValidationErrors> {
    let loc = at(loc, name);
    match fields.get(name) {
        Some(value) => Ok((value, loc)),
        None => Err(vec![ValidationError::missing(&loc, fields.clone().into())]),
    }
}

fn at(loc: &[Value], name: &str) -> Vec<Value> {
    loc.iter().cloned().chain([json!(name)]).collect()
}
