//! The `api-keys` command.

use std::env;
use std::io;
use std::process::ExitCode;

use api_keys_cli::Console;

#[tokio::main]
async fn main() -> ExitCode {
    api_keys_cli::protect_memory();
    api_keys_cli::complete();
    let mut stdout = io::stdout();
    let mut console = Console::of_process(&mut stdout);
    ExitCode::from(api_keys_cli::run_on(&mut console, env::args_os()).await)
}
