//! `api-keys demo`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use std::{env, io, iter};

use api_keys::memory::Memory;
use api_keys::{ApiKeyProvider, Field, Operation, ProviderConfig, SecretKey, Verification};
use api_keys_conformance::{Check, Options, Outcome, Report};
use api_keys_emulator::{Emulator, Vendor};
use clap::Args;
use comfy_table::Color;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use serde::Serialize;
use serde_json::json;
use tokio::sync::oneshot;

use crate::args::value;
use crate::console::Console;
use crate::failure::{Failure, chain};
use crate::human::clean;
use crate::interrupt::{Interrupts, Waited};
use crate::output::{json, table};
use crate::status;

/// The checks on a real server. They create about twenty keys, at most two at a time.
const LIFECYCLE: [&str; 20] = [
    "create_applies_the_name",
    "create_applies_the_description",
    "create_applies_the_owner",
    "create_applies_a_lifetime",
    "new_key_is_active",
    "get_returns_the_created_key",
    "new_key_is_listed",
    "list_excludes_revoked_keys",
    "update_sets_the_name",
    "update_sets_the_description",
    "verify_returns_the_key",
    "reveal_returns_the_issued_secret",
    "rotate_id_matches_capabilities",
    "rotate_issues_a_different_secret",
    "rotate_invalidates_the_old_secret",
    "revoke_result_matches_capabilities",
    "revoked_secret_does_not_authenticate",
    "deleted_key_is_not_found",
    "deleted_secret_does_not_authenticate",
    UNSUPPORTED,
];
const UNSUPPORTED: &str = "unsupported_operations_send_no_request";
const CLERK_USER: &str = "user_2demoDemoDemoDemoDemoDemo01";
const TOKEN_VARIABLE: &str = "API_KEYS_TOKEN";

type Target = (Arc<dyn ApiKeyProvider>, Options);

/// Run the conformance checks on local emulators of all vendors, or the lifecycle of a key on a server
///
/// Without options, all checks run on emulators and on the in-memory provider. With --provider, about twenty keys are
/// created on a server and removed again. Vendors without `delete` keep the records of revoked keys.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 if all checks passed, 1 if a check failed or keys remain, 2 if the command could \
                  not run, 130 after Ctrl-C."
)]
pub(crate) struct DemoArgs {
    /// Use a real server of this vendor
    #[arg(long, value_name = "VENDOR", value_parser = value::vendor())]
    pub(crate) provider: Option<Vendor>,

    /// Base URL of the server. Optional for vendors with a public address
    #[arg(long, value_name = "URL", requires = "provider")]
    pub(crate) base_url: Option<String>,

    /// Credential that manages keys, or `-` to read it from the standard input. Prefer the environment variable
    /// API_KEYS_TOKEN: other users can see the arguments of processes
    #[arg(long, value_name = "TOKEN", requires = "provider", value_parser = secret)]
    pub(crate) token: Option<SecretKey>,

    /// Owner of the keys
    #[arg(long, requires = "provider")]
    pub(crate) owner: Option<String>,

    /// Print a JSON document instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) async fn run(args: DemoArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let json = args.json;
    let prefix = format!("api-keys-demo-{:08x}-", fastrand::u32(..));
    let targets = match args.provider {
        None => emulated().await?,
        Some(vendor) => vec![server(vendor, args, &prefix)?],
    };
    let mut interrupts = Interrupts::install()?;
    let (cancel, cancelled) = oneshot::channel::<()>();
    let cancelled = cancelled.map(drop).shared();
    let runs = targets.iter().map(|(provider, options)| {
        let options = options.clone().cancel_on(cancelled.clone());
        async move { Summary::new(&**provider, &api_keys_conformance::run(provider, options).await) }
    });
    let (Waited::Done(mut summaries), signalled) = interrupts.shield(join_all(runs), || drop(cancel)).await
    else {
        return Err(Failure::new("interrupted while keys were removed")
            .help(format!("revoke remaining keys whose names begin with `{prefix}`"))
            .status(status::INTERRUPTED));
    };

    for summary in &mut summaries {
        summary.interrupted = signalled && summary.checks.iter().any(|check| check.outcome == "not_run");
    }
    let ok = summaries.iter().all(|summary| summary.ok);
    console.print(&if json {
        json::document(Content { ok, providers: &summaries })
    } else {
        text(&summaries, console)
    })?;
    Ok(match ok {
        _ if summaries.iter().any(|summary| summary.interrupted) => status::INTERRUPTED,
        true => status::OK,
        false => status::FAILED,
    })
}

