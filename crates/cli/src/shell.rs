//! Shell commands.

use std::process::Command;

/// Creates a process that runs a command line in the shell of the system.
pub(crate) fn command(line: &str) -> Command {
    let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("/bin/sh", "-c") };
    let mut command = Command::new(shell);
    command.args([option, line]);
    command
}
