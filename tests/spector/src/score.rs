//! The score: the record of the mock server together with the outcomes on the side of the client.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use serde::Deserialize;

use crate::suite::{Outcome, Outcomes};

#[derive(Debug)]
pub(crate) struct Score {
    version: String,
    /// All scenarios of the mock server.
    outcomes: BTreeMap<String, Outcome>,
    /// Called scenarios that the mock server does not have.
    unknown: Vec<&'static str>,
}

/// The record of the mock server.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    scenarios_metadata: Metadata,
    results: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    package_name: String,
    version: String,
}

/// The numbers of scenarios of an area.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    all: usize,
    expressed: usize,
    passed: usize,
}

impl Score {
    pub(crate) fn of(mut outcomes: Outcomes, record: &[u8]) -> serde_json::Result<Self> {
        let [Record { scenarios_metadata: Metadata { package_name, version }, results }] =
            serde_json::from_slice(record)?;
        let outcomes_of_all = results.into_iter().map(|(name, result)| {
            let outcome = match outcomes.remove(&*name) {
                None => Outcome::Failed("not called".to_owned()),
                Some(Outcome::Passed) if result != "pass" => {
                    Outcome::Failed(format!("recorded by the server as `{result}`"))
                }
                Some(outcome) => outcome,
            };
            (name, outcome)
        });
        let outcomes_of_all = outcomes_of_all.collect();
        Ok(Self {
            version: format!("{package_name} {version}"),
            outcomes: outcomes_of_all,
            unknown: outcomes.into_keys().collect(),
        })
    }

    /// Returns whether every scenario passed, or has a reason not to be called.
    pub(crate) fn is_as_expected(&self) -> bool {
        self.unknown.is_empty()
            && !self.outcomes.values().any(|outcome| matches!(outcome, Outcome::Failed(_)))
    }

    fn counts(&self, area: Option<&str>) -> Counts {
        let mut counts = Counts::default();
        for (name, outcome) in &self.outcomes {
            if area.is_none_or(|area| self::area(name) == area) {
                counts.all += 1;
                counts.expressed += usize::from(!matches!(outcome, Outcome::Lost(_)));
                counts.passed += usize::from(*outcome == Outcome::Passed);
            }
        }
        counts
    }

    /// Returns the page with the score and the scenarios that do not pass.
    pub(crate) fn table(&self) -> String {
        let mut page = format!(
            "# Score\n\n\
             Scenarios of `{}` that pass through generated clients. `cargo xtask spector` writes this page.\n\n\
             | Area | Scenarios | Expressed in OpenAPI | Passed |\n|---|---:|---:|---:|\n",
            self.version
        );
        let areas: BTreeSet<_> = self.outcomes.keys().map(|name| area(name)).collect();
        let rows = areas.into_iter().map(|area| (area, self.counts(Some(area))));
        for (area, Counts { all, expressed, passed }) in rows.chain([("All", self.counts(None))]) {
            let _ = writeln!(page, "| {area} | {all} | {expressed} | {passed} |");
        }
        let lost = |outcome: &Outcome| match outcome {
            Outcome::Lost(reason) => Some((*reason).to_owned()),
            _ => None,
        };
        let not_passed = |outcome: &Outcome| match outcome {
            Outcome::Unsupported(reason) => Some((*reason).to_owned()),
            Outcome::Failed(reason) => Some(format!("Fails: {reason}")),
            _ => None,
        };
        page += &self.list("Expressed, but not passed", not_passed);
        page += &self.list("Lost in the OpenAPI document", lost);
        page
    }

    /// Returns a section with the scenarios for each reason.
    fn list(&self, title: &str, reason: impl Fn(&Outcome) -> Option<String>) -> String {
        let mut by_reason: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (name, outcome) in &self.outcomes {
            if let Some(reason) = reason(outcome) {
                by_reason.entry(reason).or_default().push(name);
            }
        }
        let mut section = format!("\n## {title}\n");
        for (reason, names) in by_reason {
            let _ = write!(section, "\n{reason}\n\n");
            names.iter().for_each(|name| {
                let _ = writeln!(section, "- `{name}`");
            });
        }
        section
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, outcome) in &self.outcomes {
            if let Outcome::Failed(reason) = outcome {
                writeln!(f, "{name}: {reason}")?;
            }
        }
        for name in &self.unknown {
            writeln!(f, "{name}: no such scenario")?;
        }
        let Counts { all, expressed, passed } = self.counts(None);
        let percent = 100.0 * passed as f64 / expressed.max(1) as f64;
        writeln!(f, "{passed} of {expressed} scenarios ({percent:.1} %) pass; {all} in all")
    }
}

/// Returns the area of a scenario: the first part of its name.
fn area(name: &str) -> &str {
    name.split('_').next().unwrap_or(name)
}
