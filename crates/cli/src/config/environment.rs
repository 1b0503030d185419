//! The provider that environment variables describe.

use std::env;

use serde_json::{Map, Value, json};

use super::ENVIRONMENT;
use super::entry::Entry;
use crate::failure::Failure;

const PREFIX: &str = "API_KEYS_";

/// Variables of this command, which are no settings of a provider.
const OWN: [&str; 2] = ["config", "provider"];

/// Settings that are not texts. Every other value stays one, so that a token of digits is not taken for a number.
const SCALARS: [&str; 8] = [
    "collection_slash",
    "max_active",
    "retain_secrets",
    "http_connect_timeout",
    "http_attempt_timeout",
    "http_timeout",
    "http_max_attempts",
    "http_allow_http",
];

/// The provider, if `API_KEYS_VENDOR` is set.
pub(super) fn entry() -> Result<Option<Entry>, Failure> {
    if env::var_os("API_KEYS_VENDOR").is_none() {
        return Ok(None);
    }
    let (mut settings, mut http) = (Map::new(), Map::new());
    for (name, value) in env::vars_os() {
        let Some(setting) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        let setting = setting.to_ascii_lowercase();
        if OWN.contains(&setting.as_str()) {
            continue;
        }
        // The value is not shown: it may be a token.
        let text = value
            .into_string()
            .map_err(|_| Failure::new(format!("the environment variable {} is not text", name.display())))?;
        let value = match serde_json::from_str(&text) {
            Ok(value) if SCALARS.contains(&setting.as_str()) => value,
            _ => Value::from(text),
        };
        match (setting.as_str(), setting.strip_prefix("http_")) {
            ("token_file", _) => settings.insert("token".to_owned(), json!({ "file": value })),
            ("token_command", _) => settings.insert("token".to_owned(), json!({ "command": value })),
            (_, Some(setting)) => http.insert(setting.to_owned(), value),
            (setting, None) => settings.insert(setting.to_owned(), value),
        };
    }
    if !http.is_empty() {
        settings.insert("http".to_owned(), http.into());
    }
    Entry::new(ENVIRONMENT.to_owned(), settings, None).map(Some)
}
