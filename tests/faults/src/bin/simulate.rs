//! Runs simulations: `cargo xtask simulate`.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    api_keys_fault_tests::simulation::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("simulations run on Linux only");
    ExitCode::FAILURE
}
