//! One module per command, and shared modules.

mod act;
pub(crate) mod adopt;
pub(crate) mod apply;
pub(crate) mod audit;
mod bulk;
pub(crate) mod completions;
mod connection;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod emulate;
pub(crate) mod events;
mod fan_out;
pub(crate) mod get;
pub(crate) mod import;
pub(crate) mod init;
mod inventory;
mod issue;
pub(crate) mod list;
pub(crate) mod login;
pub(crate) mod man;
pub(crate) mod orphans;
pub(crate) mod plan;
pub(crate) mod providers;
pub(crate) mod reveal;
pub(crate) mod revoke;
pub(crate) mod rotate;
pub(crate) mod rotations;
pub(crate) mod set_enabled;
pub(crate) mod update;
pub(crate) mod verify;

use std::borrow::Cow;

use api_keys::{ApiKeyProviderExt as _, Operation};

use crate::args::TargetArgs;
use crate::config::{Config, Provider};
use crate::console::Console;
use crate::failure::Failure;

/// Returns the selected provider.
fn open(target: &TargetArgs, console: &Console<'_>) -> Result<Provider, Failure> {
    Config::load(target.config.as_deref(), console)?.one(target.provider.as_deref())?.build()
}

/// Returns the selected provider if it supports the operation.
fn open_for(target: &TargetArgs, operation: Operation, console: &Console<'_>) -> Result<Provider, Failure> {
    let provider = open(target, console)?;
    provider.api.require(&[operation]).map_err(|error| {
        Failure::from_api(
            format!("{} does not support {operation}", provider.vendor()),
            &provider.name,
            &error,
        )
    })?;
    Ok(provider)
}

/// Quotes a word for a POSIX shell.
fn quoted(word: &str) -> Cow<'_, str> {
    // Fails only for NUL, which no argument of a process can contain.
    shlex::try_quote(word).unwrap_or_default()
}

/// Returns the options that select the provider in a printed command.
fn target_options(provider: &Provider, target: &TargetArgs) -> String {
    let mut options = format!("--provider {}", quoted(&provider.name));
    if let Some(config) = &target.config {
        options.push_str(&format!(" --config {}", quoted(&config.to_string_lossy())));
    }
    options
}
