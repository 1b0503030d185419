//! `api-keys enable` and `api-keys disable`.

use api_keys::{ApiKeyProvider as _, Field, Operation, UpdateApiKey};

use super::act::Done;
use super::bulk::{Bulk, Scope};
use crate::args::KeysArgs;
use crate::config::Provider;
use crate::console::Console;
use crate::failure::Failure;
use crate::human;

pub(crate) async fn run(mut args: KeysArgs, enabled: bool, console: &mut Console<'_>) -> Result<u8, Failure> {
    // Enabling needs no confirmation.
    args.confirm.yes |= enabled && !args.confirm.dry_run;
    let (action, question, scope) =
        if enabled { ("enable", "Enable", Scope::Disabled) } else { ("disable", "Disable", Scope::Active) };
    let bulk = Bulk { action, question, operation: Operation::Update, scope };
    let check = |provider: &Provider| match provider.api.capabilities().update_fields.contains(Field::Enabled)
    {
        true => Ok(()),
        false => Err(Failure::new(format!("{} keys cannot be {action}d", provider.vendor()))
            .detail("the vendor cannot disable keys")
            .help("`revoke` invalidates a key permanently")),
    };
    bulk.run_if(&args, check, console, |one| async move {
        let changed = one.provider.api.update(&one.key.id, UpdateApiKey::new().enabled(enabled)).await;
        changed.map(|_| Done::default()).map_err(|error| {
            let what = format!("failed to {action} key {}", human::clean(one.key.id.as_str()));
            Failure::from_api(what, &one.provider.name, &error)
        })
    })
    .await
}
