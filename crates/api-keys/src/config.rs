//! From configuration to provider.

use std::path::Path;

use api_keys_core::{Error, Result};
use serde_json::{Map, Value};

mod environment;
#[cfg(feature = "memory")]
mod memory;

#[cfg(feature = "memory")]
pub use memory::MemoryConfig;

use crate::ProviderConfig;

/// What errors name as the vendor before a vendor is known.
const NO_VENDOR: &str = "api-keys";

impl ProviderConfig {
    /// Reads a configuration from a JSON value.
    ///
    /// # Errors
    /// [`Configuration`](api_keys_core::ErrorKind::Configuration), saying what is missing, unknown or wrong.
    pub fn from_value(value: Value) -> Result<Self> {
        serde_json::from_value(value).map_err(|error| Error::configuration(NO_VENDOR, error.to_string()))
    }

    /// Reads a configuration file, in JSON (`.json`) or TOML (`.toml`, feature `toml`).
    ///
    /// # Errors
    /// [`Configuration`](api_keys_core::ErrorKind::Configuration) with the place in the file. The line itself is not
    /// quoted: it may hold a credential.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let wrong = |what: String| Error::configuration(NO_VENDOR, format!("{}: {what}", path.display()));
        let text = std::fs::read_to_string(path)
            .map_err(|error| wrong("cannot be read".into()).with_source(error))?;
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => serde_json::from_str(&text).map_err(|error| wrong(error.to_string())),
            #[cfg(feature = "toml")]
            Some("toml") => toml::from_str(&text).map_err(|error| wrong(place(&text, &error))),
            _ => Err(wrong("is not a kind of file that can be read here".into())),
        }
    }

    /// Reads a configuration from environment variables that begin with `prefix` and an underscore.
    ///
    /// With the prefix `API_KEYS`: `API_KEYS_VENDOR` chooses the vendor, `API_KEYS_TOKEN` or, for a file to read it
    /// from, `API_KEYS_TOKEN_FILE` gives the credential, and any other field goes by its name in capitals, such as
    /// `API_KEYS_BASE_URL`; fields of the HTTP client as `API_KEYS_HTTP_TIMEOUT`.
    ///
    /// # Errors
    /// [`Configuration`](api_keys_core::ErrorKind::Configuration), saying what is missing, unknown or wrong.
    pub fn from_env(prefix: &str) -> Result<Self> {
        Self::from_value(Self::value_from_env(prefix)?.into())
    }

    /// Gathers the same variables as [`from_env`](Self::from_env) and leaves the rest to the caller: to take out what
    /// is meant for itself, add what is not in the environment, and hand the result to
    /// [`from_value`](Self::from_value).
    ///
    /// # Errors
    /// [`Configuration`](api_keys_core::ErrorKind::Configuration) when no vendor is named or a variable is not text.
    pub fn value_from_env(prefix: &str) -> Result<Map<String, Value>> {
        environment::read(prefix, std::env::vars_os())
    }
}

/// Line, column and complaint; `Display` would quote the line.
#[cfg(feature = "toml")]
fn place(text: &str, error: &toml::de::Error) -> String {
    let Some(before) = error.span().and_then(|span| text.get(..span.start)) else {
        return error.message().to_owned();
    };
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
    format!("line {line}, column {column}: {}", error.message())
}
