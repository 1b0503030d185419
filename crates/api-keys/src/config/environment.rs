//! Environment variables as a configuration value.

use std::ffi::OsString;

use api_keys_core::{Error, Result};
use serde_json::{Map, Value, json};

use super::NO_VENDOR;

/// Fields that are not texts. Every other value stays one, so that a token of digits is not taken for a number.
const SCALARS: [&str; 8] = [
    "collection_slash",
    "max_active",
    "retain_secrets",
    "http.connect_timeout",
    "http.attempt_timeout",
    "http.timeout",
    "http.max_attempts",
    "http.allow_http",
];

/// Gathers the variables that begin with the prefix.
pub(super) fn read(
    prefix: &str,
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Map<String, Value>> {
    let prefix = format!("{prefix}_");
    let (mut fields, mut http) = (Map::new(), Map::new());
    for (name, value) in variables {
        let Some(field) = name.to_str().and_then(|name| name.strip_prefix(&prefix)) else { continue };
        let field = field.to_ascii_lowercase();
        let value = value.into_string().map_err(|_| {
            Error::configuration(
                NO_VENDOR,
                format!("the environment variable {} is not text", name.display()),
            )
        })?;
        if let Some(setting) = field.strip_prefix("http_") {
            http.insert(setting.to_owned(), scalar(&format!("http.{setting}"), value));
            continue;
        }
        let (field, value) = match field.as_str() {
            "token_file" => ("token".to_owned(), json!({ "file": value })),
            name => (name.to_owned(), scalar(name, value)),
        };
        // Which of two tokens is meant, nobody should have to guess.
        if fields.contains_key(&field) {
            let name = format!("{prefix}{}", field.to_ascii_uppercase());
            return Err(Error::configuration(NO_VENDOR, format!("{name} is set in more than one way")));
        }
        fields.insert(field, value);
    }
    if !fields.contains_key("vendor") {
        return Err(Error::configuration(
            NO_VENDOR,
            format!("the environment variable {prefix}VENDOR is not set"),
        ));
    }
    if !http.is_empty() {
        fields.insert("http".to_owned(), http.into());
    }
    Ok(fields)
}

fn scalar(field: &str, text: String) -> Value {
    match serde_json::from_str(&text) {
        Ok(value) if SCALARS.contains(&field) => value,
        _ => text.into(),
    }
}
