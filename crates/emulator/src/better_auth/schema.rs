//! Input schemas of the operations, and their error messages.

use serde_json::{Map, Value};

use super::errors::ApiError;
use super::options::Version;

/// The location of an input.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    Body,
    Query,
}

/// The type of a field.
enum Rule {
    /// A string.
    Text,
    /// A string of letters, digits, `_` and `-`.
    Prefix,
    /// Any value, converted to a string later.
    Coerced,
    /// Any value.
    Any,
    Switch,
    Number,
    AtLeast(f64),
    /// A string with an integer of at least 0.
    Count,
    Direction,
    /// An object of arrays of strings.
    Permissions,
}

/// A field and its modifiers.
struct Field {
    name: &'static str,
    rule: Rule,
    required: bool,
    nullable: bool,
    /// Ignored before 1.5.
    new: bool,
}

/// The fields of an operation's input, in the order in which they are checked.
pub(super) struct Schema {
    place: Place,
    fields: &'static [Field],
}

const fn field(name: &'static str, rule: Rule) -> Field {
    Field { name, rule, required: false, nullable: false, new: false }
}

impl Field {
    const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    const fn nullable(self) -> Self {
        Self { nullable: true, ..self }
    }

    const fn since_1_5(self) -> Self {
        Self { new: true, ..self }
    }
}

const CONFIG_ID: Field = field("configId", Rule::Text).since_1_5();

pub(super) const CREATE: Schema = Schema {
    place: Place::Body,
    fields: &[
        CONFIG_ID,
        field("name", Rule::Text),
        field("expiresIn", Rule::AtLeast(1.0)).nullable(),
        field("prefix", Rule::Prefix),
        field("remaining", Rule::AtLeast(0.0)).nullable(),
        field("metadata", Rule::Any),
        field("refillAmount", Rule::AtLeast(1.0)),
        field("refillInterval", Rule::Number),
        field("rateLimitTimeWindow", Rule::Number),
        field("rateLimitMax", Rule::Number),
        field("rateLimitEnabled", Rule::Switch),
        field("permissions", Rule::Permissions),
        field("userId", Rule::Coerced),
        field("organizationId", Rule::Coerced).since_1_5(),
    ],
};

pub(super) const UPDATE: Schema = Schema {
    place: Place::Body,
    fields: &[
        CONFIG_ID,
        field("keyId", Rule::Text).required(),
        field("userId", Rule::Coerced),
        field("name", Rule::Text),
        field("enabled", Rule::Switch),
        field("remaining", Rule::AtLeast(1.0)),
        field("refillAmount", Rule::Number),
        field("refillInterval", Rule::Number),
        field("metadata", Rule::Any),
        field("expiresIn", Rule::AtLeast(1.0)).nullable(),
        field("rateLimitEnabled", Rule::Switch),
        field("rateLimitTimeWindow", Rule::Number),
        field("rateLimitMax", Rule::Number),
        field("permissions", Rule::Permissions).nullable(),
    ],
};

pub(super) const DELETE: Schema =
    Schema { place: Place::Body, fields: &[CONFIG_ID, field("keyId", Rule::Text).required()] };

pub(super) const GET: Schema =
    Schema { place: Place::Query, fields: &[CONFIG_ID, field("id", Rule::Text).required()] };

pub(super) const LIST: Schema = Schema {
    place: Place::Query,
    fields: &[
        CONFIG_ID,
        field("organizationId", Rule::Text).since_1_5(),
        field("limit", Rule::Count).since_1_5(),
        field("offset", Rule::Count).since_1_5(),
        field("sortBy", Rule::Text).since_1_5(),
        field("sortDirection", Rule::Direction).since_1_5(),
    ],
};

impl Schema {
    /// Validates the known fields of the input. Others are dropped silently.
    pub(super) fn check(
        &self,
        version: Version,
        input: Option<Value>,
    ) -> Result<Map<String, Value>, ApiError> {
        let (place, rejection) = match self.place {
            Place::Body => ("body", "Invalid body parameters"),
            Place::Query => ("query", "Invalid query parameters"),
        };
        let mut wrong = Vec::new();
        let mut known = Map::new();
        match input {
            Some(Value::Object(mut sent)) => {
                for field in self.fields.iter().filter(|field| !(field.new && version.is_built_in())) {
                    let value = sent.remove(field.name);
                    field.check(value.as_ref(), &format!("{place}.{}", field.name), &mut wrong);
                    known.extend(value.map(|value| (field.name.to_owned(), value)));
                }
            }
            other => wrong.push(expected(place, "object", other.as_ref())),
        }
        match version {
            _ if wrong.is_empty() => Ok(known),
            Version::V1_3 => Err(ApiError::validation(rejection)),
            _ => Err(ApiError::validation(wrong.join("; "))),
        }
    }
}

