//! `api-keys revoke`.

use api_keys::Operation;
use clap::Args;

use super::act::{revoke_key, revoke_options};
use super::bulk::{Bulk, Scope};
use crate::args::KeysArgs;
use crate::console::Console;
use crate::failure::Failure;

/// Revoke keys; they no longer authenticate
#[derive(Debug, Args)]
pub(crate) struct RevokeArgs {
    /// Reason, for the vendor's record
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,

    #[command(flatten)]
    pub(crate) keys: KeysArgs,
}

pub(crate) async fn run(args: RevokeArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let options = &revoke_options(args.reason);
    let bulk =
        Bulk { action: "revoke", question: "Revoke", operation: Operation::Revoke, scope: Scope::Active };
    bulk.run(&args.keys, console, |one| async move {
        revoke_key(&one.provider, &one.key.id, options.clone()).await
    })
    .await
}
