//! Plans for people.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use api_keys::Timestamp;
use api_keys_plan::{Action, Declaration, Plan, Step};

use super::{remarks, summary, value};
use crate::human::{age, clean};

/// Keys that no declaration manages are listed up to this number.
const MAX_LISTED: usize = 10;

/// Formats a plan, with colors on request.
pub(crate) fn text(plan: &Plan, declaration: &Declaration, color: bool) -> String {
    let painter = Painter { color };
    let mut text = String::new();
    let keys = plan.steps.iter().map(|step| &step.key).chain(plan.retired.iter().map(|retired| &retired.key));
    let keys = keys.chain(plan.undeclared.iter().filter_map(|found| found.key.as_ref()));
    let width = keys.map(String::len).max().unwrap_or(0);
    for step in &plan.steps {
        painter.step(&mut text, step, declaration, width);
    }
    let now = Timestamp::now();
    for retired in &plan.retired {
        let line = format!("{} on {}, to be revoked {}", retired.id, retired.provider, age(retired.due, now));
        let _ = writeln!(text, "  {:10} {:width$} {}", "retired", retired.key, clean(&line));
    }
    for found in &plan.undeclared {
        let key = found.key.as_deref().unwrap_or_default();
        let line = format!("{} on {}; --prune revokes it", found.id, found.provider);
        let _ = writeln!(text, "  {:10} {key:width$} {}", "undeclared", clean(&line));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    let _ = writeln!(text, "{}: {}.", plan.scope, summary(plan));
    if !plan.unmanaged.is_empty() {
        let _ = writeln!(text, "Not managed: {}.", plan.unmanaged.len());
        for found in plan.unmanaged.iter().take(MAX_LISTED) {
            let name = found.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
            let _ = writeln!(text, "  {}", clean(&format!("{}{name} on {}", found.id, found.provider)));
        }
        if plan.unmanaged.len() > MAX_LISTED {
            let _ =
                writeln!(text, "  and {} more; --output json lists all", plan.unmanaged.len() - MAX_LISTED);
        }
    }
    text
}

struct Painter {
    color: bool,
}

impl Painter {
    fn paint(&self, style: Style, text: &str) -> String {
        match self.color {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        }
    }

    fn step(&self, text: &mut String, step: &Step, declaration: &Declaration, width: usize) {
        let (sign, color) = match step.action {
            Action::Create => ("+", AnsiColor::Green),
            Action::Adopt => ("=", AnsiColor::Cyan),
            Action::Update => ("~", AnsiColor::Yellow),
            Action::Deliver => (">", AnsiColor::Cyan),
            Action::Rotate => ("*", AnsiColor::Yellow),
            Action::Replace => ("±", AnsiColor::Yellow),
            Action::Revoke => ("-", AnsiColor::Red),
            _ => ("!", AnsiColor::Red),
        };
        let style = color.on_default();
        let action = self.paint(style.bold(), &format!("{sign} {:10}", step.action.as_str()));
        let id = step.id.as_ref().map(|id| format!(" {id}")).unwrap_or_default();
        let place = match &step.from {
            Some(from) => format!("{id} on {from} → {}", step.provider),
            None => format!("{id} on {}", step.provider),
        };
        let _ = writeln!(text, "{action} {:width$} {}", step.key, clean(&place));
        for remark in remarks(step) {
            let _ = writeln!(text, "    {remark}");
        }
        let fields = step.changes.iter().map(|change| change.field.chars().count()).max().unwrap_or(0);
        for change in &step.changes {
            let after = self.paint(AnsiColor::Green.on_default(), &value(&change.after));
            let field = clean(&change.field);
            let _ = match change.before.is_null() {
                true => writeln!(text, "    {field:fields$}  {after}"),
                false => {
                    let before = self.paint(AnsiColor::Red.on_default(), &value(&change.before));
                    writeln!(text, "    {field:fields$}  {before} → {after}")
                }
            };
        }
        if let Some(declared) = declaration.keys.get(&step.key).filter(|_| step.delivers()) {
            for destination in &declared.destinations {
                let _ = writeln!(text, "    → {}", clean(&destination.to_string()));
            }
        }
    }
}
