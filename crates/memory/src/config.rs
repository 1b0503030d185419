//! Configuration from files and environment variables.

use api_keys_core::{Result, de};
use serde::Deserialize;

use crate::memory::Memory;

/// The configuration of a [`Memory`] provider.
#[derive(Debug, Clone, Default, Deserialize)]
#[must_use]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct MemoryConfig {
    /// The maximum number of active keys. Unlimited by default.
    #[serde(deserialize_with = "de::option_from_text")]
    pub max_active: Option<u32>,
    /// Stores secrets so that they can be revealed. By default only their digests are stored.
    #[serde(deserialize_with = "de::from_text")]
    pub retain_secrets: bool,
}

impl MemoryConfig {
    /// Builds the provider.
    ///
    /// # Errors
    /// None at present: every configuration is valid.
    pub fn build(self) -> Result<Memory> {
        let mut builder = Memory::builder().retain_secrets(self.retain_secrets);
        if let Some(keys) = self.max_active {
            builder = builder.max_active(keys);
        }
        builder.build()
    }
}
