//! Settings of the embedded provider.

use std::path::PathBuf;

use api_keys_core::Result;
use api_keys_memory::Memory;
use serde::Deserialize;

/// Settings of a [`Memory`] provider.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct MemoryConfig {
    /// Where to keep the keys between runs; nowhere by default.
    pub file: Option<PathBuf>,
    /// How many keys can be active at a time; any number by default.
    #[serde(deserialize_with = "api_keys_core::de::option_from_text")]
    pub max_active: Option<u32>,
    /// Whether secrets are kept so that they can be shown again; only their digests are by default.
    #[serde(deserialize_with = "api_keys_core::de::from_text")]
    pub retain_secrets: bool,
}

impl MemoryConfig {
    /// Makes the provider, and reads the file if there is one.
    ///
    /// # Errors
    /// [`Configuration`](api_keys_core::ErrorKind::Configuration) when the file cannot be read.
    pub fn build(self) -> Result<Memory> {
        let mut builder = Memory::builder().retain_secrets(self.retain_secrets);
        if let Some(file) = self.file {
            builder = builder.file(file);
        }
        if let Some(most) = self.max_active {
            builder = builder.max_active(most);
        }
        builder.build()
    }
}
