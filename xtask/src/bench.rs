//! Runs the benchmarks.

use std::io;
use std::process::{Command, ExitCode};

/// The variables that would send requests to the benchmarks' own server through a proxy.
const PROXIES: [&str; 6] =
    ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/// Builds the benchmarks and runs them with these options.
pub(crate) fn bench(options: &[String]) -> io::Result<ExitCode> {
    let release = ["--release", "--package", "api-keys-benches"];
    let built = cargo("build").args(release).status()?;
    if !built.success() {
        return Ok(ExitCode::FAILURE);
    }
    let mut run = cargo("run");
    run.args(release).arg("--quiet").arg("--").args(options);
    // The first step downloaded all there was to download.
    PROXIES.iter().for_each(|name| {
        run.env_remove(name);
    });
    Ok(if run.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn cargo(command: &str) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.arg(command);
    cargo
}
