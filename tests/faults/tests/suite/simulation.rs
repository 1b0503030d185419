//! Simulations.

use api_keys_fault_tests::simulation::{Scenario, run, run_many};

/// Operations without a violation. `cargo xtask simulate` runs a million of them.
#[test]
fn simulations_have_no_violations() {
    let (figures, seeds, failed) = run_many(Scenario::ALL, 1, |figures| figures.operations >= 10_000);
    println!("{figures}\n{seeds} seeds");
    let failed: Vec<_> = failed.iter().map(|report| (report.command(), &report.figures.violations)).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn seed_reproduces_a_simulation() {
    for scenario in Scenario::ALL.iter().copied() {
        for seed in [3, 4, 5] {
            let (one, other) = (run(scenario, seed), run(scenario, seed));
            assert_eq!(one.trace, other.trace, "{scenario} {seed}");
            assert_eq!(one.digest(), other.digest(), "{scenario} {seed}");
        }
    }
}
