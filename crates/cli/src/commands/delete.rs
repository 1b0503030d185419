//! `api-keys delete`.

use api_keys::{ApiKeyProvider as _, Operation};

use super::act::{begin, finish};
use super::open_for;
use crate::args::KeysArgs;
use crate::console::Console;
use crate::failure::Failure;
use crate::human;

pub(crate) async fn run(args: KeysArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let provider = open_for(&args.target, Operation::Delete, console)?;
    let mut actions = begin(&provider, &args.ids, "delete", "Delete", &args.confirm, console).await?;
    if !args.confirm.dry_run {
        let mut done = Vec::new();
        for (action, id) in actions.into_iter().zip(&args.ids) {
            let deleted = provider.api.delete(id).await.map(|()| None).map_err(|error| {
                let what = format!("failed to delete key {}", human::clean(id.as_str()));
                Failure::from_api(what, &provider.name, &error)
            });
            done.push(action.completed(deleted));
        }
        actions = done;
    }
    finish(&actions, args.output.format(), console)
}
