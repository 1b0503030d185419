#![doc = include_str!("../README.md")]

mod args;
mod audit;
mod cli;
mod commands;
mod config;
mod console;
mod crash;
mod credential_store;
mod destination;
mod failure;
mod file;
mod human;
mod interrupt;
mod journal;
mod lock;
mod memory;
mod output;
mod project;
mod secret;
mod shell;
mod status;
mod verbose;

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;

use clap::{CommandFactory as _, Parser as _};

use cli::Cli;
pub use console::Console;
pub use memory::protect_memory;

/// Runs the command with `args`, the first of which is its name, and returns the exit status. Results are written to
/// `stdout` as to a pipe, errors to the standard error of the process.
pub async fn run(args: impl IntoIterator<Item = OsString>, stdout: &mut dyn Write, color: bool) -> u8 {
    run_on(&mut Console::new(stdout, color), args).await
}

/// Validates the text of a configuration file, without reading a credential.
///
/// # Errors
/// The first error, as it is printed.
pub fn check_config(text: &str) -> Result<(), String> {
    let entries = config::parse(Path::new("config.toml"), text);
    let valid = entries.and_then(|entries| entries.iter().try_for_each(|entry| entry.validate().map(drop)));
    valid.map_err(|failure| failure.to_string())
}

/// Prints shell completions and ends the process, if a shell requests them with an environment variable.
pub fn complete() {
    commands::completions::complete(Cli::command);
}

/// Like [`run`], on a console that can be a terminal.
pub async fn run_on(console: &mut Console<'_>, args: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Without standard error, a failure cannot be reported.
            let _ = error.print();
            return error.exit_code().try_into().unwrap_or(status::USAGE);
        }
    };
    verbose::subscribe(cli.verbose);
    cli.command.run(console).await.unwrap_or_else(|failure| {
        console.note(&failure);
        failure.exit_status()
    })
}
