//! Where a credential comes from.

use std::path::PathBuf;

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{Error, Result, SecretKey};

/// A credential, or the place to read it from, as configuration files write it.
///
/// In TOML: `"sk_…"` for the value itself, `{ env = "CLERK_SECRET_KEY" }` for an environment variable,
/// `{ file = "/run/secrets/clerk" }` for a file, of which one trailing line break is cut off.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
#[non_exhaustive]
pub enum SecretSource {
    /// The value itself.
    Value(SecretKey),
    /// An environment variable.
    #[non_exhaustive]
    Env {
        /// Its name.
        env: String,
    },
    /// A file.
    #[non_exhaustive]
    File {
        /// Its path.
        file: PathBuf,
    },
}

impl SecretSource {
    /// Reads from an environment variable.
    pub fn env(name: impl Into<String>) -> Self {
        Self::Env { env: name.into() }
    }

    /// Reads from a file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::File { file: path.into() }
    }

    /// Reads the secret now.
    ///
    /// # Errors
    /// [`Configuration`](crate::ErrorKind::Configuration), naming the place, when there is nothing to read.
    pub fn read(&self, vendor: &'static str) -> Result<SecretKey> {
        match self {
            Self::Value(secret) => Ok(secret.clone()),
            Self::Env { env } => std::env::var(env).map(SecretKey::new).map_err(|_| {
                // The cause is left out: `NotUnicode` would print the value.
                Error::configuration(vendor, format!("the environment variable {env} is not set to a text"))
            }),
            Self::File { file } => {
                let text = std::fs::read_to_string(file).map(Zeroizing::new).map_err(|error| {
                    let message = format!("the secret file {} cannot be read", file.display());
                    Error::configuration(vendor, message).with_source(error)
                })?;
                let text = text.strip_suffix('\n').unwrap_or(&text);
                Ok(SecretKey::new(text.strip_suffix('\r').unwrap_or(text)))
            }
        }
    }
}

impl<S: Into<SecretKey>> From<S> for SecretSource {
    fn from(secret: S) -> Self {
        Self::Value(secret.into())
    }
}
