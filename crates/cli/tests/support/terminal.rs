//! The command on a pseudo-terminal.

use std::process::Command;

use rexpect::session::{PtySession, spawn_command};

const TIMEOUT_MS: Option<u64> = Some(20_000);

/// Starts a process on a terminal.
pub(crate) fn start(process: Command, columns: u16) -> PtySession {
    let mut shell = Command::new("/bin/sh");
    let script = format!("stty cols {columns} rows 40 && exec \"$0\" \"$@\"");
    shell.args(["-c", &script]).arg(process.get_program());
    shell.args(process.get_args()).env_clear().current_dir(process.get_current_dir().unwrap());
    shell.envs(process.get_envs().filter_map(|(name, value)| Some((name, value?))));
    spawn_command(shell, TIMEOUT_MS).unwrap()
}

/// Returns the remaining output and the exit status.
pub(crate) fn finish(mut session: PtySession) -> (String, i32) {
    let output = text(&session.exp_eof().unwrap());
    // `Exited(Pid(1), 0)`, of a type that is not exported.
    let ended = format!("{:?}", session.process().wait().unwrap());
    let status = ended.strip_suffix(')').and_then(|ended| ended.rsplit(", ").next()?.parse().ok());
    (output, status.unwrap_or_else(|| panic!("{ended}")))
}

/// Decodes the output of a session, which maps every byte to a character.
pub(crate) fn text(output: &str) -> String {
    let bytes = output.chars().map(|c| u8::try_from(c).unwrap()).collect();
    String::from_utf8(bytes).unwrap()
}
