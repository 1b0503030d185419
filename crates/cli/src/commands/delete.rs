//! `api-keys delete`.

use api_keys::{ApiKeyProvider as _, Operation};

use super::act::Done;
use super::bulk::{Bulk, Scope};
use crate::args::KeysArgs;
use crate::console::Console;
use crate::failure::Failure;
use crate::human;

pub(crate) async fn run(args: KeysArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let bulk = Bulk { action: "delete", question: "Delete", operation: Operation::Delete, scope: Scope::All };
    bulk.run(&args, console, |one| async move {
        one.provider.api.delete(&one.key.id).await.map(|()| Done::default()).map_err(|error| {
            let what = format!("failed to delete key {}", human::clean(one.key.id.as_str()));
            Failure::from_api(what, &one.provider.name, &error)
        })
    })
    .await
}
