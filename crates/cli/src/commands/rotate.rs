//! `api-keys rotate`.

use api_keys::{ApiKeyProvider as _, Error, IssuedKey, KeyId, Operation, RotateOptions};

use super::act::{describe, subject_of};
use super::mint::Mint;
use super::{bulk, open_for, quoted, target_options};
use crate::cli::{RotateArgs, TargetArgs};
use crate::config::Provider;
use crate::console::Console;
use crate::failure::Failure;
use crate::secret::Handover;
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
    // Not before the question: who leaves it with Ctrl-C leaves no file behind.
    let handover = Handover::prepare(&args.secret, args.output.output, console)?;
    let recipe = recipe(&provider, &args.target, &id);
    let mint = Mint {
        provider: &provider,
        target: &args.target,
        operation: Operation::Rotate,
        handover,
        format: args.output.format(),
        recipe,
    };
    mint.run(rotate(&provider, &id, name), console).await
}

/// The new secret, under the name that the key is known by: some vendors answer with no more than its id.
pub(super) async fn rotate(
    provider: &Provider,
    id: &KeyId,
    name: Option<String>,
) -> Result<IssuedKey, Error> {
    let mut issued = provider.api.rotate(id, RotateOptions::new()).await?;
    issued.key.name = issued.key.name.take().or(name);
    Ok(issued)
}

/// What to do when nobody knows which secret holds.
pub(super) fn recipe(provider: &Provider, target: &TargetArgs, id: &KeyId) -> String {
    let options = target_options(provider, target);
    format!("rotate again, the last answer holds: api-keys rotate {} {options}", quoted(id.as_str()))
}

/// Asks, and returns the name as far as it is known.
async fn begin(
    provider: &Provider,
    id: &KeyId,
    args: &RotateArgs,
    console: &Console<'_>,
) -> Result<Option<String>, Failure> {
    // Who says yes beforehand needs no reading, unless there is a command that is told the name.
    if args.confirm.yes && args.secret.secret_command.is_none() {
        return Ok(None);
    }
    let key = subject_of(provider, id).await?;
    let question = format!("Rotate {} on {}? The old secret is dead at once.", describe(&key), provider.name);
    console.confirm(&question, args.confirm.yes)?;
    Ok(key.name)
}
