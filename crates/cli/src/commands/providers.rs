//! `api-keys providers`.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use api_keys::{ApiKeyProvider as _, Capabilities, ListScope, Operation, RotationMethod, Support};
use clap::Args;
use comfy_table::Color;
use futures_util::future::join_all;
use serde::Serialize;

use super::connection::check_connection;
use crate::args::{Format, OutputArgs, TargetArgs};
use crate::config::{Config, Entry};
use crate::console::Console;
use crate::failure::Failure;
use crate::human;
use crate::output::table::{Column, Field, always, render};
use crate::output::{csv, json};
use crate::status;

const COLUMNS: [Column; 4] = [always("PROVIDER"), always("VENDOR"), always("CHECK"), always("OPERATIONS")];

/// A provider with its capabilities and the result of the check.
#[derive(Debug, Serialize)]
struct Report {
    provider: String,
    vendor: Option<String>,
    owners: Vec<String>,
    /// `ok`, `failed` or `not_checked`.
    check: &'static str,
    elapsed_ms: Option<f64>,
    error: Option<Failure>,
    capabilities: Option<CapabilitiesReport>,
}

/// The capabilities of a provider.
#[derive(Debug, Serialize)]
struct CapabilitiesReport {
    operations: BTreeMap<&'static str, &'static str>,
    create_fields: Vec<&'static str>,
    create_extra: &'static [&'static str],
    update_fields: Vec<&'static str>,
    update_extra: &'static [&'static str],
    clearable_fields: Vec<&'static str>,
    list_fields: Vec<&'static str>,
    revoke_fields: Vec<&'static str>,
    rotate_fields: Vec<&'static str>,
    owner_required: bool,
    lists_inactive: bool,
    list_ceiling: Option<u32>,
    rotate_keeps_id: bool,
    revoke_reversible: bool,
    revoke_keeps_record: bool,
    max_active: Option<u32>,
}

/// List the providers with their capabilities, and check the connections
#[derive(Debug, Args)]
pub(crate) struct ProvidersArgs {
    /// Skip the connection check
    #[arg(long)]
    pub(crate) no_check: bool,

    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

pub(crate) async fn run(args: ProvidersArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let name = args.target.provider.as_deref();
    let entries = Config::load(args.target.config.as_deref(), console)?.all_or(name)?;
    let in_detail = name.is_some() && entries.len() == 1;
    let reports = join_all(entries.into_iter().map(|entry| report(entry, !args.no_check))).await;
    let text = match args.output.format() {
        Format::Table if in_detail => reports.iter().map(detail).collect(),
        Format::Table => table(&reports, console),
        Format::Json => {
            #[derive(Serialize)]
            struct Content<'a> {
                providers: &'a [Report],
            }
            json::document(Content { providers: &reports })
        }
        Format::Jsonl => reports.iter().map(json::line).collect(),
        Format::Csv | Format::RawCsv => csv::document(
            &["provider", "vendor", "check", "error", "operations"],
            reports.iter().map(|report| {
                let error = report.error.as_ref().map(Failure::summary).unwrap_or_default();
                let vendor = report.vendor.clone().unwrap_or_default();
                vec![report.provider.clone(), vendor, report.check.to_owned(), error, operations(report)]
            }),
            args.output.raw,
        ),
    };
    console.print(&text)?;
    let failures: Vec<_> = reports.iter().filter_map(|report| report.error.as_ref()).collect();
    for (report, failure) in reports.iter().filter_map(|report| Some((report, report.error.as_ref()?))) {
        console.note(format_args!("{}: {failure}", report.provider));
    }
    Ok(match failures[..] {
        [] => status::OK,
        [first, ..] if failures.len() == reports.len() => first.exit_status(),
        _ => status::PARTIAL,
    })
}

async fn report(entry: Entry, check: bool) -> Report {
    let mut report = Report {
        provider: entry.name().to_owned(),
        vendor: entry.vendor().map(str::to_owned),
        owners: Vec::new(),
        check: "not_checked",
        elapsed_ms: None,
        error: None,
        capabilities: None,
    };
    let checked = match entry.build() {
        Err(failure) => Err(failure),
        Ok(provider) => {
            report.owners.clone_from(&provider.owners);
            report.capabilities = Some(describe(&provider.api.capabilities()));
            if !check {
                return report;
            }
            let started = Instant::now();
            let checked = check_connection(&provider).await;
            report.elapsed_ms = Some(started.elapsed().as_micros() as f64 / 1e3);
            checked
        }
    };
    match checked {
        Ok(()) => report.check = "ok",
        Err(failure) => (report.check, report.error) = ("failed", Some(failure)),
    }
    report
}

