//! Configuration from files and environment variables.

use api_keys_core::{Result, SecretSource, de};
use serde::Deserialize;

use crate::VENDOR;
use crate::secret::format::SecretFormat;
use crate::sql::Sql;

/// The configuration of an [`Sql`] provider.
///
/// ```toml
/// vendor = "sql"
/// url = "sqlite:keys.db"
/// prefix = "acme"
/// pepper = { env = "ACME_KEY_PEPPER" }
/// ```
#[derive(Debug, Clone, Deserialize)]
#[must_use]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SqlConfig {
    /// The address of the database, such as `sqlite:keys.db` or `postgres://user:password@host/database`. An
    /// environment variable or a file keeps the password out of the configuration.
    pub url: SecretSource,
    /// The prefix of new secrets. The default is `ak`.
    pub prefix: Option<String>,
    /// The key of the digests, of at least 32 bytes. Without it, the digests are not keyed.
    pub pepper: Option<SecretSource>,
    /// Former peppers, under which secrets are still accepted. A secret moves to the current pepper when it is used.
    #[serde(default)]
    pub previous_peppers: Vec<SecretSource>,
    /// Accepts secrets that were stored without a pepper, which move to the pepper when they are used.
    #[serde(default, deserialize_with = "de::from_text")]
    pub accept_unpeppered: bool,
    /// The name of the person or program in the audit trail.
    pub actor: Option<String>,
    /// The maximum number of connections to PostgreSQL. The default is 10.
    #[serde(default, deserialize_with = "de::option_from_text")]
    pub max_connections: Option<u32>,
}

impl SqlConfig {
    /// Creates a configuration with defaults.
    pub fn new(url: impl Into<SecretSource>) -> Self {
        Self {
            url: url.into(),
            prefix: None,
            pepper: None,
            previous_peppers: Vec::new(),
            accept_unpeppered: false,
            actor: None,
            max_connections: None,
        }
    }

    /// Builds the provider, which connects with its first call.
    ///
    /// # Errors
    /// Returns [`Configuration`](api_keys_core::ErrorKind::Configuration) if a setting is invalid or a secret cannot be
    /// read.
    pub fn build(self) -> Result<Sql> {
        let read = |source: SecretSource| source.read().map_err(|error| error.into_error(VENDOR));
        let mut builder = Sql::builder(read(self.url)?).accept_unpeppered(self.accept_unpeppered);
        if let Some(prefix) = self.prefix {
            builder = builder.format(SecretFormat::new(prefix)?);
        }
        if let Some(pepper) = self.pepper {
            builder = builder.pepper(read(pepper)?);
        }
        for pepper in self.previous_peppers {
            builder = builder.previous_pepper(read(pepper)?);
        }
        if let Some(actor) = self.actor {
            builder = builder.actor(actor);
        }
        if let Some(connections) = self.max_connections {
            builder = builder.max_connections(connections);
        }
        builder.build()
    }
}