impl Field {
    fn check(&self, value: Option<&Value>, path: &str, wrong: &mut Vec<String>) {
        if value.is_none() && !self.required || self.nullable && value.is_some_and(Value::is_null) {
            return;
        }
        let rejection = match self.rule {
            Rule::Coerced | Rule::Any => None,
            Rule::Text => value.and_then(Value::as_str).is_none().then(|| expected(path, "string", value)),
            Rule::Switch => value.and_then(Value::as_bool).is_none().then(|| expected(path, "boolean", value)),
            Rule::Prefix => match value.and_then(Value::as_str) {
                None => Some(expected(path, "string", value)),
                Some(prefix) => (!is_prefix(prefix)).then(|| {
                    format!(
                        "[{path}] Invalid prefix format, must be alphanumeric and contain only underscores and \
                         hyphens."
                    )
                }),
            },
            Rule::Number => value.and_then(Value::as_f64).is_none().then(|| expected(path, "number", value)),
            Rule::AtLeast(least) => match value.and_then(Value::as_f64) {
                None => Some(expected(path, "number", value)),
                Some(number) => {
                    (number < least).then(|| format!("[{path}] Too small: expected number to be >={least}"))
                }
            },
            Rule::Count => match value.map_or(f64::NAN, number) {
                number if number.is_nan() => {
                    Some(format!("[{path}] Invalid input: expected number, received NaN"))
                }
                number if number.fract() != 0.0 => {
                    Some(format!("[{path}] Invalid input: expected int, received number"))
                }
                number if number < 0.0 => {
                    Some(format!("[{path}] Too small: expected number to be >=0"))
                }
                number if number > MAX_SAFE_INTEGER => {
                    Some(format!("[{path}] Too big: expected int to be <={MAX_SAFE_INTEGER}"))
                }
                _ => None,
            },
            Rule::Direction => match value.and_then(Value::as_str) {
                Some("asc" | "desc") => None,
                _ => Some(format!("[{path}] Invalid option: expected one of \"asc\"|\"desc\"")),
            },
            Rule::Permissions => {
                check_permissions(value, path, wrong);
                None
            }
        };
        wrong.extend(rejection);
    }
}

fn check_permissions(value: Option<&Value>, path: &str, wrong: &mut Vec<String>) {
    let Some(Value::Object(resources)) = value else {
        wrong.push(expected(path, "record", value));
        return;
    };
    for (resource, actions) in resources {
        let path = format!("{path}.{resource}");
        let Value::Array(actions) = actions else {
            wrong.push(expected(&path, "array", Some(actions)));
            continue;
        };
        for (i, action) in actions.iter().enumerate().filter(|(_, action)| !action.is_string()) {
            wrong.push(expected(&format!("{path}.{i}"), "string", Some(action)));
        }
    }
}

fn is_prefix(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn expected(path: &str, what: &str, got: Option<&Value>) -> String {
    let got = match got {
        None => "undefined",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Number(_)) => "number",
        Some(Value::String(_)) => "string",
        Some(Value::Array(_)) => "array",
        Some(Value::Object(_)) => "object",
    };
    format!("[{path}] Invalid input: expected {what}, received {got}")
}

/// JavaScript's `Number.MAX_SAFE_INTEGER`.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// Converts a query parameter like JavaScript's `Number`: an empty one is 0.
pub(super) fn number(value: &Value) -> f64 {
    match value.as_str().map(str::trim) {
        None => f64::NAN,
        Some("") => 0.0,
        Some(text) if text.starts_with("0x") => {
            u64::from_str_radix(&text[2..], 16).map_or(f64::NAN, |number| number as f64)
        }
        // Rust also parses words, such as `inf`.
        Some(text)
            if text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) =>
        {
            text.parse().unwrap_or(f64::NAN)
        }
        Some(_) => f64::NAN,
    }
}

/// Converts a value like JavaScript's `String`.
pub(super) fn coerced(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(_) => "[object Object]".to_owned(),
        Value::Array(values) => values.iter().map(coerced).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
