//! Validation with the behavior and messages of pydantic.

use std::fmt::Write as _;

use api_keys_core::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// One error in a request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ValidationError {
    #[serde(rename = "type")]
    kind: &'static str,
    /// Strings, and integers for positions.
    loc: Vec<Value>,
    msg: String,
    /// The invalid input.
    input: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    ctx: Option<Value>,
}

impl ValidationError {
    fn new(kind: &'static str, loc: &[Value], msg: impl Into<String>, input: Value) -> Self {
        Self { kind, loc: loc.to_vec(), msg: msg.into(), input, ctx: None }
    }

    /// The body is not JSON.
    pub(crate) fn json(position: usize, message: &str) -> Self {
        let loc = [json!("body"), json!(position)];
        let error = Self::new("json_invalid", &loc, "JSON decode error", json!({}));
        Self { ctx: Some(json!({ "error": message })), ..error }
    }

    /// A field is missing from `input`.
    pub(crate) fn missing(loc: &[Value], input: Value) -> Self {
        Self::new("missing", loc, "Field required", input)
    }

    pub(crate) fn not_a_string(loc: &[Value], input: Value) -> Self {
        Self::new("string_type", loc, "Input should be a valid string", input)
    }

    fn not_a_list(loc: &[Value], input: Value) -> Self {
        Self::new("list_type", loc, "Input should be a valid list", input)
    }

    pub(crate) fn not_in_enum(loc: &[Value], input: Value, expected: &str) -> Self {
        let error = Self::new("enum", loc, format!("Input should be {expected}"), input);
        Self { ctx: Some(json!({ "expected": expected })), ..error }
    }

    fn out_of_length(loc: &[Value], input: &Value, kind: &'static str, limit: usize) -> Self {
        let (words, name) = match kind {
            "string_too_short" => ("at least", "min_length"),
            _ => ("at most", "max_length"),
        };
        let plural = if limit == 1 { "" } else { "s" };
        let msg = format!("String should have {words} {limit} character{plural}");
        Self { ctx: Some(json!({ name: limit })), ..Self::new(kind, loc, msg, input.clone()) }
    }

    /// A number violates the bound `ge`, `gt` or `le`.
    pub(crate) fn out_of_range(loc: &[Value], input: Value, bound: &'static str, limit: i64) -> Self {
        let (kind, words) = match bound {
            "ge" => ("greater_than_equal", "greater than or equal to"),
            "gt" => ("greater_than", "greater than"),
            _ => ("less_than_equal", "less than or equal to"),
        };
        let error = Self::new(kind, loc, format!("Input should be {words} {limit}"), input);
        Self { ctx: Some(json!({ bound: limit })), ..error }
    }

    pub(crate) fn not_a_uuid(loc: &[Value], input: Value, reason: &str) -> Self {
        let error = Self::new("uuid_parsing", loc, format!("Input should be a valid UUID, {reason}"), input);
        Self { ctx: Some(json!({ "error": reason })), ..error }
    }

    /// Formats the error like Python.
    pub(crate) fn repr(&self) -> String {
        let loc: Vec<String> = self.loc.iter().map(repr).collect();
        let loc = loc.join(", ") + if loc.len() == 1 { "," } else { "" };
        let mut text = format!("{{'type': '{}', 'loc': ({loc}), 'msg': {}", self.kind, quoted(&self.msg));
        let _ = write!(text, ", 'input': {}", repr(&self.input));
        if let Some(ctx) = &self.ctx {
            let _ = write!(text, ", 'ctx': {}", repr(ctx));
        }
        text + "}"
    }
}

/// All errors in a request or a part of it.
pub(crate) type ValidationErrors = Vec<ValidationError>;

/// All errors are reported, not only the first.
pub(crate) fn both<A, B>(
    first: Result<A, ValidationErrors>,
    second: Result<B, ValidationErrors>,
) -> Result<(A, B), ValidationErrors> {
    match (first, second) {
        (Ok(first), Ok(second)) => Ok((first, second)),
        (first, second) => Err(first.err().into_iter().chain(second.err()).flatten().collect()),
    }
}

/// Validates a body that must be an object; an empty body or `null` counts as missing.
pub(crate) fn required_object<'a>(
    value: &'a Value,
    loc: &[Value],
) -> Result<&'a Map<String, Value>, ValidationErrors> {
    if value.is_null() { Err(vec![ValidationError::missing(loc, Value::Null)]) } else { object(value, loc) }
}

/// Validates a value that must be an object.
pub(crate) fn object<'a>(
    value: &'a Value,
    loc: &[Value],
) -> Result<&'a Map<String, Value>, ValidationErrors> {
    let msg = "Input should be a valid dictionary or object to extract fields from";
    value
        .as_object()
        .ok_or_else(|| vec![ValidationError::new("model_attributes_type", loc, msg, value.clone())])
}

/// Validates a field that must be a string.
pub(crate) fn string(value: &Value, loc: &[Value]) -> Result<String, ValidationErrors> {
    value.as_str().map(str::to_owned).ok_or_else(|| vec![ValidationError::not_a_string(loc, value.clone())])
}

/// Validates a field that must be a string with a number of characters between two limits.
pub(crate) fn text(value: &Value, loc: &[Value], min: usize, max: usize) -> Result<String, ValidationErrors> {
    let text = string(value, loc)?;
    let error = |kind, limit| Err(vec![ValidationError::out_of_length(loc, value, kind, limit)]);
    match text.chars().count() {
        length if length < min => error("string_too_short", min),
        length if length > max => error("string_too_long", max),
        _ => Ok(text),
    }
}

