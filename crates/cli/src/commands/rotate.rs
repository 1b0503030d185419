//! `api-keys rotate`.

use api_keys::{KeyId, Operation};

use super::act::{describe, subject_of};
use super::issue::{Issue, rotate_key, rotate_recovery};
use super::{bulk, open_for};
use crate::cli::RotateArgs;
use crate::config::Provider;
use crate::console::Console;
use crate::failure::Failure;
use crate::secret::Destination;
use crate::status;

pub(crate) async fn run(args: RotateArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    match args.id.clone() {
        Some(id) => one(id, args, console).await,
        None => bulk::rotate(args, console).await,
    }
}

async fn one(id: KeyId, args: RotateArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let provider = open_for(&args.target, Operation::Rotate, console)?;
    if args.confirm.dry_run {
        console.print(&format!("would rotate {}\n", describe(&subject_of(&provider, &id).await?)))?;
        return Ok(status::OK);
    }
    let name = begin(&provider, &id, &args, console).await?;
    // After the question, so that Ctrl-C leaves no file behind.
    let destination = Destination::prepare(&args.secret, args.output.output, console)?;
    let recovery = rotate_recovery(&provider, &args.target, &id);
    let issue = Issue {
        provider: &provider,
        target: &args.target,
        operation: Operation::Rotate,
        destination,
        format: args.output.format(),
        recovery,
    };
    issue.run(rotate_key(&provider, &id, name), console).await
}

/// Asks for confirmation. Returns the name if it was read.
async fn begin(
    provider: &Provider,
    id: &KeyId,
    args: &RotateArgs,
    console: &Console<'_>,
) -> Result<Option<String>, Failure> {
    // Without a question, the name is needed only for the command.
    if args.confirm.yes && args.secret.secret_command.is_none() {
        return Ok(None);
    }
    let key = subject_of(provider, id).await?;
    let question = format!(
        "Rotate {} on {}? The old secret becomes invalid immediately.",
        describe(&key),
        provider.name
    );
    console.confirm(&question, args.confirm.yes)?;
    Ok(key.name)
}
