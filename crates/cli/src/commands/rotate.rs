//! `api-keys rotate`.

use api_keys::{ApiKeyProvider as _, KeyId, Operation, RotateOptions};

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
    // First whether the secret has somewhere to go: a question that leads nowhere is not asked.
    let handover = Handover::prepare(&args.secret, args.output.output, console)?;
    if !args.confirm.yes
        && let Err(refused) = ask(&provider, &id, console).await
    {
        handover.cancel();
        return Err(refused);
    }
    let recipe = recipe(&provider, &args.target, &id);
    let mint = Mint {
        provider: &provider,
        operation: Operation::Rotate,
        handover,
        format: args.output.format(),
        recipe,
    };
    mint.run(provider.api.rotate(&id, RotateOptions::new()), console).await
}

/// What to do when nobody knows which secret holds.
pub(super) fn recipe(provider: &Provider, target: &TargetArgs, id: &KeyId) -> String {
    let options = target_options(provider, target);
    format!("rotate again, the last answer holds: api-keys rotate {} {options}", quoted(id.as_str()))
}

async fn ask(provider: &Provider, id: &KeyId, console: &Console<'_>) -> Result<(), Failure> {
    let key = describe(&subject_of(provider, id).await?);
    console.confirm(&format!("Rotate {key} on {}? The old secret is dead at once.", provider.name), false)
}
