//! `api-keys doctor`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use api_keys::runtime::{Body, OutgoingRequest, Transport, TransportError};
use async_trait::async_trait;
use clap::Args;
use comfy_table::Color;
use futures_util::future::join_all;
use http::header::DATE;
use serde::Serialize;

use super::connection::check_connection;
use crate::args::{Format, OutputArgs, TargetArgs};
use crate::config::{Config, Entry, Provider};
use crate::console::Console;
use crate::failure::Failure;
use crate::output::table::{Column, Field, always, render};
use crate::output::{csv, json};
use crate::status;

const COLUMNS: [Column; 4] = [always("RESULT"), always("PROVIDER"), always("CHECK"), always("MESSAGE")];

/// Time limit of a command that prints a credential. Requests have the same one.
const COMMAND_LIMIT: Duration = Duration::from_secs(30);

/// Difference of clocks that matters for expirations and signatures.
const MAX_CLOCK_OFFSET: u64 = 30;

/// Check configuration, credentials and connections
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Results of checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Level {
    Ok,
    Warning,
    Error,
    /// The check could not run.
    Unknown,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Unknown => "unknown",
        }
    }
}

/// One check.
#[derive(Debug, Serialize)]
struct Check {
    result: Level,
    /// `None` for the configuration of all providers.
    provider: Option<String>,
    check: &'static str,
    message: String,
    help: Option<String>,
}

pub(crate) async fn run(args: DoctorArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let mut checks = Vec::new();
    match Config::read(args.target.config.as_deref()) {
        Err(failure) => checks.push(Check::failed(None, "configuration", &failure)),
        Ok(config) => {
            checks.extend(configuration(&config));
            match config.all_or(args.target.provider.as_deref()) {
                Err(failure) if args.target.provider.is_some() => return Err(failure),
                Err(failure) => checks.push(Check::failed(None, "configuration", &failure)),
                Ok(entries) => {
                    checks.extend(join_all(entries.into_iter().map(examine)).await.into_iter().flatten())
                }
            }
        }
    }
    let text = match args.output.format() {
        Format::Table => table(&checks, console) + "\n" + &summary(&checks),
        Format::Json => {
            #[derive(Serialize)]
            struct Content<'a> {
                checks: &'a [Check],
            }
            json::document(Content { checks: &checks })
        }
        Format::Jsonl => checks.iter().map(json::line).collect(),
        Format::Csv | Format::RawCsv => csv::document(
            &["result", "provider", "check", "message", "help"],
            checks.iter().map(|check| {
                let Check { result, provider, check, message, help } = check;
                let text = |text: &Option<String>| text.clone().unwrap_or_default();
                vec![
                    result.as_str().to_owned(),
                    text(provider),
                    (*check).to_owned(),
                    message.clone(),
                    text(help),
                ]
            }),
            args.output.raw,
        ),
    };
    console.print(&text)?;
    let found = checks.iter().any(|check| matches!(check.result, Level::Warning | Level::Error));
    Ok(if found { status::NEGATIVE } else { status::OK })
}

/// Checks the configuration of all providers.
fn configuration(config: &Config) -> Vec<Check> {
    let mut checks = Vec::new();
    checks.extend(config.file().map(|file| Check::ok(None, "configuration", file.display().to_string())));
    checks.extend(config.warnings().iter().map(|warning| Check {
        result: Level::Warning,
        provider: None,
        check: "permissions",
        message: warning.problem.clone(),
        help: Some(warning.fix.clone()),
    }));
    if config.warnings().is_empty() && config.file().is_some() {
        checks.push(Check::ok(None, "permissions", "of the configuration and token files"));
    }
    checks
}

/// Checks one provider. Later checks require the earlier ones.
async fn examine(mut entry: Entry) -> Vec<Check> {
    let name = entry.name().to_owned();
    let name = Some(name.as_str());
    let sends_requests = match entry.validate() {
        Ok(sends_requests) => sends_requests,
        Err(failure) => return vec![Check::failed(name, "settings", &failure)],
    };
    let valid = Check::ok(name, "settings", entry.vendor().unwrap_or_default());
    let sources = match entry.read_tokens(COMMAND_LIMIT).await {
        Ok(sources) => sources.join(", "),
        Err(failure) => return vec![valid, Check::failed(name, "credential source", &failure)],
    };
    let observed = Arc::new(Mutex::new(Observed::default()));
    let shared = Arc::clone(&observed);
    let provider = entry.build_with(|http| {
        http.wrap_transport(move |inner| Arc::new(Observer { inner, observed: Arc::clone(&shared) }))
    });
    let provider = match provider {
        Ok(provider) => provider,
        Err(failure) => return vec![Check::failed(name, "settings", &failure)],
    };
    let mut checks = vec![valid];
    if !sources.is_empty() {
        checks.push(Check::ok(name, "credential source", sources));
    }
    checks.extend(connect(&provider, sends_requests, &observed).await);
    checks
}

