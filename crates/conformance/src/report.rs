//! Reports.

use std::fmt;

use api_keys_core::{Error, KeyId, Operation};

/// The results of a run.
///
/// `Display` lists the failures first, each with its reason and the provider's error or panic message. Secrets that
/// were issued during the run are removed.
///
/// ```
/// use api_keys_conformance::{Outcome, Report};
///
/// fn summarize(report: &Report) {
///     for check in report.checks() {
///         let operation = check.operation.map_or("general", |operation| operation.as_str());
///         match &check.outcome {
///             Outcome::Passed => println!("{operation}: {}", check.name),
///             Outcome::Failed { reason, error, .. } => println!("{operation}: {}: {reason} {error:?}", check.name),
///             _ => {}
///         }
///     }
///     for id in report.remaining_keys() {
///         println!("{}: revoke {id}", report.vendor());
///     }
/// }
/// ```
#[derive(Debug)]
#[must_use = "a run does not panic on failed checks"]
pub struct Report {
    vendor: &'static str,
    checks: Vec<Check>,
    remaining_keys: Vec<KeyId>,
}

/// The result of one check.
#[derive(Debug)]
#[non_exhaustive]
pub struct Check {
    /// The name, which states the expected behavior.
    pub name: &'static str,
    /// The operation that is checked. `None` for checks of the capabilities and of several operations.
    pub operation: Option<Operation>,
    /// The outcome.
    pub outcome: Outcome,
}

/// The outcome of a check.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The provider has the expected behavior.
    Passed,
    /// The provider does not have the expected behavior.
    #[non_exhaustive]
    Failed {
        /// The observed behavior.
        reason: String,
        /// The provider's error, if it returned one.
        error: Option<Error>,
    },
    /// The check does not apply to the provider, or an option is missing.
    #[non_exhaustive]
    Skipped {
        /// The missing requirement.
        reason: String,
    },
    /// The run ended before the check was complete: it was [cancelled](crate::Options::cancel_on), or keys could not be
    /// removed.
    NotRun,
}

impl Check {
    /// Returns whether the check failed.
    pub fn is_failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed { .. })
    }
}

impl Report {
    pub(crate) fn new(vendor: &'static str, checks: Vec<Check>, remaining_keys: Vec<KeyId>) -> Self {
        Self { vendor, checks, remaining_keys }
    }

    /// Returns the name of the provider's vendor.
    pub fn vendor(&self) -> &'static str {
        self.vendor
    }

    /// Returns all checks in the order of execution.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Returns the failed checks.
    pub fn failures(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.is_failed())
    }

    /// Returns the keys that were created during the run and could not be removed.
    pub fn remaining_keys(&self) -> &[KeyId] {
        &self.remaining_keys
    }

    /// Returns whether all checks were complete.
    pub fn is_complete(&self) -> bool {
        !self.checks.iter().any(|check| matches!(check.outcome, Outcome::NotRun))
    }

    /// Returns whether all checks were complete and none failed.
    pub fn is_passed(&self) -> bool {
        self.is_complete() && self.failures().next().is_none()
    }

    /// Asserts that all checks were complete and none failed.
    ///
    /// # Panics
    /// Panics with the report otherwise.
    #[track_caller]
    pub fn assert_passed(&self) {
        assert!(self.is_passed(), "{self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed = self.failures().count();
        let passed = self.checks.iter().filter(|check| matches!(check.outcome, Outcome::Passed)).count();
        let not_run = self.checks.iter().filter(|check| matches!(check.outcome, Outcome::NotRun)).count();
        let skipped = self.checks.len() - failed - passed - not_run;
        write!(f, "{}: {passed} checks passed, {failed} failed, {skipped} skipped", self.vendor)?;
        if not_run > 0 {
            write!(f, ", {not_run} not run")?;
        }
        for check in self.failures() {
            write!(f, "\n{check}")?;
        }
        for check in self.checks.iter().filter(|check| !check.is_failed()) {
            write!(f, "\n{check}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name;
        match &self.outcome {
            Outcome::Passed => write!(f, "  passed  {name}"),
            Outcome::NotRun => write!(f, "  not run {name}"),
            Outcome::Skipped { reason } => write!(f, "  skipped {name}: {reason}"),
            Outcome::Failed { reason, error } => {
                write!(f, "  FAILED  {name}: {reason}")?;
                match error {
                    Some(error) => write!(f, "\n          {error}"),
                    None => Ok(()),
                }
            }
        }
    }
}
