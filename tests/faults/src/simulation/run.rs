//! Runs of simulations.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use super::clock::SimulatedTime;
use super::events::Events;
use super::scenario::Scenario;
use crate::figures::Figures;
use crate::record::Record;
use crate::world::Failure;

/// The result of a simulation.
#[derive(Debug, Clone)]
pub struct Report {
    /// The scenario.
    pub scenario: Scenario,
    /// The seed.
    pub seed: u64,
    /// The statistics, with the violations.
    pub figures: Figures,
    /// Everything that went wrong, in order.
    pub trace: Vec<String>,
    /// The ids of the events.
    pub(super) events: Vec<u64>,
}

impl Report {
    /// Returns a hash of all events and results, which is the same whenever a seed is run.
    pub fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.events, &self.trace, format!("{:?}", self.figures)).hash(&mut hasher);
        hasher.finish()
    }

    /// Returns the command that runs this simulation again.
    pub fn command(&self) -> String {
        format!("cargo xtask simulate --scenario {} --seed {}", self.scenario, self.seed)
    }
}

/// Runs a simulation.
pub fn run(scenario: Scenario, seed: u64) -> Report {
    run_without(scenario, seed, BTreeSet::new())
}

/// Runs a simulation in which some events do not occur.
pub(super) fn run_without(scenario: Scenario, seed: u64, muted: BTreeSet<u64>) -> Report {
    fastrand::seed(seed);
    let _record = Record::of_thread();
    let events = Arc::new(Events::new(seed, muted));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let result = runtime.map_err(Failure::from).and_then(|runtime| {
        let simulation = || {
            runtime.block_on(async {
                let _time = SimulatedTime::start();
                scenario.run(seed, &events).await
            })
        };
        catch_unwind(AssertUnwindSafe(simulation)).unwrap_or_else(|_| Err("panicked".into()))
    });
    let mut figures = result.unwrap_or_else(|error| Figures {
        violations: vec![format!("the simulation failed: {error}")],
        ..Figures::default()
    });
    figures.faults = events.kinds();
    figures.violations.extend(Record::get().leak());
    Report { scenario, seed, figures, trace: events.trace(), events: events.occurred() }
}

/// Runs simulations on two threads until `enough` returns true for the statistics so far, or the first violation. Returns
/// the statistics, the number of seeds, and the reports with violations.
pub fn run_many(
    scenarios: &[Scenario],
    first_seed: u64,
    enough: impl Fn(&Figures) -> bool + Sync,
) -> (Figures, u64, Vec<Report>) {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let shared = std::sync::Mutex::new((Figures::default(), 0, Vec::new()));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let scenario = scenarios[number as usize % scenarios.len()];
                    let report = run(scenario, first_seed.wrapping_add(number));
                    let mut shared = shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    let (figures, seeds, failed) = &mut *shared;
                    *seeds += 1;
                    *figures += report.figures.clone();
                    if !report.figures.violations.is_empty() {
                        failed.push(report);
                    }
                    if !failed.is_empty() || enough(figures) {
                        stop.store(true, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    shared.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}
