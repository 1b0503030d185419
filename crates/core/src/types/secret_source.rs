//! The source of a credential.

use std::io;
use std::path::PathBuf;

use serde::Deserialize;
use zeroize::Zeroizing;

use super::secret::SecretKey;
use crate::error::Error;

/// A credential, or the environment variable or file that contains it.
///
/// In TOML: `"sk_…"` for the value itself, `{ env = "ACME_TOKEN" }` for an environment variable, and
/// `{ file = "/run/secrets/acme" }` for a file, of which one trailing line break is removed.
///
/// ```
/// use api_keys_core::SecretSource;
///
/// let source: SecretSource = serde_json::from_str(r#"{ "env": "CARGO_PKG_NAME" }"#)?;
/// assert_eq!(source.read()?.expose(), "api-keys-core");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
#[non_exhaustive]
pub enum SecretSource {
    /// The value itself.
    Value(SecretKey),
    /// An environment variable.
    #[non_exhaustive]
    Env {
        /// The name of the variable.
        env: String,
    },
    /// A file.
    #[non_exhaustive]
    File {
        /// The path of the file.
        file: PathBuf,
    },
}

impl SecretSource {
    /// Creates a source that reads an environment variable.
    pub fn env(name: impl Into<String>) -> Self {
        Self::Env { env: name.into() }
    }

    /// Creates a source that reads a file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::File { file: path.into() }
    }

    /// Reads the secret.
    ///
    /// # Errors
    /// Returns an error if the variable is not set to Unicode text or the file cannot be read.
    pub fn read(&self) -> Result<SecretKey, SecretSourceError> {
        match self {
            Self::Value(secret) => Ok(secret.clone()),
            // The source is omitted: `NotUnicode` prints the value.
            Self::Env { env } => std::env::var(env)
                .map(SecretKey::new)
                .map_err(|_| SecretSourceError::Env { name: env.clone() }),
            Self::File { file } => {
                let text = std::fs::read_to_string(file)
                    .map(Zeroizing::new)
                    .map_err(|source| SecretSourceError::File { path: file.clone(), source })?;
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

/// An error from reading a [`SecretSource`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretSourceError {
    /// The environment variable is not set, or not to Unicode text.
    #[error("the environment variable {name} is not set or not valid Unicode")]
    #[non_exhaustive]
    Env {
        /// The name of the variable.
        name: String,
    },
    /// The file cannot be read.
    #[error("failed to read the secret file {}", path.display())]
    #[non_exhaustive]
    File {
        /// The path of the file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

impl SecretSourceError {
    /// Converts this error to a [`Configuration`](crate::ErrorKind::Configuration) error of a vendor.
    pub fn into_error(self, vendor: &'static str) -> Error {
        let error = Error::configuration(vendor, self.to_string());
        match self {
            Self::Env { .. } => error,
            Self::File { source, .. } => error.with_source(source),
        }
    }
}
