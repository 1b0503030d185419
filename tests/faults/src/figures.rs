//! Statistics of the ledger.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::ops::AddAssign;
use std::time::Duration;

use api_keys::{Effect, Operation};
use api_keys_emulator::Vendor;

use crate::ledger::{End, Found};
use crate::world::World;

/// The statistics of a run.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// The number of operations that the applications started.
    pub operations: u64,
    /// The number of calls, including recovery.
    pub calls: u64,
    /// The number of requests.
    pub requests: u64,
    /// The number of injections by kind of fault.
    pub faults: BTreeMap<String, u64>,
    /// The number of failed connects.
    pub outages: u64,
    /// The number of calls by result.
    pub ends: BTreeMap<&'static str, u64>,
    /// The number of keys that the servers created.
    pub created: u64,
    /// The number of keys by the way in which callers received them.
    pub found: BTreeMap<Found, u64>,
    /// The number of repeated rotations.
    pub rotations_repeated: u64,
    /// The duration of the longest call.
    pub longest: Duration,
    /// The maximum number of bytes read from a response.
    pub largest_body: u64,
    /// The violations.
    pub violations: Vec<String>,
}

impl Figures {
    /// Returns the statistics of one world.
    pub fn of(world: &World, operations: u64) -> Self {
        let entries = world.ledger.entries();
        let mut figures = Self {
            operations,
            calls: entries.len() as u64,
            rotations_repeated: world.ledger.rotations_repeated(),
            largest_body: world.counts.largest_body(),
            violations: world.ledger.violations(),
            ..Self::default()
        };
        for (call, entry) in entries {
            figures.requests += u64::from(world.counts.sent(call).attempts);
            figures.longest = figures.longest.max(entry.took);
            *figures.ends.entry(name(entry.end)).or_default() += 1;
            if entry.operation == Operation::Create {
                figures.created += u64::from(world.arrivals.of(call).acted);
            }
        }
        for found in world.ledger.all_found().into_values() {
            *figures.found.entry(found).or_default() += 1;
        }
        figures
    }

    fn faults_met(&self) -> u64 {
        self.faults.values().sum()
    }

    fn end(&self, end: End) -> u64 {
        self.ends.get(name(end)).copied().unwrap_or_default()
    }

    fn found(&self, found: Found) -> u64 {
        self.found.get(&found).copied().unwrap_or_default()
    }
}

fn name(end: End) -> &'static str {
    match end {
        End::Done => "done",
        End::Failed(effect) => effect.as_str(),
        End::Dropped => "dropped",
    }
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        fn add<K: Ord>(to: &mut BTreeMap<K, u64>, from: BTreeMap<K, u64>) {
            from.into_iter().for_each(|(name, count)| *to.entry(name).or_default() += count);
        }
        self.operations += other.operations;
        self.calls += other.calls;
        self.requests += other.requests;
        self.outages += other.outages;
        self.created += other.created;
        self.rotations_repeated += other.rotations_repeated;
        self.longest = self.longest.max(other.longest);
        self.largest_body = self.largest_body.max(other.largest_body);
        add(&mut self.faults, other.faults);
        add(&mut self.ends, other.ends);
        add(&mut self.found, other.found);
        self.violations.extend(other.violations);
    }
}

/// Formats the statistics of all vendors as one table.
pub fn table(figures: &[(Vendor, Figures)]) -> String {
    type Row = (&'static str, fn(&Figures) -> String);
    let rows: [Row; 19] = [
        ("operations", |f| f.operations.to_string()),
        ("calls, recovery included", |f| f.calls.to_string()),
        ("requests", |f| f.requests.to_string()),
        ("faults met", |f| f.faults_met().to_string()),
        ("outages", |f| f.outages.to_string()),
        ("calls done", |f| f.end(End::Done).to_string()),
        ("  failed, effect none", |f| f.end(End::Failed(Effect::NotApplied)).to_string()),
        ("  failed, effect unknown", |f| f.end(End::Failed(Effect::Unknown)).to_string()),
        ("  failed, effect applied", |f| f.end(End::Failed(Effect::Applied)).to_string()),
        ("  dropped", |f| f.end(End::Dropped).to_string()),
        ("keys created", |f| f.created.to_string()),
        ("  returned", |f| f.found(Found::Returned).to_string()),
        ("  secret rescued", |f| f.found(Found::Rescued).to_string()),
        ("  found and revoked", |f| f.found(Found::Orphaned).to_string()),
        ("  the same, later", |f| f.found(Found::OrphanedLate).to_string()),
        ("rotations repeated", |f| f.rotations_repeated.to_string()),
        ("longest call, ms", |f| f.longest.as_millis().to_string()),
        ("largest body taken, bytes", |f| f.largest_body.to_string()),
        ("violations", |f| f.violations.len().to_string()),
    ];
    let mut table = format!("{:27}", "");
    for (vendor, _) in figures {
        let _ = write!(table, "{:>13}", vendor.as_str());
    }
    for (name, value) in rows {
        let _ = write!(table, "\n{name:27}");
        for (_, figures) in figures {
            let _ = write!(table, "{:>13}", value(figures));
        }
    }
    table
}

/// A table of totals, and the faults by kind.
impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, count) in
            [("operations", self.operations), ("calls", self.calls), ("requests", self.requests)]
        {
            writeln!(f, "{name:24}{count:>10}")?;
        }
        for (name, count) in &self.ends {
            writeln!(f, "  calls: {name:15}{count:>10}")?;
        }
        writeln!(f, "{:24}{:>10}", "events", self.faults_met())?;
        for (name, count) in &self.faults {
            writeln!(f, "  {name:22}{count:>10}")?;
        }
        write!(f, "{:24}{:>10.1?}", "longest call", self.longest)
    }
}
