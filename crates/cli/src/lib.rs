#![doc = include_str!("../README.md")]

mod audit;
mod cli;
mod commands;
mod config;
mod console;
mod failure;
mod human;
mod interrupt;
mod output;
mod secret;
mod shell;
mod status;

use std::ffi::OsString;
use std::io::Write;

use clap::Parser as _;

use cli::{Cli, Command};
use commands as c;
pub use console::Console;

/// Runs the command with `args`, the first of which is its name, and returns the exit status. Results are written to
/// `stdout` as to a pipe, errors to the standard error of the process.
pub async fn run(args: impl IntoIterator<Item = OsString>, stdout: &mut dyn Write, color: bool) -> u8 {
    run_on(&mut Console::new(stdout, color), args).await
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
    dispatch(cli.command, console).await.unwrap_or_else(|failure| {
        console.note(&failure);
        failure.exit_status()
    })
}

async fn dispatch(command: Command, console: &mut Console<'_>) -> Result<u8, failure::Failure> {
    match command {
        Command::Providers(args) => c::providers::run(args, console).await,
        Command::List(args) => c::list::run(args, console).await,
        Command::Get(args) => c::get::run(args, console).await,
        Command::Create(args) => c::create::run(args, console).await,
        Command::Update(args) => c::update::run(args, console).await,
        Command::Rotate(args) => c::rotate::run(args, console).await,
        Command::Revoke(args) => c::revoke::run(args, console).await,
        Command::Enable(args) => c::set_enabled::run(args, true, console).await,
        Command::Disable(args) => c::set_enabled::run(args, false, console).await,
        Command::Delete(args) => c::delete::run(args, console).await,
        Command::Reveal(args) => c::reveal::run(args, console).await,
        Command::Verify(args) => c::verify::run(args, console).await,
        Command::Orphans(args) => c::orphans::run(args, console).await,
        Command::Audit(args) => c::audit::run(args, console).await,
        Command::Emulate(args) => c::emulate::run(args, console).await,
        Command::Demo(args) => c::demo::run(args, console).await,
        Command::Completions(args) => c::completions::run(args, console),
        Command::Man(args) => c::man::run(args, console),
    }
}