fn describe(capabilities: &Capabilities) -> CapabilitiesReport {
    let names = |fields: api_keys::FieldSet| fields.iter().map(api_keys::Field::as_str).collect();
    let support = |operation| match capabilities.support(operation) {
        Support::Unsupported if operation == Operation::Rotate => capabilities
            .rotation_method(Duration::ZERO)
            .map_or(Support::Unsupported.as_str(), RotationMethod::as_str),
        support => support.as_str(),
    };
    CapabilitiesReport {
        operations: Operation::ALL
            .iter()
            .map(|&operation| (operation.as_str(), support(operation)))
            .collect(),
        create_fields: names(capabilities.create_fields),
        create_extra: capabilities.create_extra,
        update_fields: names(capabilities.update_fields),
        update_extra: capabilities.update_extra,
        clearable_fields: names(capabilities.clearable_fields),
        list_fields: names(capabilities.list_fields),
        revoke_fields: names(capabilities.revoke_fields),
        rotate_fields: names(capabilities.rotate_fields),
        owner_required: capabilities.owner_required,
        lists_inactive: capabilities.list_scope == ListScope::All,
        list_ceiling: capabilities.list_ceiling,
        rotate_keeps_id: capabilities.rotate_keeps_id,
        revoke_reversible: capabilities.revoke_reversible,
        revoke_keeps_record: capabilities.revoke_keeps_record,
        max_active: capabilities.max_active,
    }
}

/// Returns the supported operations in the order of the trait, emulated ones with an asterisk.
fn operations(report: &Report) -> String {
    let Some(capabilities) = &report.capabilities else { return String::new() };
    let supported = Operation::ALL.iter().copied().filter_map(|operation| {
        let support = capabilities.operations.get(operation.as_str()).copied()?;
        match support {
            _ if support == Support::Unsupported.as_str() => None,
            _ if support == Support::Emulated.as_str() || support == RotationMethod::Replace.as_str() => {
                Some(format!("{operation}*"))
            }
            _ => Some(operation.to_string()),
        }
    });
    supported.collect::<Vec<_>>().join(" ")
}

fn check(report: &Report) -> String {
    match report.elapsed_ms {
        Some(elapsed) if report.check == "ok" => format!("ok, {elapsed:.0} ms"),
        _ => report.check.replace('_', " "),
    }
}

fn table(reports: &[Report], console: &Console<'_>) -> String {
    let rows: Vec<_> = reports
        .iter()
        .map(|report| {
            let color = match report.check {
                "ok" => Color::Green,
                "failed" => Color::Red,
                _ => Color::DarkGrey,
            };
            vec![
                Field::from(&report.provider),
                Field::from(report.vendor.as_deref().unwrap_or("–")),
                Field::from(check(report)).color(color),
                Field::from(operations(report)),
            ]
        })
        .collect();
    let starred = reports.iter().any(|report| operations(report).contains('*'));
    let legend = if starred { "* by other operations with the same result\n" } else { "" };
    render(&COLUMNS, &rows, console) + legend
}

fn detail(report: &Report) -> String {
    let mut lines = vec![
        ("provider", report.provider.clone()),
        ("vendor", report.vendor.clone().unwrap_or_default()),
        ("check", check(report)),
    ];
    if let Some(capabilities) = &report.capabilities {
        let list = |words: &[&str]| if words.is_empty() { "–".to_owned() } else { words.join(" ") };
        let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        let number = |number: Option<u32>| number.map_or("–".to_owned(), |number| number.to_string());
        lines.extend([
            ("owners", if report.owners.is_empty() { "–".to_owned() } else { report.owners.join(" ") }),
            ("operations", operations(report)),
            ("create fields", list(&capabilities.create_fields)),
            ("  extra", list(capabilities.create_extra)),
            ("update fields", list(&capabilities.update_fields)),
            ("  extra", list(capabilities.update_extra)),
            ("  clearable", list(&capabilities.clearable_fields)),
            ("list filters", list(&capabilities.list_fields)),
            ("revoke fields", list(&capabilities.revoke_fields)),
            ("owner required", yes(capabilities.owner_required)),
            ("lists inactive", yes(capabilities.lists_inactive)),
            ("max. listed", number(capabilities.list_ceiling)),
            ("max. active", number(capabilities.max_active)),
            ("rotate keeps id", yes(capabilities.rotate_keeps_id)),
            ("revoke reversible", yes(capabilities.revoke_reversible)),
            ("keeps revoked", yes(capabilities.revoke_keeps_record)),
        ]);
    }
    let lines: Vec<_> = lines.into_iter().map(|(title, value)| (title, human::clean(&value))).collect();
    crate::output::lines(&lines)
}