/// Starts all emulators. They run until the provider and the options are dropped.
async fn emulated() -> Result<Vec<Target>, Failure> {
    let memory = Memory::builder().retain_secrets(true).build();
    let memory =
        memory.map_err(|error| Failure::new("failed to build provider `memory`").caused_by(&error))?;
    let mut targets: Vec<Target> = Vec::new();
    for vendor in Vendor::ALL.iter().copied() {
        let emulator = Emulator::start(vendor).await.map_err(|error| {
            Failure::new(format!("failed to start the emulator of {vendor} on 127.0.0.1")).caused_by(&error)
        })?;
        let provider = build(vendor, emulator.token(), Some(emulator.base_url()))?;
        let store = emulator.store().clone();
        let mut options = match vendor {
            Vendor::Keyshield => options(vendor).scopes("files:read", "files:write"),
            _ => options(vendor).scopes("ORG-ADMIN", "ORG-AUDITOR"),
        };
        options = options.request_counter(move || emulator.requests()).secret_is_live(move |secret| {
            let store = store.clone();
            async move { matches!(store.verify(&secret).await, Ok(Verification::Valid(_))) }
        });
        if vendor == Vendor::Clerk {
            options = options.owner(CLERK_USER);
        }
        targets.push((provider, options));
    }
    targets.push((Arc::new(memory), Options::new()));
    Ok(targets)
}

/// Returns the provider for a real server.
fn server(vendor: Vendor, args: DemoArgs, prefix: &str) -> Result<Target, Failure> {
    let provider = build(vendor, &token(args.token)?, args.base_url.as_deref())?;
    let capabilities = provider.capabilities();
    let options = options(vendor).only(LIFECYCLE).name_prefix(prefix).max_keys(2);
    // Values of these fields depend on the server.
    let options = options.without([Field::Scopes, Field::Metadata, Field::Extra]);
    match args.owner {
        None if capabilities.owner_required => Err(Failure::new(format!("{vendor} requires an owner"))
            .help("pass a user or an organization with --owner")),
        Some(_) if !capabilities.create_fields.contains(Field::Owner) => {
            Err(Failure::new(format!("{vendor} does not support an owner")).help("omit --owner"))
        }
        Some(owner) => Ok((provider, options.owner(owner))),
        None => Ok((provider, options)),
    }
}

fn options(vendor: Vendor) -> Options {
    match vendor {
        Vendor::BetterAuth | Vendor::Mcp => Options::new().min_expiry(Duration::from_secs(24 * 60 * 60)),
        _ => Options::new(),
    }
}

fn build(
    vendor: Vendor,
    token: &SecretKey,
    base_url: Option<&str>,
) -> Result<Arc<dyn ApiKeyProvider>, Failure> {
    let mut config = json!({ "vendor": vendor.as_str(), "token": token.expose() });
    if let Some(base_url) = base_url {
        config["base_url"] = base_url.into();
    }
    ProviderConfig::from_value(config).and_then(ProviderConfig::build).map_err(|error| {
        Failure::new(format!("failed to build provider `{vendor}`"))
            .caused_by(&error)
            .help("check --base-url and the token")
    })
}

/// Returns the token from the argument, the standard input or the environment.
fn token(argument: Option<SecretKey>) -> Result<SecretKey, Failure> {
    let token = match argument {
        Some(token) if token.expose() == "-" => {
            let line = io::stdin().lines().next().transpose();
            let line = line.map_err(|error| Failure::new("failed to read the token").caused_by(&error))?;
            SecretKey::new(line.unwrap_or_default())
        }
        Some(token) => token,
        // The error of `env::var` contains values that are not Unicode.
        None => SecretKey::new(env::var(TOKEN_VARIABLE).unwrap_or_default()),
    };
    if token.expose().is_empty() {
        return Err(Failure::new("no token given")
            .help(format!("set {TOKEN_VARIABLE}, or pass the token on the standard input with --token -")));
    }
    Ok(token)
}

#[derive(Debug, Serialize)]
struct Content<'a> {
    ok: bool,
    providers: &'a [Summary],
}

/// The results of one provider. JSON names are stable.
#[derive(Debug, Serialize)]
struct Summary {
    vendor: &'static str,
    ok: bool,
    interrupted: bool,
    operations: Vec<OperationSummary>,
    checks: Vec<CheckSummary>,
    left_behind: Vec<String>,
}

#[derive(Debug, Serialize)]
struct OperationSummary {
    operation: &'static str,
    support: &'static str,
    outcome: &'static str,
    reasons: Vec<String>,
}

#[derive(Debug, Serialize)]
struct CheckSummary {
    name: &'static str,
    operation: Option<&'static str>,
    outcome: &'static str,
    reason: Option<String>,
    error: Option<String>,
    /// The operation that failed, which may be another one that the check needs.
    #[serde(skip)]
    failed: Option<&'static str>,
}

