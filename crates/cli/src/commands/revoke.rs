//! `api-keys revoke`.

use std::time::Duration;

use api_keys::{KeyId, Operation};
use clap::Args;

use super::act::{begin, finish, revoke_key, revoke_options};
use super::open_for;
use crate::args::{BulkArgs, ConfirmArgs, OutputArgs, TargetArgs, value};
use crate::console::Console;
use crate::failure::Failure;

/// Revoke keys; they no longer authenticate
#[derive(Debug, Args)]
pub(crate) struct RevokeArgs {
    /// IDs of the keys
    #[arg(required_unless_present = "unused", conflicts_with = "unused")]
    pub(crate) ids: Vec<KeyId>,

    /// Reason, for the vendor's record
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,

    #[command(flatten)]
    pub(crate) bulk: RevokeBulkArgs,
    #[command(flatten)]
    pub(crate) confirm: ConfirmArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Selection of keys to revoke.
#[derive(Debug, Args)]
#[command(next_help_heading = "Many keys")]
pub(crate) struct RevokeBulkArgs {
    /// Revoke all active keys that have not been used for at least this long, such as 180d. Keys without a reported use
    /// are omitted
    #[arg(long, value_name = "DURATION", value_parser = value::duration)]
    pub(crate) unused: Option<Duration>,

    #[command(flatten)]
    pub(crate) options: BulkArgs,
}

pub(crate) async fn run(args: RevokeArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let provider = open_for(&args.target, Operation::Revoke, console)?;
    let mut actions = begin(&provider, &args.ids, "revoke", "Revoke", &args.confirm, console).await?;
    if !args.confirm.dry_run {
        let options = revoke_options(args.reason);
        let mut done = Vec::new();
        for (action, id) in actions.into_iter().zip(&args.ids) {
            done.push(action.completed(revoke_key(&provider, id, options.clone()).await));
        }
        actions = done;
    }
    finish(&actions, args.output.format(), console)
}
