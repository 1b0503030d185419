//! `api-keys list`.

use clap::{Args, value_parser};

use super::fan_out::{each, verdict};
use super::inventory::{Filter, read};
use crate::args::{OutputArgs, TargetArgs};
use crate::config::Config;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::{self, key::KeyRecord};

/// List keys
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only keys of this owner
    #[arg(long)]
    pub(crate) owner: Option<String>,

    /// Only keys whose name contains this text
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,

    /// Include revoked, expired and disabled keys that the vendor lists
    #[arg(long, short)]
    pub(crate) all: bool,

    /// Maximum number of keys of each provider
    #[arg(long, value_name = "COUNT", value_parser = value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,

    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

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
