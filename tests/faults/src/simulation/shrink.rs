//! The search for the events that cause a violation.

use std::collections::BTreeSet;

use super::run::{Report, run, run_without};
use super::scenario::Scenario;

/// Runs a simulation. If it has a violation, events are left out as long as one remains, which leaves a short trace.
pub fn replay(scenario: Scenario, seed: u64) -> Report {
    /// The maximum number of runs.
    const RUNS: usize = 500;
    let mut report = run(scenario, seed);
    let mut muted = BTreeSet::new();
    let (mut runs, mut size) = (0, report.events.len() / 2);
    while size > 0 && !report.figures.violations.is_empty() && runs < RUNS {
        let mut shorter = false;
        let mut start = 0;
        while start < report.events.len() && runs < RUNS {
            let end = (start + size).min(report.events.len());
            let mut more = muted.clone();
            more.extend(report.events[start..end].iter().copied());
            let without = run_without(scenario, seed, more.clone());
            runs += 1;
            if without.figures.violations.is_empty() {
                start = end;
            } else {
                (report, muted, shorter) = (without, more, true);
            }
        }
        size = if shorter { size.min(report.events.len() / 2).max(1) } else { size / 2 };
    }
    report
}
