//! Shell completion of provider names.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::{env, iter};

use clap_complete::CompletionCandidate;

use super::{ALL, Config, Entry};
use crate::human::is_harmful;

/// Returns the names of the configured providers, without sending a request.
pub(crate) fn completions() -> Vec<CompletionCandidate> {
    let Ok(config) = Config::read(config_file().as_deref()) else { return Vec::new() };
    let entries = config.all_or(None).unwrap_or_default();
    let names = entries.iter().map(Entry::name).chain(iter::once(ALL));
    names.filter(|name| !name.contains(is_harmful)).map(CompletionCandidate::new).collect()
}

/// Returns the configuration file of the command line that is completed.
fn config_file() -> Option<PathBuf> {
    let arguments: Vec<_> = env::args_os().collect();
    let option = arguments.windows(2).find(|pair| pair[0] == "--config").map(|pair| pair[1].clone());
    let assigned = || {
        let mut values = arguments.iter().filter_map(|argument| argument.to_str()?.strip_prefix("--config="));
        values.next().map(|value| OsStr::new(value).to_owned())
    };
    option.or_else(assigned).or_else(|| env::var_os("API_KEYS_CONFIG")).map(PathBuf::from)
}
