//! `api-keys verify`.

use api_keys::{ApiKeyProvider as _, InvalidReason, Operation, SecretKey, Timestamp, Verification};
use clap::Args;
use serde::Serialize;

use super::open_for;
use crate::args::{Format, OutputArgs, TargetArgs};
use crate::console::Console;
use crate::failure::Failure;
use crate::human;
use crate::output::key::{CSV_HEADER, KeyRecord};
use crate::output::{self, csv, json};
use crate::secret;
use crate::status;

#[derive(Serialize)]
struct Output {
    provider: String,
    valid: bool,
    /// The reason for an invalid secret.
    reason: Option<String>,
    key: Option<KeyRecord>,
}

/// Verify a secret and show its key
///
/// The secret is read from a prompt on a terminal, without echo, and from the standard input otherwise.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

pub(crate) async fn run(args: VerifyArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let provider = open_for(&args.target, Operation::Verify, console)?;
    let secret = read()?;
    let verification = provider.api.verify(&secret).await;
    let verification = verification.map_err(|error| {
        let failure = Failure::from_api("failed to verify the secret", &provider.name, &error);
        // A failure is not a negative result.
        failure.status(status::FAILED)
    })?;
    if let Some(sql) = &provider.sql {
        // The time of the use is written later, but this process ends now. A failure does not change the result.
        let _ = sql.flush().await;
    }
    let output = match verification {
        Verification::Valid(key) => Output {
            provider: provider.name.clone(),
            valid: true,
            reason: None,
            key: Some(KeyRecord::new(&provider, *key)),
        },
        Verification::Invalid(reason) => {
            Output { provider: provider.name, valid: false, reason: Some(name(&reason)), key: None }
        }
    };
    console.print(&text(&output, args.output.format()))?;
    Ok(if output.valid { status::OK } else { status::NEGATIVE })
}

/// Reads the secret to verify.
fn read() -> Result<SecretKey, Failure> {
    let secret = secret::read("Secret: ")
        .map_err(|error| Failure::new("failed to read the secret").caused_by(&error))?;
    if secret.expose().is_empty() {
        return Err(Failure::new("no secret to verify")
            .detail("the standard input is empty")
            .help("pipe the secret to the standard input: arguments are visible to other users"));
    }
    Ok(secret)
}

fn name(reason: &InvalidReason) -> String {
    match reason {
        InvalidReason::NotFound => "not_found".to_owned(),
        InvalidReason::Revoked => "revoked".to_owned(),
        InvalidReason::Expired => "expired".to_owned(),
        InvalidReason::Disabled => "disabled".to_owned(),
        InvalidReason::QuotaExceeded => "quota_exceeded".to_owned(),
        other => other.to_string(),
    }
}

fn text(output: &Output, format: Format) -> String {
    let reason = output.reason.clone().unwrap_or_default();
    match format {
        Format::Json => json::document(output),
        Format::Jsonl => json::line(output),
        Format::Csv | Format::RawCsv => {
            let key =
                output.key.as_ref().map_or_else(|| vec![String::new(); CSV_HEADER.len()], KeyRecord::csv);
            let header = [&["valid", "reason"][..], &CSV_HEADER[..]].concat();
            csv::document(
                &header,
                [[vec![output.valid.to_string(), reason], key].concat()],
                format == Format::RawCsv,
            )
        }
        Format::Table => match &output.key {
            Some(key) => format!("valid\n{}", output::lines(&key.lines(Timestamp::now()))),
            None => format!("invalid: {}\n", human::clean(&reason.replace('_', " "))),
        },
    }
}
