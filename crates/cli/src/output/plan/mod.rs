//! Plans, as text, Markdown and findings.

mod markdown;
mod text;

use api_keys_plan::{Action, Plan, Step};
use serde::Serialize;
use serde_json::Value;

use super::{ProviderFailure, json};
use crate::audit::{Finding, Level, Rule};
use crate::human::{clean, duration};
pub(crate) use markdown::markdown;
pub(crate) use text::text;

/// The actions in the order of summaries, with their participles.
const ACTIONS: [(Action, &str); 8] = [
    (Action::Create, "to create"),
    (Action::Adopt, "to adopt"),
    (Action::Update, "to update"),
    (Action::Deliver, "to deliver"),
    (Action::Rotate, "to rotate"),
    (Action::Replace, "to replace"),
    (Action::Revoke, "to revoke"),
    (Action::Blocked, "blocked"),
];

/// Returns the numbers of a plan in one line.
pub(crate) fn summary(plan: &Plan) -> String {
    let counted = ACTIONS.iter().filter_map(|(action, participle)| {
        let count = plan.count(*action);
        (count > 0).then(|| format!("{count} {participle}"))
    });
    counted.chain([format!("{} unchanged", plan.unchanged)]).collect::<Vec<_>>().join(", ")
}

/// Formats a plan as a JSON document.
pub(crate) fn document(plan: &Plan, failures: &[ProviderFailure]) -> String {
    #[derive(Serialize)]
    struct Content<'a> {
        #[serde(flatten)]
        plan: &'a Plan,
        errors: &'a [ProviderFailure],
    }
    json::document(Content { plan, errors: failures })
}

/// Returns one finding for each step, and for each key that is not declared.
pub(crate) fn findings(plan: &Plan) -> Vec<Finding> {
    let steps = plan.steps.iter().map(|step| Finding {
        rule: Rule::Drift,
        level: if step.action == Action::Blocked { Level::Error } else { Rule::Drift.level() },
        provider: step.provider.clone(),
        key_id: step.id.as_ref().map_or_else(|| step.key.clone(), ToString::to_string),
        key_name: Some(step.key.clone()),
        message: sentence(step),
    });
    let others = plan.undeclared.iter().map(|found| (found, "managed, but not declared"));
    let others = others.chain(plan.unmanaged.iter().map(|found| (found, "not managed")));
    let others = others.map(|(found, message)| Finding {
        rule: Rule::Unmanaged,
        level: Rule::Unmanaged.level(),
        provider: found.provider.clone(),
        key_id: found.id.to_string(),
        key_name: found.key.clone().or_else(|| found.name.clone()),
        message: message.to_owned(),
    });
    steps.chain(others).collect()
}

/// Describes a step without its key.
fn sentence(step: &Step) -> String {
    let fields: Vec<_> = step.changes.iter().map(|change| change.field.as_str()).collect();
    let mut text = match step.action {
        Action::Create => "does not exist".to_owned(),
        Action::Adopt => "is to be adopted".to_owned(),
        Action::Update => format!("differs in {}", fields.join(", ")),
        Action::Replace if !fields.is_empty() && step.from.is_none() => {
            format!("differs in {} and is to be replaced", fields.join(", "))
        }
        Action::Replace => "is to be replaced".to_owned(),
        Action::Rotate => "is to be rotated".to_owned(),
        Action::Deliver => "is to be delivered".to_owned(),
        Action::Revoke => "is to be revoked".to_owned(),
        _ => step.action.as_str().to_owned(),
    };
    if let Some(reason) = &step.reason {
        text = format!("{text}: {reason}");
    }
    clean(&text)
}

/// Returns the reason and the overlap of a step.
fn remarks(step: &Step) -> Vec<String> {
    let mut remarks: Vec<_> = step.reason.iter().map(|reason| clean(reason)).collect();
    match step.action {
        _ if !step.overlap.is_zero() => {
            remarks.push(format!("the old secret remains valid for {}", duration(step.overlap)));
        }
        Action::Rotate => remarks.push("the old secret becomes invalid immediately".to_owned()),
        Action::Replace => {
            remarks.push("the old secret becomes invalid after the delivery of the new one".to_owned());
        }
        _ => {}
    }
    remarks
}

/// Formats a value in one line.
fn value(value: &Value) -> String {
    json::line(value).trim_end().to_owned()
}
