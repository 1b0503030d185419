//! `api-keys completions`, and the completions that its scripts request.

use clap::Args;
use clap_complete::env::Shells;
use clap_complete::{CompleteEnv, Shell};

use crate::console::Console;
use crate::failure::Failure;
use crate::status;

/// Variable with the name of the shell that requests completions.
const VARIABLE: &str = "_API_KEYS_COMPLETE";

/// Print a shell completion script
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// Shell to generate the script for
    pub(crate) shell: Shell,
}

pub(crate) fn run(args: CompletionsArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let mut script = Vec::new();
    let name = args.shell.to_string();
    let written = Shells::builtins().completer(&name).map(|shell| {
        let command = "api-keys";
        shell.write_registration(VARIABLE, command, command, command, &mut script)
    });
    match written {
        Some(Ok(())) => {
            console.print(&String::from_utf8_lossy(&script))?;
            Ok(status::OK)
        }
        _ => Err(Failure::new(format!("no completion script for {name}"))),
    }
}

/// Prints completions and exits, if a shell requests them.
pub(crate) fn complete(command: impl Fn() -> clap::Command) {
    CompleteEnv::with_factory(command).var(VARIABLE).complete();
}
