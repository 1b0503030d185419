//! Reading configurations from values, files and the environment.

use std::path::Path;

use api_keys_core::{Error, Result};
use serde_json::{Map, Value};

mod environment;

use crate::ProviderConfig;

/// Vendor of errors that occur before the vendor is known.
const NO_VENDOR: &str = "api-keys";

impl ProviderConfig {
    /// Reads a configuration from a JSON value.
    ///
    /// Numbers and booleans may be strings, such as `"20"`.
    ///
    /// # Errors
    /// Returns [`Configuration`](api_keys_core::ErrorKind::Configuration) if a field is missing, unknown or invalid.
    pub fn from_value(value: Value) -> Result<Self> {
        serde_json::from_value(value).map_err(|error| Error::configuration(NO_VENDOR, error.to_string()))
    }

    /// Reads a configuration file in JSON (`.json`) or TOML (`.toml`, feature `toml`).
    ///
    /// # Errors
    /// Returns [`Configuration`](api_keys_core::ErrorKind::Configuration) with the location in the file. The message
    /// does not quote the line, which may contain a credential.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let invalid =
            |message: String| Error::configuration(NO_VENDOR, format!("{}: {message}", path.display()));
        let text = std::fs::read_to_string(path)
            .map_err(|error| invalid("failed to read config file".into()).with_source(error))?;
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => serde_json::from_str(&text).map_err(|error| invalid(error.to_string())),
            #[cfg(feature = "toml")]
            Some("toml") => toml::from_str(&text).map_err(|error| invalid(toml_message(&text, &error))),
            _ => Err(invalid("unsupported file format".into())),
        }
    }

    /// Reads a configuration from environment variables that begin with `prefix` and an underscore.
    ///
    /// With the prefix `API_KEYS`, `API_KEYS_VENDOR` selects the vendor, and `API_KEYS_TOKEN` or, to read it from a
    /// file, `API_KEYS_TOKEN_FILE` sets the credential. Every other field is named by its name in capitals, such as
    /// `API_KEYS_BASE_URL`, and settings of the HTTP client as in `API_KEYS_HTTP_TIMEOUT`.
    ///
    /// # Errors
    /// Returns [`Configuration`](api_keys_core::ErrorKind::Configuration) if a variable is missing, unknown or invalid.
    pub fn from_env(prefix: &str) -> Result<Self> {
        Self::from_value(Self::value_from_env(prefix)?.into())
    }

    /// Reads the same variables as [`from_env`](Self::from_env) into a value, for callers that add or remove fields
    /// before they pass it to [`from_value`](Self::from_value).
    ///
    /// # Errors
    /// Returns [`Configuration`](api_keys_core::ErrorKind::Configuration) if no vendor is set or a variable is not
    /// valid Unicode.
    pub fn value_from_env(prefix: &str) -> Result<Map<String, Value>> {
        environment::read(prefix, std::env::vars_os())
            .map_err(|message| Error::configuration(NO_VENDOR, message))
    }
}

/// Formats line, column and message, without the line that `Display` would quote.
#[cfg(feature = "toml")]
fn toml_message(text: &str, error: &toml::de::Error) -> String {
    let Some(before) = error.span().and_then(|span| text.get(..span.start)) else {
        return error.message().to_owned();
    };
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
    format!("line {line}, column {column}: {}", error.message())
}