impl Summary {
    fn new(provider: &dyn ApiKeyProvider, report: &Report) -> Self {
        let checks: Vec<_> = report.checks().iter().map(CheckSummary::new).collect();
        let capabilities = provider.capabilities();
        let operations = Operation::ALL.iter().map(|&operation| {
            let support = capabilities.support(operation);
            let name = operation.as_str();
            let reasons = reasons(&checks, Some(name));
            let has = |outcome| {
                checks.iter().any(|check| check.operation == Some(name) && check.outcome == outcome)
            };
            let rejected = checks.iter().any(|check| check.name == UNSUPPORTED && check.outcome == "passed");
            let outcome = match support.is_supported() {
                _ if !reasons.is_empty() => "failed",
                false if rejected => "refused",
                true if has("passed") && !has("failed") && !has("not_run") => "ok",
                _ => "not_run",
            };
            OperationSummary { operation: name, support: support.as_str(), outcome, reasons }
        });
        Self {
            vendor: report.vendor(),
            ok: report.is_passed() && report.remaining_keys().is_empty(),
            interrupted: false,
            operations: operations.collect(),
            checks,
            left_behind: report.remaining_keys().iter().map(ToString::to_string).collect(),
        }
    }
}

impl CheckSummary {
    fn new(check: &Check) -> Self {
        let operation = check.operation.map(Operation::as_str);
        let mut summary = Self {
            name: check.name,
            operation,
            outcome: "passed",
            reason: None,
            error: None,
            failed: operation,
        };
        match &check.outcome {
            Outcome::Passed => {}
            Outcome::Skipped { reason, .. } => {
                (summary.outcome, summary.reason) = ("skipped", Some(reason.clone()));
            }
            Outcome::Failed { reason, error, .. } => {
                (summary.outcome, summary.reason) = ("failed", Some(reason.clone()));
                if let Some(error) = error {
                    summary.error = Some(chain(error));
                    summary.failed = error.operation().map(Operation::as_str).or(operation);
                }
            }
            _ => summary.outcome = "not_run",
        }
        summary
    }
}

/// Returns one line for each different failure of an operation.
fn reasons(checks: &[CheckSummary], operation: Option<&str>) -> Vec<String> {
    let mut failures: Vec<(String, &str, usize)> = Vec::new();
    for check in checks.iter().filter(|check| check.outcome == "failed" && check.failed == operation) {
        let parts: Vec<_> = check.reason.iter().chain(&check.error).map(String::as_str).collect();
        let text = parts.join(": ");
        match failures.iter_mut().find(|(other, ..)| *other == text) {
            Some((.., more)) => *more += 1,
            None => failures.push((text, check.name, 0)),
        }
    }
    let line = |(text, name, more): (String, &str, usize)| match more {
        0 => clean(&format!("{name}: {text}")),
        _ => clean(&format!("{name} and {more} more: {text}")),
    };
    failures.into_iter().map(line).collect()
}

fn text(summaries: &[Summary], console: &Console<'_>) -> String {
    let vendors = summaries.iter().map(|summary| table::always(summary.vendor));
    let columns: Vec<_> = iter::once(table::always("OPERATION")).chain(vendors).collect();
    let row = |(at, operation): (usize, &Operation)| {
        let cells = summaries.iter().map(|summary| cell(summary.operations[at].outcome));
        iter::once(table::Field::from(operation.as_str())).chain(cells).collect()
    };
    let rows: Vec<Vec<_>> = Operation::ALL.iter().enumerate().map(row).collect();
    let mut text = table::render(&columns, &rows, console) + "\n";
    for Summary { vendor, checks, operations, .. } in summaries {
        let count = |outcome| checks.iter().filter(|check| check.outcome == outcome).count();
        let counts =
            [("passed", "passed"), ("failed", "failed"), ("skipped", "skipped"), ("not_run", "not run")]
                .map(|(outcome, title)| (count(outcome), title));
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let counts: Vec<_> = counts.map(|(count, title)| format!("{count} {title}")).collect();
        text.push_str(&format!("{vendor}: {} checks: {}\n", checks.len(), counts.join(", ")));
        let general = reasons(checks, None);
        let operations = operations.iter().map(|summary| (summary.operation, &summary.reasons));
        for (operation, reasons) in operations.chain([("general", &general)]) {
            text.extend(reasons.iter().map(|reason| format!("FAILED {vendor}: {operation}: {reason}\n")));
        }
    }
    text + match summaries.iter().all(|summary| summary.ok) {
        true => "\nAll checks passed. No keys remain.\n",
        false => "\nNot all checks passed.\n",
    }
}

fn cell(outcome: &str) -> table::Field {
    let (text, color) = match outcome {
        "ok" => ("works", Color::Green),
        "refused" => ("unsupported", Color::DarkGrey),
        "failed" => ("FAILED", Color::Red),
        _ => ("not run", Color::Yellow),
    };
    table::Field::from(text).color(color)
}

fn secret(text: &str) -> Result<SecretKey, Infallible> {
    Ok(SecretKey::new(text))
}
