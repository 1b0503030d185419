//! The `api-keys` command.

use std::env;
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let mut stdout = io::stdout();
    // https://no-color.org: set and not empty.
    let plain = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let color = stdout.is_terminal() && !plain;
    ExitCode::from(api_keys_cli::run(env::args_os(), &mut stdout, color).await)
}
