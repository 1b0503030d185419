//! `api-keys verify`.

use std::io::{self, IsTerminal as _};

use api_keys::{ApiKeyProvider as _, InvalidReason, Operation, SecretKey, Timestamp, Verification};
use serde::Serialize;

use super::open_for;
use crate::cli::{Format, VerifyArgs};
use crate::console::Console;
use crate::failure::Failure;
use crate::human;
use crate::output::key::{CSV_HEADER, KeyRecord};
use crate::output::{self, csv, json};
use crate::status;

#[derive(Serialize)]
struct Answer {
    provider: String,
    valid: bool,
    /// Why it is not.
    reason: Option<String>,
    key: Option<KeyRecord>,
}

pub(crate) async fn run(args: VerifyArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let provider = open_for(&args.target, Operation::Verify, console)?;
    let secret = read()?;
    let verification = provider.api.verify(&secret).await;
    let verification = verification.map_err(|error| {
        let failure =
            Failure::from_api("the vendor did not say whether the secret is good", &provider.name, &error);
        // Whatever the reason: no answer is not a yes.
        failure.status(status::FAILED)
    })?;
    let answer = match verification {
        Verification::Valid(key) => Answer {
            provider: provider.name.clone(),
            valid: true,
            reason: None,
            key: Some(KeyRecord::new(&provider, *key)),
        },
        Verification::Invalid(reason) => {
            Answer { provider: provider.name, valid: false, reason: Some(name(&reason)), key: None }
        }
    };
    console.print(&text(&answer, args.output.format()))?;
    Ok(if answer.valid { status::OK } else { status::NEGATIVE })
}

/// The secret, without echo from a terminal.
fn read() -> Result<SecretKey, Failure> {
    let line = if io::stdin().is_terminal() {
        rpassword::prompt_password("Secret: ").map(SecretKey::new)
    } else {
        io::stdin().lines().next().transpose().map(|line| SecretKey::new(line.unwrap_or_default()))
    };
    let secret = line.map_err(|error| Failure::new("the secret cannot be read").caused_by(&error))?;
    let secret = SecretKey::new(secret.expose().trim());
    if secret.expose().is_empty() {
        return Err(Failure::new("there is no secret to verify")
            .detail("the standard input is empty")
            .help("pipe the secret in; it cannot be an argument, which others could see"));
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

fn text(answer: &Answer, format: Format) -> String {
    let reason = answer.reason.clone().unwrap_or_default();
    match format {
        Format::Json => json::document(answer),
        Format::Jsonl => json::line(answer),
        Format::Csv => {
            let key =
                answer.key.as_ref().map_or_else(|| vec![String::new(); CSV_HEADER.len()], KeyRecord::csv);
            let header = [&["valid", "reason"][..], &CSV_HEADER[..]].concat();
            csv::document(&header, [[vec![answer.valid.to_string(), reason], key].concat()])
        }
        Format::Table => match &answer.key {
            Some(key) => format!("valid\n{}", output::lines(&key.lines(Timestamp::now()))),
            None => format!("invalid: {}\n", human::clean(&reason.replace('_', " "))),
        },
    }
}
