//! The report of an audit as a page of HTML.

use api_keys::Timestamp;
use maud::{DOCTYPE, Markup, html};

use super::ProviderFailure;
use super::key::KeyRecord;
use crate::audit::{Finding, Level};
use crate::human;

const STYLE: &str = "\
:root { color-scheme: light dark; --page: #fff; --text: #1b1b1b; --line: #8884; --error: #b3261e; --warning: #8a5300; --note: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --page: #121212; --text: #eee; --error: #ff8a80; --warning: #ffb95c; --note: #8ab4f8; } }
html { background: var(--page); color: var(--text); }
body { background: inherit; font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { font-weight: 600; padding: .5rem 0; text-align: left; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .8rem .4rem 0; text-align: left; vertical-align: top; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
.error { color: var(--error); font-weight: 600; }
.warning { color: var(--warning); font-weight: 600; }
.note { color: var(--note); }
";

/// Formats a page without external resources and scripts.
pub(crate) fn document(
    findings: &[Finding],
    records: &[KeyRecord],
    failures: &[ProviderFailure],
    summary: &str,
    now: Timestamp,
) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { "API key audit" }
                style { (maud::PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { "API key audit" }
                    p { (text(summary)) " " time datetime=(now) { (format!("{now:.0}")) } }
                    @if !failures.is_empty() {
                        h2 { "Failures" }
                        ul {
                            @for ProviderFailure { provider, failure } in failures {
                                li { strong { (text(provider)) } ": " (text(&failure.summary())) }
                            }
                        }
                    }
                    h2 id="findings" { "Findings" }
                    @if findings.is_empty() { p { "No findings." } } @else { (findings_table(findings)) }
                    h2 id="keys" { "Keys" }
                    @if records.is_empty() { p { "No keys." } } @else { (keys_table(records, now)) }
                }
            }
        }
    };
    page.into_string() + "\n"
}

/// Creates a table that can be scrolled by keyboard.
fn table(label: &str, caption: &str, titles: &[&str], rows: &Markup) -> Markup {
    html! {
        div.scroll role="region" aria-labelledby=(label) tabindex="0" {
            table {
                caption { (caption) }
                thead { tr { @for title in titles { th scope="col" { (title) } } } }
                tbody { (rows) }
            }
        }
    }
}

fn findings_table(findings: &[Finding]) -> Markup {
    let class = |level| match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    };
    let rows = html! {
        @for finding in findings {
            tr {
                td class=(class(finding.level)) { (finding.level.as_str()) }
                td { (finding.rule.as_str()) }
                td { (text(&finding.provider)) }
                th scope="row" { code { (text(&finding.key_id)) } }
                td { (text(finding.key_name.as_deref().unwrap_or("–"))) }
                td { (text(&finding.message)) }
            }
        }
    };
    let titles = ["Level", "Rule", "Provider", "Key", "Name", "Finding"];
    table("findings", "Keys that violate a rule, the most severe first", &titles, &rows)
}

fn keys_table(records: &[KeyRecord], now: Timestamp) -> Markup {
    let time = |time: Option<Timestamp>| match time {
        Some(time) => html! { time datetime=(time) { (human::time(time, now)) } },
        None => html! { "–" },
    };
    let rows = html! {
        @for record in records {
            tr {
                td { (text(&record.provider)) }
                th scope="row" { code { (text(&record.id)) } }
                td { (text(record.name.as_deref().unwrap_or("–"))) }
                td { (record.status) }
                td { (text(record.owner.as_deref().unwrap_or("–"))) }
                td { (text(&record.scopes.as_deref().map_or("–".to_owned(), |scopes| scopes.join(" ")))) }
                td { (time(record.created_at)) }
                td { @if record.expiry == "never" { "never" } @else { (time(record.expires_at)) } }
                td { (time(record.last_used_at)) }
            }
        }
    };
    let titles = ["Provider", "Key", "Name", "Status", "Owner", "Scopes", "Created", "Expires", "Last used"];
    table("keys", "All keys of the audited providers", &titles, &rows)
}

/// Replaces control characters. The template escapes HTML.
fn text(text: &str) -> String {
    human::clean(text)
}
