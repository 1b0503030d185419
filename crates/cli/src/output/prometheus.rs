//! Metrics in the text format of Prometheus, for the textfile collector of node_exporter.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use api_keys::Timestamp;
use api_keys_plan::Plan;

use super::ProviderFailure;
use super::key::KeyRecord;
use crate::audit::Finding;

/// Labels and value of a sample.
type Sample<'a> = (Vec<(&'static str, &'a str)>, f64);

/// Formats the metrics of an audit. `providers` are the names of those that were read.
pub(crate) fn document(
    findings: &[Finding],
    records: &[KeyRecord],
    providers: &[&str],
    failures: &[ProviderFailure],
    now: Timestamp,
) -> String {
    let keys = |value: fn(&KeyRecord, Timestamp) -> Option<f64>| {
        let sample = move |record| Some((labels(record), value(record, now)?));
        records.iter().filter_map(sample).collect::<Vec<Sample<'_>>>()
    };
    let mut counts: BTreeMap<_, f64> = BTreeMap::new();
    for Finding { provider, rule, level, .. } in findings {
        *counts.entry((provider.as_str(), rule.as_str(), level.as_str())).or_default() += 1.0;
    }
    let counts = counts.into_iter().map(|((provider, rule, level), count)| {
        (vec![("provider", provider), ("rule", rule), ("level", level)], count)
    });
    let mut text = String::new();
    up(&mut text, providers, failures);
    metric(
        &mut text,
        "api_keys_expiry_days",
        "Days until the key expires, negative if it has expired.",
        keys(|record, now| Some(-days(record.expires_at?, now))),
    );
    metric(
        &mut text,
        "api_keys_age_days",
        "Days since the key was created.",
        keys(|record, now| Some(days(record.created_at?, now))),
    );
    metric(
        &mut text,
        "api_keys_unused_days",
        "Days since the key was last used.",
        keys(|record, now| Some(days(record.last_used_at?, now))),
    );
    metric(&mut text, "api_keys_findings", "Number of findings by rule.", counts);
    time(&mut text, "api_keys_audit_timestamp_seconds", "Time of the audit.", now);
    text
}

/// Formats the metrics of a plan.
pub(crate) fn plan(plan: &Plan, providers: &[&str], failures: &[ProviderFailure], now: Timestamp) -> String {
    let mut counts: BTreeMap<_, f64> = BTreeMap::new();
    for step in &plan.steps {
        *counts.entry((step.provider.as_str(), step.action.as_str())).or_default() += 1.0;
    }
    let counts = counts.into_iter().map(|((provider, action), count)| {
        (vec![("project", plan.scope.as_str()), ("provider", provider), ("action", action)], count)
    });
    let mut text = String::new();
    up(&mut text, providers, failures);
    metric(&mut text, "api_keys_plan_steps", "Number of steps to the declared keys by action.", counts);
    let numbers = [
        ("unchanged", plan.unchanged),
        ("undeclared", plan.undeclared.len()),
        ("unmanaged", plan.unmanaged.len()),
    ];
    let numbers = numbers
        .map(|(state, count)| (vec![("project", plan.scope.as_str()), ("state", state)], count as f64));
    metric(&mut text, "api_keys_plan_keys", "Number of keys without a step by state.", numbers);
    time(&mut text, "api_keys_plan_timestamp_seconds", "Time of the plan.", now);
    text
}

/// Appends the availability of providers.
fn up(text: &mut String, providers: &[&str], failures: &[ProviderFailure]) {
    let up = providers.iter().map(|provider| (*provider, 1.0));
    let down = failures.iter().map(|failure| (failure.provider.as_str(), 0.0));
    let up = up.chain(down).map(|(provider, up)| (vec![("provider", provider)], up));
    metric(text, "api_keys_provider_up", "Whether the keys of the provider could be listed.", up);
}

fn time(text: &mut String, name: &str, help: &str, now: Timestamp) {
    metric(text, name, help, [(Vec::new(), now.as_millisecond() as f64 / 1e3)]);
}

fn labels(record: &KeyRecord) -> Vec<(&'static str, &str)> {
    vec![
        ("provider", record.provider.as_str()),
        ("key_id", record.id.as_str()),
        ("name", record.name.as_deref().unwrap_or_default()),
        ("status", record.status),
    ]
}

fn days(since: Timestamp, now: Timestamp) -> f64 {
    now.duration_since(since).as_secs_f64() / 86_400.0
}

/// Appends a gauge with its samples.
fn metric<'a>(text: &mut String, name: &str, help: &str, samples: impl IntoIterator<Item = Sample<'a>>) {
    let mut samples = samples.into_iter().peekable();
    if samples.peek().is_none() {
        return;
    }
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
    for (labels, value) in samples {
        let labels: Vec<_> =
            labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        match labels.is_empty() {
            true => writeln!(text, "{name} {value}"),
            false => writeln!(text, "{name}{{{}}} {value:.3}", labels.join(",")),
        }
        .unwrap_or_default();
    }
}

/// Escapes the value of a label.
fn escaped(value: &str) -> String {
    crate::human::clean(&value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n"))
}
