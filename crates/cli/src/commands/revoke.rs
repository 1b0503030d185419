//! `api-keys revoke`.

use api_keys::Operation;

use super::act::{begin, finish, revoke_key, revoke_options};
use super::{bulk, open_for};
use crate::cli::RevokeArgs;
use crate::console::Console;
use crate::failure::Failure;

pub(crate) async fn run(args: RevokeArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    if args.bulk.unused.is_some() {
        return bulk::revoke(args, console).await;
    }
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
