//! What a lifecycle found out.

use std::time::Duration;

use api_keys::{Operation, Support};

/// One provider's lifecycle.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) vendor: &'static str,
    /// How the secret of the key may be shown; `None` when there was none.
    pub(super) hint: Option<String>,
    /// In the order in which they were tried, every operation once.
    pub(super) steps: Vec<Step>,
    pub(super) cleaned_up: CleanedUp,
    pub(super) interrupted: bool,
}

impl Report {
    /// Whether everything was as promised, and nothing was left behind.
    pub(super) fn is_ok(&self) -> bool {
        let promised = |step: &Step| matches!(step.outcome, Outcome::Done(_) | Outcome::Refused);
        self.steps.iter().all(promised) && self.cleaned_up.left_behind.is_empty() && !self.interrupted
    }
}

/// What became of the keys that the lifecycle did not remove itself.
#[derive(Debug, Default)]
pub(super) struct CleanedUp {
    /// How many were removed.
    pub(super) removed: usize,
    /// What could not be removed, one line each.
    pub(super) left_behind: Vec<String>,
}

/// One operation.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) operation: Operation,
    pub(super) support: Support,
    pub(super) outcome: Outcome,
}

/// What became of one operation.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It did what was promised.
    Done(Duration),
    /// It is not offered, and was refused before anything was sent: as promised, too.
    Refused,
    /// It did not do what was promised. One line per reason.
    Failed(Vec<String>),
    /// It was not tried, because what it needs had failed.
    NotRun,
}

impl Outcome {
    pub(super) fn reasons(&self) -> &[String] {
        match self {
            Self::Failed(reasons) => reasons,
            _ => &[],
        }
    }
}
