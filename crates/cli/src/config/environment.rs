//! The provider of the `API_KEYS_*` variables.

use std::env;

use api_keys::ProviderConfig;
use serde_json::json;

use super::entry::Entry;
use crate::failure::Failure;

/// Name of the provider.
pub(crate) const NAME: &str = "env";

/// `API_KEYS_CONFIG` and `API_KEYS_PROVIDER`, which are options of the command.
const OPTIONS: [&str; 2] = ["config", "provider"];

/// Returns the provider, if `API_KEYS_VENDOR` is set.
pub(super) fn entry() -> Result<Option<Entry>, Failure> {
    if env::var_os("API_KEYS_VENDOR").is_none() {
        return Ok(None);
    }
    let settings = ProviderConfig::value_from_env("API_KEYS");
    let mut settings = settings.map_err(|error| Failure::new(error.message().unwrap_or_default()))?;
    settings.retain(|setting, _| !OPTIONS.contains(&setting.as_str()));
    if let Some(command) = settings.remove("token_command")
        && settings.insert("token".to_owned(), json!({ "command": command })).is_some()
    {
        return Err(Failure::new("API_KEYS_TOKEN is set in more than one way"));
    }
    Entry::new(NAME.to_owned(), settings, None).map(Some)
}
