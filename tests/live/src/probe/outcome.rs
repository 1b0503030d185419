//! The part of a response that must match on two servers.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use http::{HeaderName, Response, header};
use serde_json::Value;

use super::shape::shape;

/// Values of placeholders, by name.
pub(super) type Values = BTreeMap<String, String>;

/// Relevant headers.
const HEADERS: [HeaderName; 5] =
    [header::CONTENT_TYPE, header::LOCATION, header::ALLOW, header::WWW_AUTHENTICATE, header::RETRY_AFTER];

/// A response without volatile parts: its status, the relevant headers, the shape of its body, and the identification
/// of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    status: u16,
    headers: Vec<(HeaderName, String)>,
    body: String,
    code: Option<String>,
}

impl Outcome {
    pub(super) fn of(response: &Response<Bytes>, base_url: &str, values: &Values) -> Self {
        let normalize = |text: &str| normalize(text, base_url, values);
        let headers = HEADERS.into_iter().filter_map(|name| {
            let value =
                String::from_utf8_lossy(response.headers().get(&name)?.as_bytes()).to_ascii_lowercase();
            Some((name, normalize(&value)))
        });
        let json: Option<Value> = serde_json::from_slice(response.body()).ok();
        let body = match &json {
            Some(json) => shape(json),
            None if response.body().is_empty() => "nothing".to_owned(),
            None => "text".to_owned(),
        };
        let failed = response.status().is_client_error() || response.status().is_server_error();
        let code = json.filter(|_| failed).and_then(|json| code(&json)).map(|code| normalize(&code));
        Self { status: response.status().as_u16(), headers: headers.collect(), body, code }
    }

    /// Returns the status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns the identification of an error.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.status, self.body)?;
        for (name, value) in &self.headers {
            write!(f, ", {name}: {value}")?;
        }
        match &self.code {
            Some(code) => write!(f, ", code {code:?}"),
            None => Ok(()),
        }
    }
}

/// Replaces values by their placeholders.
fn normalize(text: &str, base_url: &str, values: &Values) -> String {
    let mut text = text.replace(base_url, "{base_url}");
    for (word, value) in values.iter().filter(|(_, value)| !value.is_empty()) {
        text = text.replace(value, &format!("{{{word}}}"));
    }
    text
}

/// Returns the identification of an error: its code, the kinds and locations of validation errors, or a text.
fn code(body: &Value) -> Option<String> {
    if let Some(code) = ["/code", "/error/code", "/errors/0/code"].iter().find_map(|at| body.pointer(at)) {
        return code.as_str().map(str::to_owned);
    }
    match body.get("detail")? {
        Value::String(text) => Some(text.lines().map_while(normalize_line).collect()),
        Value::Array(faults) => {
            let faults = faults.iter().map(|fault| format!("{} at {}", fault["type"], fault["loc"]));
            Some(faults.collect::<Vec<_>>().join(", "))
        }
        _ => None,
    }
}

/// Normalizes a line of a text that may be a validation error of FastAPI. Its words differ between versions; the kinds
/// and locations of errors do not. The last line is a location in the source of the service.
fn normalize_line(line: &str) -> Option<&str> {
    if line.starts_with("  File ") {
        return None;
    }
    let fault = line.strip_prefix("  {'type': ").and_then(|fault| fault.split_once(", 'msg': "));
    Some(fault.map_or(line, |(kind_and_place, _)| kind_and_place))
}
