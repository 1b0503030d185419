//! The report for programs.

use std::time::Duration;

use serde::Serialize;

use super::report::{Outcome, Report, Step};

/// Counts up when a field changes its meaning or goes away.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    ok: bool,
    providers: Vec<Provider<'a>>,
}

#[derive(Serialize)]
struct Provider<'a> {
    vendor: &'a str,
    ok: bool,
    interrupted: bool,
    secret_hint: Option<&'a str>,
    operations: Vec<Operation<'a>>,
    cleaned_up: usize,
    left_behind: &'a [String],
}

#[derive(Serialize)]
struct Operation<'a> {
    operation: &'a str,
    support: &'a str,
    outcome: &'a str,
    elapsed_ms: Option<f64>,
    reasons: &'a [String],
}

pub(super) fn document(reports: &[Report]) -> String {
    let document = Document {
        version: VERSION,
        ok: reports.iter().all(Report::is_ok),
        providers: reports.iter().map(provider).collect(),
    };
    // Cannot fail: there is no map with keys that are not strings.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn provider(report: &Report) -> Provider<'_> {
    Provider {
        vendor: report.vendor,
        ok: report.is_ok(),
        interrupted: report.interrupted,
        secret_hint: report.hint.as_deref(),
        operations: report.steps.iter().map(operation).collect(),
        cleaned_up: report.cleaned_up.removed,
        left_behind: &report.cleaned_up.left_behind,
    }
}

fn operation(step: &Step) -> Operation<'_> {
    let (outcome, elapsed) = match &step.outcome {
        Outcome::Done(elapsed) => ("ok", Some(*elapsed)),
        Outcome::Refused => ("refused", None),
        Outcome::Failed(_) => ("failed", None),
        Outcome::NotRun => ("not_run", None),
    };
    Operation {
        operation: step.operation.as_str(),
        support: step.support.as_str(),
        outcome,
        elapsed_ms: elapsed.map(milliseconds),
        reasons: step.outcome.reasons(),
    }
}

/// To the microsecond.
fn milliseconds(elapsed: Duration) -> f64 {
    elapsed.as_micros() as f64 / 1e3
}
