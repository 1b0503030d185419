//! `api-keys audit`.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use api_keys::{ApiKeyProvider as _, Timestamp};
use clap::{Args, ValueEnum};
use comfy_table::Color;
use serde::Serialize;

use super::fan_out::{each, verdict};
use super::inventory::{Filter, Progress, read};
use crate::args::{TargetArgs, value};
use crate::audit::{Finding, Level, Rule, Thresholds, examine, examine_rotations};
use crate::config::Config;
use crate::console::Console;
use crate::failure::Failure;
use crate::journal::Journal;
use crate::output::key::KeyRecord;
use crate::output::table::{Column, Field, always, if_room, render, whole};
use crate::output::{ProviderFailure, csv, html, json, prometheus, sarif};
use crate::status;

const COLUMNS: [Column; 6] = [
    always("LEVEL"),
    always("RULE"),
    if_room("PROVIDER", 3),
    whole("KEY"),
    if_room("NAME", 2),
    always("FINDING"),
];

/// Check the keys of all providers against a set of rules
#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    /// Report keys that expire within this duration
    #[arg(long, value_name = "DURATION", value_parser = value::duration, default_value = "30d")]
    pub(crate) expires_within: Duration,

    /// Report keys that have not been used for this long
    #[arg(long, value_name = "DURATION", value_parser = value::duration, default_value = "90d")]
    pub(crate) unused_for: Duration,

    /// Report keys that are older than this [default: not checked]
    #[arg(long, value_name = "DURATION", value_parser = value::duration)]
    pub(crate) max_age: Option<Duration>,

    /// Scope that is too broad, with `*` as a wildcard; can be repeated
    #[arg(
        long = "broad-scope",
        value_name = "PATTERN",
        default_values = ["\\*", "*:\\*", "*.\\*", "all", "admin", "*:admin", "root", "superuser", "owner"]
    )]
    pub(crate) broad_scopes: Vec<String>,

    /// Owner that may have keys; can be repeated [default: any]
    #[arg(long = "known-owner", value_name = "OWNER")]
    pub(crate) known_owners: Vec<String>,

    /// Rule to skip; can be repeated
    #[arg(long = "ignore", value_name = "RULE")]
    pub(crate) ignored: Vec<Rule>,

    /// Exit with status 5 for findings of this level or above
    #[arg(long, value_name = "LEVEL", default_value = "warning")]
    pub(crate) fail_on: FailOn,

    /// Journal of rotations [default: api-keys/journal.jsonl in $XDG_STATE_HOME or ~/.local/state]
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,

    /// Only keys of this owner
    #[arg(long)]
    pub(crate) owner: Option<String>,

    /// Output format
    #[arg(long, short, value_name = "FORMAT", default_value = "table", help_heading = "Output")]
    pub(crate) output: AuditFormat,

    /// In CSV, print values exactly, even if a terminal or a spreadsheet would interpret them
    #[arg(long, help_heading = "Output")]
    pub(crate) raw: bool,

    #[command(flatten)]
    pub(crate) target: TargetArgs,
}

/// Output formats of `audit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    /// Table, as wide as the terminal
    Table,
    /// One JSON document, with the inventory
    Json,
    /// One JSON object per line and finding
    Jsonl,
    /// Comma-separated findings with a header
    Csv,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Page of HTML without external resources
    Html,
    /// Metrics, for the textfile collector of node_exporter
    Prometheus,
}

/// Lowest level that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Only errors
    Error,
    /// Errors and warnings
    Warning,
    /// Every finding
    Note,
    /// None
    Never,
}

impl FailOn {
    pub(crate) fn counts(self, level: Level) -> bool {
        match self {
            Self::Error => level >= Level::Error,
            Self::Warning => level >= Level::Warning,
            Self::Note => true,
            Self::Never => false,
        }
    }
}

