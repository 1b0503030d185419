//! From configuration to provider.

use std::path::Path;
use std::sync::Arc;

use api_keys_core::{ApiKeyProvider, Error, Result};
use serde::Deserialize;
use serde_json::Value;

mod environment;
#[cfg(feature = "memory")]
mod memory;

#[cfg(feature = "memory")]
pub use memory::MemoryConfig;

/// What errors name as the vendor before a vendor is known.
const NO_VENDOR: &str = "api-keys";

/// Which vendor, where, and with what credential: swapping a vendor is a change of this.
///
/// It can be read from a [file](Self::from_file), from [environment variables](Self::from_env), from a
/// [value](Self::from_value), or as a part of an application's own configuration, since it is `Deserialize`. The
/// field `vendor` chooses the variant; the other fields are those of the variant's type. Where a credential is
/// wanted, [`SecretSource`](api_keys_core::SecretSource) says where to read it.
///
/// ```
/// use api_keys::{ApiKeyProvider, ProviderConfig};
///
/// let config = ProviderConfig::from_value(serde_json::json!({ "vendor": "memory", "max_active": 5 }))?;
/// let provider = config.connect()?;
/// assert_eq!(provider.vendor(), "memory");
/// # Ok::<(), api_keys::Error>(())
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "vendor", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ProviderConfig {
    /// A better-auth server.
    #[cfg(feature = "better-auth")]
    BetterAuth(api_keys_better_auth::BetterAuthConfig),
    /// A Clerk instance.
    #[cfg(feature = "clerk")]
    Clerk(api_keys_clerk::ClerkConfig),
    /// A FastAPI service.
    #[cfg(feature = "fastapi")]
    #[serde(rename = "fastapi")]
    FastApi(api_keys_fastapi::FastApiConfig),
    /// An application that mounts keyshield.
    #[cfg(feature = "keyshield")]
    Keyshield(api_keys_keyshield::KeyshieldConfig),
    /// A Latitude.sh account.
    #[cfg(feature = "latitude-sh")]
    LatitudeSh(api_keys_latitude_sh::LatitudeShConfig),
    /// A user of an MCP server.
    #[cfg(feature = "mcp")]
    Mcp(api_keys_mcp::McpConfig),
    /// Keys in this process.
    #[cfg(feature = "memory")]
    Memory(MemoryConfig),
}

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
        Self::from_value(environment::read(prefix, std::env::vars_os())?)
    }

    /// Makes the provider. Nothing is sent.
    ///
    /// # Errors
    /// [`Configuration`](api_keys_core::ErrorKind::Configuration) when a part cannot be right or the credential
    /// cannot be read.
    pub fn connect(self) -> Result<Arc<dyn ApiKeyProvider>> {
        Ok(match self {
            #[cfg(feature = "better-auth")]
            Self::BetterAuth(config) => Arc::new(config.connect()?),
            #[cfg(feature = "clerk")]
            Self::Clerk(config) => Arc::new(config.connect()?),
            #[cfg(feature = "fastapi")]
            Self::FastApi(config) => Arc::new(config.connect()?),
            #[cfg(feature = "keyshield")]
            Self::Keyshield(config) => Arc::new(config.connect()?),
            #[cfg(feature = "latitude-sh")]
            Self::LatitudeSh(config) => Arc::new(config.connect()?),
            #[cfg(feature = "mcp")]
            Self::Mcp(config) => Arc::new(config.connect()?),
            #[cfg(feature = "memory")]
            Self::Memory(config) => Arc::new(config.connect()?),
        })
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
