//! `api-keys orphans`.

use api_keys::{ApiKeyProviderExt as _, KeyId, NewApiKey, Operation, RevokeOptions, Timestamp};
use clap::Args;

use super::act::{Action, confirm, finish, revoke_key};
use super::open_for;
use crate::args::{ConfirmArgs, OutputArgs, TargetArgs, value};
use crate::console::Console;
use crate::failure::Failure;
use crate::output::{self, key::KeyRecord};
use crate::status;

/// Find keys that a failed create may have created
#[derive(Debug, Args)]
pub(crate) struct OrphansArgs {
    /// Name that was passed to create
    #[arg(long)]
    pub(crate) name: String,

    /// Time at which the create started, or a duration before now such as 10m
    #[arg(long, value_name = "WHEN", value_parser = value::past)]
    pub(crate) since: Timestamp,

    /// Owner that was passed to create
    #[arg(long)]
    pub(crate) owner: Option<String>,

    /// ID of a key with this name that is not an orphan; can be repeated
    #[arg(long, value_name = "ID")]
    pub(crate) keep: Vec<KeyId>,

    /// Revoke the orphans
    #[arg(long)]
    pub(crate) revoke: bool,

    #[command(flatten)]
    pub(crate) confirm: ConfirmArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

pub(crate) async fn run(args: OrphansArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let provider = open_for(&args.target, Operation::List, console)?;
    let mut new = NewApiKey::new(&args.name);
    new.owner = provider.owner_of_new(args.owner)?;
    let found = provider.api.orphans(&new, args.since).await;
    let mut found =
        found.map_err(|error| Failure::from_api("failed to list keys", &provider.name, &error))?;
    found.retain(|key| !args.keep.contains(&key.id));
    if !provider.api.capabilities().created_at_reliable {
        console.warn(format_args!(
            "{} does not report reliable creation times: all keys with this name are listed",
            provider.vendor()
        ));
    }
    let format = args.output.format();
    if found.is_empty() {
        output::keys(&[], &[], false, format, console)?;
        console.note("No orphans.");
        return Ok(status::OK);
    }
    if !args.revoke {
        let records: Vec<_> = found.into_iter().map(|key| KeyRecord::new(&provider, key)).collect();
        output::keys(&records, &[], false, format, console)?;
        console.note("Exclude keys that are in use with --keep ID, and revoke the others with --revoke.");
        return Ok(status::NEGATIVE);
    }
    confirm(&provider, &found, "Revoke", &args.confirm, console)?;
    let mut actions = Vec::new();
    for key in &found {
        let action = Action::planned(&provider, key, "revoke");
        actions.push(if args.confirm.dry_run {
            action
        } else {
            action.completed(revoke_key(&provider, &key.id, RevokeOptions::new()).await)
        });
    }
    finish(&actions, format, console)
}
