#![doc = include_str!("../README.md")]

mod cli;
mod demo;
mod failure;

use std::ffi::OsString;
use std::io::Write;

use clap::Parser as _;

use cli::{Cli, Command};

/// Runs the command as if it had been called with `args`, of which the first is its name, and returns its exit
/// status. What it has to say goes to `stdout`; what is wrong with the call goes to the standard error of the process.
pub async fn run(args: impl IntoIterator<Item = OsString>, stdout: &mut dyn Write, color: bool) -> u8 {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Nobody is left to tell when this fails too.
            let _ = error.print();
            return error.exit_code().try_into().unwrap_or(status::USAGE);
        }
    };
    let done = match cli.command {
        Command::Demo(args) => demo::run(args, stdout, color).await,
    };
    done.unwrap_or_else(|failure| {
        eprintln!("{failure}");
        status::USAGE
    })
}

/// Exit statuses.
mod status {
    /// All is well.
    pub(crate) const OK: u8 = 0;
    /// The command ran, and something is not as it should be.
    pub(crate) const FAILED: u8 = 1;
    /// The command could not run as it was called.
    pub(crate) const USAGE: u8 = 2;
    /// Ended by Ctrl-C: 128 and the number of the signal.
    pub(crate) const INTERRUPTED: u8 = 130;
}
