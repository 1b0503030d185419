//! Builds and runs other programs of this repository.

use std::io;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// Runs the benchmarks with these options.
pub(crate) fn bench(options: &[String]) -> io::Result<ExitCode> {
    run(cargo("run", &["--release", "--package", "api-keys-benches"]), options)
}

/// Runs the simulator with these options. `--defect` and `--defects` compile the deliberate defects in.
pub(crate) fn simulate(options: &[String]) -> io::Result<ExitCode> {
    // Without the default features, which the simulator does not use, it is compiled in half the time.
    let package = ["--package", "api-keys-fault-tests", "--no-default-features", "--bin", "simulate"];
    let mut cargo = cargo("run", &["--profile", "simulation"]);
    cargo.args(package);
    if options.iter().any(|option| option.starts_with("--defect")) {
        // Only the crates of the workspace are compiled again.
        let wrapper = Path::new("tests/faults/rustc-with-defects").canonicalize()?;
        cargo.env("RUSTC_WORKSPACE_WRAPPER", wrapper);
    }
    run(cargo, options)
}

/// Runs variations of the corpora of the fuzz targets, in a build that counts edges.
pub(crate) fn fuzz(target: Option<&str>, rounds: usize) -> io::Result<ExitCode> {
    // With the features of the whole workspace, so that its tests use the same builds of dependencies.
    let mut cargo = cargo("test", &["--workspace", "--test", "replay"]);
    cargo.env("RUSTC_WORKSPACE_WRAPPER", Path::new("fuzz/rustc-with-coverage").canonicalize()?);
    cargo.env("FUZZ_ROUNDS", rounds.to_string()).envs(target.map(|target| ("FUZZ_TARGET", target)));
    run(cargo, &["--nocapture".to_owned()])
}

/// Emits the documents of TypeSpec's scenarios, generates their clients, and runs them.
pub(crate) fn spector(check: bool) -> io::Result<ExitCode> {
    let package = ["--quiet", "--package", "api-keys-spector-tests"];
    let output = cargo("run", &package).args(["--bin", "documents"]).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Ok(ExitCode::FAILURE);
    }
    let mut cargo = cargo("run", &package);
    cargo.args(["--features", "scenarios"]);
    cargo.env("SPECTOR_DOCUMENTS", String::from_utf8_lossy(&output.stdout).trim());
    run(cargo, check.then(|| "--check".to_owned()).as_slice())
}

fn cargo(command: &str, arguments: &[&str]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.arg(command).args(arguments);
    cargo
}

fn run(mut cargo: Command, options: &[String]) -> io::Result<ExitCode> {
    Ok(if cargo.arg("--").args(options).status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
