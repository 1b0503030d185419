//! Running what the user wrote as one line.

use std::process::Command;

/// The line as the shell of the system would run it.
pub(crate) fn command(line: &str) -> Command {
    let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("/bin/sh", "-c") };
    let mut command = Command::new(shell);
    command.args([option, line]);
    command
}