/// Validates a field that must be a string which matches a pattern.
pub(crate) fn matching(
    value: &Value,
    loc: &[Value],
    pattern: &str,
    matches: impl Fn(&str) -> bool,
) -> Result<String, ValidationErrors> {
    let text = string(value, loc)?;
    if matches(&text) {
        return Ok(text);
    }
    let msg = format!("String should match pattern '{pattern}'");
    let error = ValidationError::new("string_pattern_mismatch", loc, msg, value.clone());
    Err(vec![ValidationError { ctx: Some(json!({ "pattern": pattern })), ..error }])
}

/// Validates a field that must be a list, and its items.
pub(crate) fn list<T>(
    value: &Value,
    loc: &[Value],
    read: impl Fn(&Value, &[Value]) -> Result<T, ValidationErrors>,
) -> Result<Vec<T>, ValidationErrors> {
    let items = value.as_array().ok_or_else(|| vec![ValidationError::not_a_list(loc, value.clone())])?;
    let (mut valid, mut errors) = (Vec::new(), ValidationErrors::new());
    for (index, item) in items.iter().enumerate() {
        match read(item, &[loc, &[json!(index)]].concat()) {
            Ok(item) => valid.push(item),
            Err(more) => errors.extend(more),
        }
    }
    if errors.is_empty() { Ok(valid) } else { Err(errors) }
}

/// Validates a field that must be a Boolean, or is coerced to one: `1`, `"true"`, `"off"`.
pub(crate) fn boolean(value: &Value, loc: &[Value]) -> Result<bool, ValidationErrors> {
    let text = match value {
        Value::Bool(flag) => return Ok(*flag),
        Value::String(text) => text.to_ascii_lowercase(),
        Value::Number(number) => number.to_string(),
        _ => {
            let msg = "Input should be a valid boolean";
            return Err(vec![ValidationError::new("bool_type", loc, msg, value.clone())]);
        }
    };
    match text.as_str() {
        "1" | "1.0" | "true" | "t" | "yes" | "y" | "on" => Ok(true),
        "0" | "0.0" | "false" | "f" | "no" | "n" | "off" => Ok(false),
        _ => {
            let msg = "Input should be a valid boolean, unable to interpret input";
            Err(vec![ValidationError::new("bool_parsing", loc, msg, value.clone())])
        }
    }
}

/// Validates a field that must be a time, as text or in seconds. Returns `None` for a time without an offset.
pub(crate) fn datetime(value: &Value, loc: &[Value]) -> Result<Option<Timestamp>, ValidationErrors> {
    let error = |kind, words: &str, reason: &str| {
        let msg = format!("Input should be a valid {words}, {reason}");
        let error = ValidationError::new(kind, loc, msg, value.clone());
        Err(vec![ValidationError { ctx: Some(json!({ "error": reason })), ..error }])
    };
    match value {
        Value::Number(number) => match Timestamp::from_second(number.as_i64().unwrap_or(i64::MAX)) {
            Ok(time) => Ok(Some(time)),
            Err(_) => {
                error("datetime_parsing", "datetime", "dates after 9999 are not supported as unix timestamps")
            }
        },
        Value::String(text) => match text.parse() {
            Ok(time) => Ok(Some(time)),
            Err(_) if format!("{text}Z").parse::<Timestamp>().is_ok() => Ok(None),
            Err(_) => error("datetime_from_date_parsing", "datetime or date", "input is too short"),
        },
        _ => {
            let msg = "Input should be a valid datetime";
            Err(vec![ValidationError::new("datetime_type", loc, msg, value.clone())])
        }
    }
}

/// Validates a field that must be an integer, or is coerced to one: `1.0`, `"7"`, `true`. Numbers are clamped to 64
/// bits.
pub(crate) fn integer(value: &Value, loc: &[Value]) -> Result<i64, ValidationErrors> {
    const MSG: &str = "Input should be a valid integer";
    let error = |kind, more| vec![ValidationError::new(kind, loc, format!("{MSG}{more}"), value.clone())];
    match value {
        Value::Bool(flag) => Ok(i64::from(*flag)),
        Value::Number(number) => match (number.as_i64(), number.as_f64().unwrap_or(f64::NAN)) {
            (Some(integer), _) => Ok(integer),
            (None, float) if float.fract() == 0.0 => Ok(float as i64),
            _ => Err(error("int_from_float", ", got a number with a fractional part")),
        },
        Value::String(text) => {
            let digits = text.trim().strip_suffix(".0").unwrap_or(text.trim());
            digits.parse().map_err(|_| error("int_parsing", ", unable to parse string as an integer"))
        }
        Value::Null | Value::Array(_) | Value::Object(_) => Err(error("int_type", "")),
    }
}

/// Formats a value like Python's `repr()`.
fn repr(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(items) => format!("[{}]", items.iter().map(repr).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| format!("{}: {}", quoted(name), repr(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut quoted = String::from(quote);
    for c in text.chars() {
        match c {
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\\' => quoted.push_str("\\\\"),
            c if c == quote => {
                quoted.push('\\');
                quoted.push(c);
            }
            c if c.is_control() && c.is_ascii() => {
                let _ = write!(quoted, "\\x{:02x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push(quote);
    quoted
}
