//! The command line of the simulator.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;

use super::run::{Report, run_many};
use super::scenario::Scenario;
use super::shrink::replay;
use crate::figures::Figures;

/// Run the library against simulated vendors over a simulated network, in simulated time
#[derive(Debug, Parser)]
#[command(name = "cargo xtask simulate")]
struct Arguments {
    /// Run until this many operations are complete
    #[arg(long, default_value_t = 1_000_000)]
    operations: u64,
    /// Run for this many hours instead, from a random seed
    #[arg(long)]
    hours: Option<f64>,
    /// Run one seed, and print what went wrong; a violation is reduced to a short trace
    #[arg(long)]
    seed: Option<u64>,
    /// Only this scenario; repeatable
    #[arg(long = "scenario")]
    scenarios: Vec<Scenario>,
    /// Activate a deliberate defect
    #[cfg(api_keys_defects)]
    #[arg(long)]
    defect: Option<api_keys_core::defect::Defect>,
    /// Check that each deliberate defect is found within 100,000 operations
    #[cfg(api_keys_defects)]
    #[arg(long)]
    defects: bool,
}

/// Runs the simulator with the arguments of the process.
pub fn main() -> ExitCode {
    let mut arguments = Arguments::parse();
    if arguments.scenarios.is_empty() {
        arguments.scenarios = Scenario::ALL.to_vec();
    }
    #[cfg(api_keys_defects)]
    if arguments.defects {
        return defects::find(&arguments.scenarios);
    }
    #[cfg(api_keys_defects)]
    if let Some(defect) = arguments.defect {
        defect.activate();
    }
    if let Some(seed) = arguments.seed {
        let reports = arguments.scenarios.iter().map(|scenario| replay(*scenario, seed));
        return reports.map(|report| one(&report)).max().map_or(ExitCode::SUCCESS, ExitCode::from);
    }
    let start = Instant::now();
    let time = arguments.hours.map(|hours| Duration::from_secs_f64(3600.0 * hours));
    let first_seed = if time.is_some() { fastrand::u64(..1 << 48) } else { 1 };
    let enough = |figures: &Figures| match time {
        Some(time) => start.elapsed() >= time,
        None => figures.operations >= arguments.operations,
    };
    let (figures, seeds, failed) = run_many(&arguments.scenarios, first_seed, enough);
    println!("{figures}");
    println!("{seeds} seeds from {first_seed}");
    let speed = figures.operations as f64 / start.elapsed().as_secs_f64();
    println!("{speed:.0} operations per second");
    println!("{} violations", figures.violations.len());
    for report in &failed {
        println!();
        one(&replay(report.scenario, report.seed));
    }
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints one simulation. Returns the exit status.
fn one(report: &Report) -> u8 {
    println!("{}", report.command());
    for line in &report.trace {
        println!("  {line}");
    }
    for violation in &report.figures.violations {
        println!("  VIOLATION: {violation}");
    }
    u8::from(!report.figures.violations.is_empty())
}

#[cfg(api_keys_defects)]
mod defects {
    use std::process::ExitCode;

    use api_keys_core::defect::Defect;

    use super::{Scenario, run_many};

    /// The number of operations within which every defect is found.
    const OPERATIONS: u64 = 100_000;

    /// Checks that each defect is found.
    pub(super) fn find(scenarios: &[Scenario]) -> ExitCode {
        let mut missed = 0;
        for defect in Defect::ALL {
            defect.activate();
            let (figures, _, failed) = run_many(scenarios, 1, |figures| figures.operations >= OPERATIONS);
            match failed.first() {
                Some(report) => {
                    println!(
                        "{defect:28} {:>7} operations, {} --defect {defect}",
                        figures.operations,
                        report.command()
                    );
                }
                None => {
                    missed += 1;
                    println!("{defect:28} MISSED: {}", defect.description());
                }
            }
        }
        println!("{} defects, {missed} missed", Defect::ALL.len());
        if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