pub(crate) async fn run(args: AuditArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let entries =
        Config::load(args.target.config.as_deref(), console)?.all_or(args.target.provider.as_deref())?;
    let filter = Filter { owner: args.owner, inactive: true, ..Filter::default() };
    let thresholds = Thresholds {
        expires_within: args.expires_within,
        unused_for: args.unused_for,
        max_age: args.max_age,
        broad_scopes: args.broad_scopes,
        known_owners: args.known_owners,
        ignored: args.ignored,
    };
    let progress = Progress::new();
    let (inventories, failures) = each(entries, |provider| read(provider, &filter, &progress)).await;
    drop(progress);
    let succeeded = inventories.len();
    let now = Timestamp::now();
    let rotations = Journal::read(args.journal.as_deref())?;
    let (mut findings, mut records, mut lines) = (Vec::new(), Vec::new(), HashMap::new());
    let mut providers = Vec::new();
    for inventory in inventories {
        inventory.notes.iter().for_each(|note| console.note(format_args!("note: {note}")));
        let provider = inventory.provider;
        providers.push(provider.name.clone());
        let capabilities = provider.api.capabilities();
        findings.extend(examine(&provider.name, &capabilities, &inventory.keys, &thresholds, now));
        let ours = rotations.iter().filter(|entry| entry.provider == provider.name);
        let ours = ours.map(|entry| &entry.rotation);
        findings.extend(examine_rotations(&provider.name, ours, &thresholds, now));
        records.extend(inventory.keys.into_iter().map(|key| KeyRecord::new(&provider, key)));
        lines.extend(provider.line.map(|line| (provider.name, line)));
    }
    // The most severe first; otherwise in the order of the vendors.
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.level), finding.rule));

    let several = succeeded + failures.len() > 1;
    let text = match args.output {
        AuditFormat::Table => {
            table(&findings, several, console) + &summary(&findings, records.len(), succeeded)
        }
        AuditFormat::Json => document(&findings, &records, &failures),
        AuditFormat::Jsonl => findings.iter().map(json::line).collect(),
        AuditFormat::Csv => csv::document(
            &["level", "rule", "provider", "key_id", "key_name", "message"],
            findings.iter().map(fields),
            args.raw,
        ),
        AuditFormat::Sarif => {
            sarif::document("audit", &findings, &failures, |finding| lines.get(&finding.provider))
        }
        AuditFormat::Html => {
            let summary = summary(&findings, records.len(), succeeded);
            html::document(&findings, &records, &failures, summary.trim_end(), now)
        }
        AuditFormat::Prometheus => {
            let providers: Vec<_> = providers.iter().map(String::as_str).collect();
            prometheus::document(&findings, &records, &providers, &failures, now)
        }
    };
    console.print(&text)?;
    let verdict = verdict(succeeded, &failures, console);
    let bad = findings.iter().any(|finding| args.fail_on.counts(finding.level));
    // A partial failure takes precedence over findings.
    Ok(if verdict == status::OK && bad { status::NEGATIVE } else { verdict })
}

fn fields(finding: &Finding) -> Vec<String> {
    vec![
        finding.level.as_str().to_owned(),
        finding.rule.as_str().to_owned(),
        finding.provider.clone(),
        finding.key_id.clone(),
        finding.key_name.clone().unwrap_or_default(),
        finding.message.clone(),
    ]
}

/// Renders the findings. The provider is shown if there are several.
fn table(findings: &[Finding], several: bool, console: &Console<'_>) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let row = |finding: &Finding| {
        let color = match finding.level {
            Level::Error => Color::Red,
            Level::Warning => Color::Yellow,
            Level::Note => Color::Cyan,
        };
        vec![
            Field::from(finding.level.as_str()).color(color),
            Field::from(finding.rule.as_str()),
            if several { Field::from(&finding.provider) } else { Field::from("") },
            Field::from(&finding.key_id),
            Field::from(finding.key_name.as_deref().unwrap_or("–")),
            Field::from(&finding.message),
        ]
    };
    render(&COLUMNS, &findings.iter().map(row).collect::<Vec<_>>(), console) + "\n"
}

fn summary(findings: &[Finding], keys: usize, providers: usize) -> String {
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    let counted = |number: usize, one: &str| {
        if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
    };
    format!(
        "{} of {}: {}, {}, {}.\n",
        counted(keys, "key"),
        counted(providers, "provider"),
        counted(count(Level::Error), "error"),
        counted(count(Level::Warning), "warning"),
        counted(count(Level::Note), "note"),
    )
}

fn document(findings: &[Finding], keys: &[KeyRecord], failures: &[ProviderFailure]) -> String {
    #[derive(Serialize)]
    struct Described {
        id: Rule,
        level: Level,
        description: &'static str,
    }

    #[derive(Serialize)]
    struct Content<'a> {
        findings: &'a [Finding],
        rules: Vec<Described>,
        keys: &'a [KeyRecord],
        errors: &'a [ProviderFailure],
    }
    let described = |rule: Rule| Described { id: rule, level: rule.level(), description: rule.description() };
    let rules = Rule::value_variants().iter().copied().map(described).collect();
    json::document(Content { findings, rules, keys, errors: failures })
}
