//! Findings in SARIF 2.1.0, which code-scanning services read.

use serde_json::{Value, json};

use super::{Finding, Rule};
use crate::output::ProviderFailure;

/// One run of the audit.
pub(crate) fn document(findings: &[Finding], failures: &[ProviderFailure]) -> String {
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
            "results": findings.iter().map(result).collect::<Vec<_>>(),
        }],
    });
    format!("{document:#}\n")
}

fn rule(rule: Rule) -> Value {
    json!({
        "id": rule.as_str(),
        "shortDescription": { "text": rule.description() },
        "defaultConfiguration": { "level": rule.level().as_str() },
    })
}

fn result(finding: &Finding) -> Value {
    let Finding { rule, level, provider, key_id, key_name, message } = finding;
    let key = key_name.as_ref().map_or_else(|| key_id.clone(), |name| format!("{name} ({key_id})"));
    // There is no file to point at: a key is a resource of its provider.
    let place = format!("{provider}/{key_id}");
    json!({
        "ruleId": rule.as_str(),
        "ruleIndex": Rule::ALL.iter().position(|other| other == rule),
        "level": level.as_str(),
        "message": { "text": format!("The key {key} of {provider}: {message}.") },
        "locations": [{ "logicalLocations": [{ "name": key_id, "fullyQualifiedName": place, "kind": "resource" }] }],
        // The same finding tomorrow is no new one, although its message counts the days.
        "partialFingerprints": { "key/v1": format!("{}:{place}", rule.as_str()) },
    })
}
