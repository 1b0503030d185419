//! `api-keys completions`.

use clap::Args;
use clap_complete::Shell;

use crate::console::Console;
use crate::failure::Failure;
use crate::status;

/// Print a shell completion script
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// Shell to generate the script for
    pub(crate) shell: Shell,
}

pub(crate) fn run(
    args: CompletionsArgs,
    mut command: clap::Command,
    console: &mut Console<'_>,
) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "api-keys", &mut script);
    console.print(&String::from_utf8_lossy(&script))?;
    Ok(status::OK)
}
