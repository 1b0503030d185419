//! Collects all violations of a test, so that one run reports all of them.

use std::fmt::Display;

/// A mistake often occurs everywhere, and further reports are redundant.
const MOST_SHOWN: usize = 20;

/// The violations found by a test.
#[derive(Debug, Default)]
#[must_use = "violations must be looked at"]
pub struct Violations {
    cases: usize,
    wrong: Vec<String>,
}

impl Violations {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a case; what it finds is noted under its name.
    pub fn case(&mut self, name: impl Display) -> Case<'_> {
        self.cases += 1;
        Case { name: name.to_string(), wrong: &mut self.wrong }
    }

    /// Fails the test if anything was wrong, or if there was no case.
    #[track_caller]
    pub fn check(self) {
        self.check_if(true);
    }

    /// The same for a test that has no case where it is not applicable to the vendor.
    #[track_caller]
    pub fn check_if(self, applicable: bool) {
        assert!(self.cases > 0 || !applicable, "the test has no case");
        let (count, cases) = (self.wrong.len(), self.cases);
        let first = self.wrong[..count.min(MOST_SHOWN)].join("\n");
        assert!(self.wrong.is_empty(), "{count} violations in {cases} cases, the first of them:\n{first}");
    }
}

/// One thing that a test looks at.
#[derive(Debug)]
pub struct Case<'a> {
    name: String,
    wrong: &'a mut Vec<String>,
}

impl Case<'_> {
    /// Notes something wrong.
    pub fn wrong(&mut self, what: impl Display) {
        self.wrong.push(format!("- {}: {what}", self.name));
    }

    /// Notes something wrong unless it holds.
    pub fn expect(&mut self, holds: bool, what: impl Display) {
        if !holds {
            self.wrong(what);
        }
    }
}
