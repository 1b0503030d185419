//! `api-keys revoke`.

use api_keys::{ApiKeyProvider as _, KeyId, Operation, RecordState, Revocation, RevokeOptions};

use super::act::{begin, finish};
use super::{bulk, open_for};
use crate::cli::RevokeArgs;
use crate::config::Provider;
use crate::console::Console;
use crate::failure::Failure;
use crate::human;

pub(crate) async fn run(args: RevokeArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    if args.bulk.unused.is_some() {
        return bulk::revoke(args, console).await;
    }
    let provider = open_for(&args.target, Operation::Revoke, console)?;
    let mut actions = begin(&provider, &args.ids, "revoke", "Revoke", &args.confirm, console).await?;
    if !args.confirm.dry_run {
        let options = options(args.reason);
        let mut done = Vec::new();
        for (action, id) in actions.into_iter().zip(&args.ids) {
            done.push(action.settled(one(&provider, id, options.clone()).await));
        }
        actions = done;
    }
    finish(&actions, args.output.format(), console)
}

pub(super) fn options(reason: Option<String>) -> RevokeOptions {
    match reason {
        Some(reason) => RevokeOptions::new().reason(reason),
        None => RevokeOptions::new(),
    }
}

/// Revokes a key and tells what became of its record.
pub(super) async fn one(
    provider: &Provider,
    id: &KeyId,
    options: RevokeOptions,
) -> Result<Option<String>, Failure> {
    match provider.api.revoke(id, options).await {
        Ok(revocation) => Ok(Some(told(revocation).to_owned())),
        Err(error) => {
            let what = format!("the key {} could not be revoked", human::clean(id.as_str()));
            Err(Failure::from_api(what, &provider.name, &error))
        }
    }
}

fn told(revocation: Revocation) -> &'static str {
    match (revocation.record, revocation.reversible) {
        (RecordState::Removed, _) => "its record is gone",
        (RecordState::Retained, true) => "its record stays; `enable` undoes it",
        (RecordState::Retained, false) => "its record stays",
    }
}
