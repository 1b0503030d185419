//! Runs the benchmarks.

use std::io;
use std::process::{Command, ExitCode};

/// Builds the benchmarks and runs them with these options.
pub(crate) fn bench(options: &[String]) -> io::Result<ExitCode> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["run", "--release", "--package", "api-keys-benches", "--"]).args(options);
    Ok(if cargo.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
