//! Reports.

use std::fmt;

use api_keys_core::Error;

/// The results of a run.
///
/// `Display` lists the failures first, each with its reason and the provider's error or panic message. The suite itself
/// writes no secrets.
#[derive(Debug)]
#[must_use = "a run does not panic on failed checks"]
pub struct Report {
    vendor: &'static str,
    checks: Vec<Check>,
}

/// The result of one check.
#[derive(Debug)]
#[non_exhaustive]
pub struct Check {
    /// The name, which states the expected behavior.
    pub name: &'static str,
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
}

impl Check {
    /// Returns whether the check failed.
    pub fn is_failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed { .. })
    }
}

impl Report {
    pub(crate) fn new(vendor: &'static str, checks: Vec<Check>) -> Self {
        Self { vendor, checks }
    }

    /// Returns all checks in the order of execution.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Returns the failed checks.
    pub fn failures(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.is_failed())
    }

    /// Returns whether no check failed.
    pub fn is_passed(&self) -> bool {
        self.failures().next().is_none()
    }

    /// Asserts that no check failed.
    ///
    /// # Panics
    /// Panics with the report if a check failed.
    #[track_caller]
    pub fn assert_passed(&self) {
        assert!(self.is_passed(), "{self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed = self.failures().count();
        let passed = self.checks.iter().filter(|check| matches!(check.outcome, Outcome::Passed)).count();
        let skipped = self.checks.len() - failed - passed;
        write!(f, "{}: {passed} checks passed, {failed} failed, {skipped} skipped", self.vendor)?;
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
