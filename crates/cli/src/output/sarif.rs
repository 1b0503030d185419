//! Findings in SARIF 2.1.0, which code-scanning services read.

use std::collections::HashMap;
use std::env;
use std::path;

use api_keys::runtime::Url;
use serde_json::{Value, json};

use super::{ProviderFailure, json};
use crate::audit::{Finding, Rule};
use crate::config::Line;

/// One run of the audit over providers of which each is set up in a line.
pub(crate) fn document(
    findings: &[Finding],
    failures: &[ProviderFailure],
    lines: &HashMap<String, Line>,
) -> String {
    let rules: Vec<_> = Rule::ALL.into_iter().map(rule).collect();
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
                "name": "api-keys audit",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            } },
            "invocations": [{
                "executionSuccessful": failures.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "results": findings.iter().map(|one| result(one, lines.get(&one.provider))).collect::<Vec<_>>(),
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
    let place = format!("{provider}/{key_id}");
    // A key is in no file, but GitHub takes no document in which a location is in none. So the line that sets the
    // provider up is pointed at, and nothing where there is none.
    let locations = line.and_then(physical).map(|physical| {
        let logical = json!({ "name": key_id, "fullyQualifiedName": place, "kind": "resource" });
        json!({ "physicalLocation": physical, "logicalLocations": [logical] })
    });
    json!({
        "ruleId": rule.as_str(),
        "ruleIndex": Rule::ALL.iter().position(|other| other == rule),
        "level": level.as_str(),
        "message": { "text": format!("The key {key} of {provider}: {message}.") },
        "locations": Vec::from_iter(locations),
        // The same finding tomorrow is no new one, although its message counts the days.
        "partialFingerprints": { "key/v1": format!("{}:{place}", rule.as_str()) },
    })
}

/// The line, in a file that is named from the working directory if it is below.
fn physical(line: &Line) -> Option<Value> {
    let file = path::absolute(&line.file).ok()?;
    let here = env::current_dir().ok()?;
    let url = Url::from_file_path(&file).ok()?;
    let uri = match file.starts_with(&here) {
        true => Url::from_directory_path(&here).ok()?.make_relative(&url)?,
        false => url.into(),
    };
    Some(json!({ "artifactLocation": { "uri": uri }, "region": { "startLine": line.number } }))
}
