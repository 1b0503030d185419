//! The report for people.

use std::fmt::Write as _;
use std::iter;
use std::time::Duration;

use api_keys::Support;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Attribute, Cell, Color, Table};

use super::report::{Outcome, Report, Step};

const LEGEND: &str = "native: one of the vendor's own operations; emulated: the same result by another of them;\n\
                      unsupported: not offered, and refused before anything is sent.\n";

/// Vendors across, operations down; then what went wrong, and the verdict.
pub(super) fn text(reports: &[Report], color: bool) -> String {
    let mut text = format!("{}\n{LEGEND}\n", table(reports, color));
    for line in reports.iter().flat_map(remarks).chain([verdict(reports)]) {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// What the table has no room for.
fn remarks(report: &Report) -> Vec<String> {
    let vendor = report.vendor;
    let mut lines = Vec::new();
    for step in &report.steps {
        // Errors begin like this themselves.
        let prefix = format!("{vendor}: {}: ", step.operation);
        for reason in step.outcome.reasons() {
            lines.push(format!("FAILED {prefix}{}", reason.strip_prefix(&prefix).unwrap_or(reason)));
        }
    }
    if report.interrupted {
        lines.push(format!("INTERRUPTED {vendor}"));
    }
    match report.cleaned_up.removed {
        0 => {}
        1 => lines.push(format!("CLEANED UP {vendor}: 1 key that was still there")),
        removed => lines.push(format!("CLEANED UP {vendor}: {removed} keys that were still there")),
    }
    let left = report.cleaned_up.left_behind.iter();
    lines.extend(left.map(|left| format!("LEFT BEHIND {vendor}: remove it by hand: {left}")));
    lines
}

fn table(reports: &[Report], color: bool) -> Table {
    let mut table = Table::new();
    let terminal = table.width();
    table.load_style(UTF8_FULL_CONDENSED);
    if color {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    let vendors = reports.iter().map(|report| Cell::new(report.vendor).add_attribute(Attribute::Bold));
    table.set_header(iter::once(Cell::new("")).chain(vendors));

    // With one vendor there is room for everything in one line.
    let gap = if reports.len() == 1 { ' ' } else { '\n' };
    let operations = reports.first().map_or(0, |report| report.steps.len());
    for row in 0..operations {
        let steps: Vec<_> = reports.iter().filter_map(|report| report.steps.get(row)).collect();
        let name = steps.first().map_or("", |step| step.operation.as_str());
        table.add_row(iter::once(Cell::new(name)).chain(steps.into_iter().map(|step| cell(step, gap))));
    }
    let hints = reports.iter().map(|report| Cell::new(report.hint.as_deref().unwrap_or("–")));
    table.add_row(iter::once(Cell::new("secret")).chain(hints));

    let width = |column: &u16| column + "┆  ".chars().count() as u16;
    let wide: u16 = table.column_max_content_widths().iter().map(width).sum::<u16>() + 1;
    if terminal.is_some_and(|columns| columns < wide) {
        for column in table.column_iter_mut() {
            column.set_padding((0, 0));
        }
    }
    table
}

fn cell(step: &Step, gap: char) -> Cell {
    let support = step.support;
    match &step.outcome {
        Outcome::Done(elapsed) => {
            let color = if support == Support::Native { Color::Green } else { Color::Cyan };
            Cell::new(format!("{support}{gap}ok {}", human(*elapsed))).fg(color)
        }
        Outcome::Refused => Cell::new(format!("–{gap}{support}")).fg(Color::DarkGrey),
        Outcome::Failed(_) => {
            Cell::new(format!("{support}{gap}FAILED")).fg(Color::Red).add_attribute(Attribute::Bold)
        }
        Outcome::NotRun => Cell::new(format!("{support}{gap}not run")).fg(Color::Yellow),
    }
}

fn verdict(reports: &[Report]) -> String {
    let steps = || reports.iter().flat_map(|report| &report.steps);
    let all = steps().count();
    let failed = steps().filter(|step| matches!(step.outcome, Outcome::Failed(_))).count();
    let not_run = steps().filter(|step| matches!(step.outcome, Outcome::NotRun)).count();
    let mut verdict = match (failed, not_run) {
        (0, 0) => format!("All {all} outcomes are what capabilities() promised."),
        (0, _) => "No outcome is other than what capabilities() promised.".to_owned(),
        (1, _) => format!("1 of {all} outcomes is not what capabilities() promised."),
        _ => format!("{failed} of {all} outcomes are not what capabilities() promised."),
    };
    if not_run > 0 {
        let _ = write!(verdict, " {not_run} operations were not run.");
    }
    verdict
}

/// Two or three digits, so that columns stay narrow.
fn human(elapsed: Duration) -> String {
    match elapsed.as_secs_f64() * 1e3 {
        ms if ms < 0.05 => "<0.1 ms".to_owned(),
        ms if ms < 9.95 => format!("{ms:.1} ms"),
        ms if ms < 999.5 => format!("{ms:.0} ms"),
        ms => format!("{:.1} s", ms / 1e3),
    }
}
