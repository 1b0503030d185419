//! `api-keys completions`.

use clap::CommandFactory as _;

use crate::cli::{Cli, CompletionsArgs};
use crate::console::Console;
use crate::failure::Failure;
use crate::status;

pub(crate) fn run(args: CompletionsArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "api-keys", &mut script);
    console.print(&String::from_utf8_lossy(&script))?;
    Ok(status::OK)
}
