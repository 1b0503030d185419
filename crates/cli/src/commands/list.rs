//! `api-keys list`.

use super::fan_out::{each, verdict};
use super::inventory::{Filter, read};
use crate::cli::ListArgs;
use crate::config::Config;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::{self, key::KeyRecord};

pub(crate) async fn run(args: ListArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let entries =
        Config::load(args.target.config.as_deref(), console)?.select(args.target.provider.as_deref())?;
    let several = entries.len() > 1;
    let filter = Filter {
        owner: args.owner,
        name: args.name,
        inactive: args.all,
        limit: args.limit.and_then(|limit| limit.try_into().ok()),
    };
    let (inventories, failures) = each(entries, |provider| read(provider, &filter)).await;
    let succeeded = inventories.len();
    let mut records = Vec::new();
    for inventory in inventories {
        inventory.notes.iter().for_each(|note| console.note(format_args!("note: {note}")));
        let provider = inventory.provider;
        records.extend(inventory.keys.into_iter().map(|key| KeyRecord::new(&provider, key)));
    }
    output::keys(&records, &failures, several, args.output.format(), console)?;
    if records.is_empty() && succeeded > 0 {
        console.note("No keys.");
    }
    Ok(verdict(succeeded, &failures, console))
}
