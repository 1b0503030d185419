//! What a run found.

use std::fmt;

use api_keys_core::Error;

/// What a run found, check by check.
///
/// Its `Display` has the failures first, each with its reason. The suite writes no secret into it; of the provider's
/// own texts, it has the errors' lines and the messages of panics.
#[derive(Debug)]
#[must_use = "a report that nobody looks at finds nothing"]
pub struct Report {
    vendor: &'static str,
    checks: Vec<Check>,
}

/// One behaviour and whether the provider shows it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Check {
    /// The behaviour as a sentence in snake case.
    pub name: &'static str,
    /// Whether the provider shows it.
    pub outcome: Outcome,
}

/// How a check ended.
#[derive(Debug)]
pub enum Outcome {
    /// The provider behaves so.
    Passed,
    /// It does not.
    #[non_exhaustive]
    Failed {
        /// What was seen instead.
        why: String,
        /// The provider's error, if it returned one.
        error: Option<Error>,
    },
    /// It was not looked at: the provider has no such operation, or the check cannot see what it would judge.
    #[non_exhaustive]
    Skipped {
        /// What was missing.
        why: String,
    },
}

impl Check {
    /// Whether the provider was seen not to behave so.
    pub fn is_failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed { .. })
    }
}

impl Report {
    pub(crate) fn new(vendor: &'static str, checks: Vec<Check>) -> Self {
        Self { vendor, checks }
    }

    /// Every check, in the order in which they ran.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The checks that failed.
    pub fn failures(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.is_failed())
    }

    /// Whether no check failed.
    pub fn is_passed(&self) -> bool {
        self.failures().next().is_none()
    }

    /// For tests.
    ///
    /// # Panics
    /// With the whole report, when a check failed.
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
            Outcome::Skipped { why } => write!(f, "  skipped {name}: {why}"),
            Outcome::Failed { why, error } => {
                write!(f, "  FAILED  {name}: {why}")?;
                match error {
                    Some(error) => write!(f, "\n          {error}"),
                    None => Ok(()),
                }
            }
        }
    }
}
