//! Findings as SARIF 2.1.0, for code-scanning services.

use std::env;
use std::path;

use clap::ValueEnum as _;
use serde_json::{Value, json};
use url::Url;

use super::{ProviderFailure, json};
use crate::audit::{Finding, Rule};
use crate::config::Line;

/// Formats the findings of a command. `line` returns the location that a finding is about.
pub(crate) fn document<'a>(
    command: &str,
    findings: &[Finding],
    failures: &[ProviderFailure],
    line: impl Fn(&Finding) -> Option<&'a Line>,
) -> String {
    let rules: Vec<_> = Rule::value_variants().iter().copied().map(rule).collect();
    let notifications: Vec<_> = failures
        .iter()
        .map(|ProviderFailure { provider, failure }| {
            json!({ "level": "error", "message": { "text": format!("{provider}: {}", failure.summary()) } })
        })
        .collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": format!("api-keys {command}"),
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            } },
            "invocations": [{
                "executionSuccessful": failures.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "results": findings.iter().map(|finding| result(finding, line(finding))).collect::<Vec<_>>(),
        }],
    });
    json::escaped(&format!("{document:#}"))
}

fn rule(rule: Rule) -> Value {
    json!({
        "id": rule.as_str(),
        "shortDescription": { "text": rule.description() },
        "defaultConfiguration": { "level": rule.level().as_str() },
    })
}

fn result(finding: &Finding, line: Option<&Line>) -> Value {
    let Finding { rule, level, provider, key_id, key_name, message } = finding;
    let key = key_name.as_ref().map_or_else(|| key_id.clone(), |name| format!("{name} ({key_id})"));
    let path = format!("{provider}/{key_id}");
    // GitHub rejects locations without a file: use the line that configures the provider, or no location.
    let locations = line.and_then(physical).map(|physical| {
        let logical = json!({ "name": key_id, "fullyQualifiedName": path, "kind": "resource" });
        json!({ "physicalLocation": physical, "logicalLocations": [logical] })
    });
    json!({
        "ruleId": rule.as_str(),
        "ruleIndex": *rule as usize,
        "level": level.as_str(),
        "message": { "text": format!("Key {key} of {provider}: {message}.") },
        "locations": Vec::from_iter(locations),
        // Messages change every day, fingerprints must not.
        "partialFingerprints": { "key/v1": format!("{}:{path}", rule.as_str()) },
    })
}

/// Returns a physical location, relative to the working directory if the file is below it.
fn physical(line: &Line) -> Option<Value> {
    let file = path::absolute(&line.file).ok()?;
    let directory = env::current_dir().ok()?;
    let url = Url::from_file_path(&file).ok()?;
    let uri = match file.starts_with(&directory) {
        true => Url::from_directory_path(&directory).ok()?.make_relative(&url)?,
        false => url.into(),
    };
    Some(json!({ "artifactLocation": { "uri": uri }, "region": { "startLine": line.number } }))
}
