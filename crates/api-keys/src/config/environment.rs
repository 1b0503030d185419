//! Environment variables as a configuration value.

use std::ffi::OsString;

use serde_json::{Map, Value, json};

/// Reads the variables that begin with the prefix. All values are strings: a numeric token stays a string, and the
/// configuration types parse the others.
pub(super) fn read(
    prefix: &str,
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Map<String, Value>, String> {
    let prefix = format!("{prefix}_");
    let (mut fields, mut http) = (Map::new(), Map::new());
    for (name, value) in variables {
        let Some(field) = name.to_str().and_then(|name| name.strip_prefix(&prefix)) else { continue };
        let field = field.to_ascii_lowercase();
        let value = value
            .into_string()
            .map_err(|_| format!("environment variable {} is not valid Unicode", name.display()))?;
        if let Some(setting) = field.strip_prefix("http_") {
            http.insert(setting.to_owned(), value.into());
            continue;
        }
        let (field, value) = match field.as_str() {
            "token_file" => ("token".to_owned(), json!({ "file": value })),
            _ => (field, value.into()),
        };
        if fields.contains_key(&field) {
            let name = format!("{prefix}{}", field.to_ascii_uppercase());
            return Err(format!("{name} is set in more than one way"));
        }
        fields.insert(field, value);
    }
    if !fields.contains_key("vendor") {
        return Err(format!("environment variable {prefix}VENDOR is not set"));
    }
    if !http.is_empty() {
        fields.insert("http".to_owned(), http.into());
    }
    Ok(fields)
}