/// Sends a request, which checks the connection, the credential and the clock.
async fn connect(provider: &Provider, sends_requests: bool, observed: &Mutex<Observed>) -> Vec<Check> {
    let name = Some(provider.name.as_str());
    let result = check_connection(provider).await;
    let credential = match &result {
        Ok(()) => Check::ok(name, "credential", "accepted"),
        Err(failure) => Check::failed(name, "credential", failure),
    };
    if !sends_requests {
        return vec![Check { check: "keys", message: "readable".to_owned(), ..credential }];
    }
    let Observed { origin, responded, offset } = lock(observed).clone();
    let unknown = |check, message: &str| Check::new(Level::Unknown, name, check, message);
    match (origin, result) {
        (Some(origin), _) if responded => {
            vec![Check::ok(name, "connection", origin), credential, clock(name, offset)]
        }
        (Some(origin), Err(failure)) => vec![
            Check {
                message: format!("{origin}: {}", failure.cause()),
                help: Some(connection_help(failure.cause()).to_owned()),
                ..Check::failed(name, "connection", &failure)
            },
            unknown("credential", "no response"),
            unknown("clock", "no response"),
        ],
        _ => vec![unknown("connection", "no request was sent"), credential],
    }
}

fn connection_help(cause: &str) -> &'static str {
    let cause = cause.to_ascii_lowercase();
    if cause.contains("dns") {
        "check the host in base_url, and name resolution"
    } else if cause.contains("certificate") || cause.contains("tls") || cause.contains("ssl") {
        "check the certificate of the server, the trusted certificates of the system, and the clock"
    } else {
        "check base_url, the network, and the proxy in HTTPS_PROXY"
    }
}

fn clock(name: Option<&str>, offset: Option<i64>) -> Check {
    let Some(offset) = offset else {
        return Check::new(Level::Unknown, name, "clock", "the response has no date");
    };
    let seconds = offset.unsigned_abs();
    let direction = if offset < 0 { "behind" } else { "ahead of" };
    if seconds > MAX_CLOCK_OFFSET {
        return Check {
            help: Some("synchronize the clock of this machine, for example with NTP".to_owned()),
            ..Check::new(
                Level::Warning,
                name,
                "clock",
                format!("{seconds} s {direction} the clock of the vendor"),
            )
        };
    }
    Check::ok(name, "clock", format!("{seconds} s from the clock of the vendor"))
}

impl Check {
    fn new(result: Level, provider: Option<&str>, check: &'static str, message: impl Into<String>) -> Self {
        Self { result, provider: provider.map(str::to_owned), check, message: message.into(), help: None }
    }

    fn ok(provider: Option<&str>, check: &'static str, message: impl Into<String>) -> Self {
        Self::new(Level::Ok, provider, check, message)
    }

    fn failed(provider: Option<&str>, check: &'static str, failure: &Failure) -> Self {
        let message = match provider {
            Some(_) => failure.cause().to_owned(),
            None => failure.summary(),
        };
        let general = match check {
            "credential" => "check the credential and its permissions",
            _ => "correct the configuration",
        };
        let help = Some(failure.advice().unwrap_or(general).to_owned());
        Self { help, ..Self::new(Level::Error, provider, check, message) }
    }
}

/// Facts from the requests of one provider.
#[derive(Debug, Default, Clone)]
struct Observed {
    origin: Option<String>,
    responded: bool,
    /// Seconds by which the local clock is ahead of the vendor's.
    offset: Option<i64>,
}

/// A transport that observes requests.
#[derive(Debug)]
struct Observer {
    inner: Arc<dyn Transport>,
    observed: Arc<Mutex<Observed>>,
}

#[async_trait]
impl Transport for Observer {
    async fn send(&self, request: OutgoingRequest) -> Result<http::Response<Body>, TransportError> {
        lock(&self.observed).origin = Some(request.origin());
        let response = self.inner.send(request).await?;
        let now = SystemTime::now();
        let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| httpdate::parse_http_date(date).ok());
        let mut observed = lock(&self.observed);
        observed.responded = true;
        observed.offset = date.map(|date| match now.duration_since(date) {
            Ok(ahead) => ahead.as_secs().cast_signed(),
            Err(behind) => -behind.duration().as_secs().cast_signed(),
        });
        drop(observed);
        Ok(response)
    }
}

fn lock(observed: &Mutex<Observed>) -> std::sync::MutexGuard<'_, Observed> {
    observed.lock().unwrap_or_else(PoisonError::into_inner)
}

fn table(checks: &[Check], console: &Console<'_>) -> String {
    let rows: Vec<_> = checks
        .iter()
        .flat_map(|check| {
            let color = match check.result {
                Level::Ok => Color::Green,
                Level::Warning => Color::Yellow,
                Level::Error => Color::Red,
                Level::Unknown => Color::DarkGrey,
            };
            let row = vec![
                Field::from(check.result.as_str()).color(color),
                Field::from(check.provider.as_deref().unwrap_or("–")),
                Field::from(check.check),
                Field::from(&check.message),
            ];
            let help = check.help.as_ref().map(|help| {
                vec![Field::from(""), Field::from(""), Field::from(""), Field::from(format!("help: {help}"))]
            });
            [Some(row), help].into_iter().flatten()
        })
        .collect();
    render(&COLUMNS, &rows, console)
}

fn summary(checks: &[Check]) -> String {
    let count = |level| checks.iter().filter(|check| check.result == level).count();
    let several = |level: Level| match count(level) {
        1 => format!("1 {}", level.as_str()),
        count => format!("{count} {}s", level.as_str()),
    };
    format!(
        "{} ok, {}, {}, {} unknown\n",
        count(Level::Ok),
        several(Level::Warning),
        several(Level::Error),
        count(Level::Unknown)
    )
}
