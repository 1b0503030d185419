//! `api-keys enable` and `api-keys disable`.

use api_keys::{ApiKeyProvider as _, Field, Operation, UpdateApiKey};

use super::act::{begin, finish};
use super::open_for;
use crate::args::KeysArgs;
use crate::console::Console;
use crate::failure::Failure;
use crate::human;

pub(crate) async fn run(mut args: KeysArgs, enabled: bool, console: &mut Console<'_>) -> Result<u8, Failure> {
    let provider = open_for(&args.target, Operation::Update, console)?;
    let (action, question) = if enabled { ("enable", "Enable") } else { ("disable", "Disable") };
    if !provider.api.capabilities().update_fields.contains(Field::Enabled) {
        return Err(Failure::new(format!("{} keys cannot be {action}d", provider.vendor()))
            .detail("the vendor cannot disable keys")
            .help("`revoke` invalidates a key permanently"));
    }
    // Enabling needs no confirmation.
    args.confirm.yes |= enabled && !args.confirm.dry_run;
    let mut actions = begin(&provider, &args.ids, action, question, &args.confirm, console).await?;
    if !args.confirm.dry_run {
        let mut done = Vec::new();
        for (planned, id) in actions.into_iter().zip(&args.ids) {
            let changed = provider.api.update(id, UpdateApiKey::new().enabled(enabled)).await;
            let changed = changed.map(|_| None).map_err(|error| {
                let what = format!("failed to {action} key {}", human::clean(id.as_str()));
                Failure::from_api(what, &provider.name, &error)
            });
            done.push(planned.completed(changed));
        }
        actions = done;
    }
    finish(&actions, args.output.format(), console)
}
