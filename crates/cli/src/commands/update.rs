//! `api-keys update`.

use api_keys::{ApiKeyProvider as _, Expiry, KeyId, Operation, Patch, UpdateApiKey};
use clap::Args;
use clap_complete::ArgValueCandidates;
use serde_json::Value;

use super::open_for;
use crate::args::{OutputArgs, TargetArgs, value};
use crate::config::key_ids;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::{self, key::KeyRecord};
use crate::status;

/// Change a key's metadata
#[derive(Debug, Args)]
pub(crate) struct UpdateArgs {
    /// ID of the key
    #[arg(add = ArgValueCandidates::new(key_ids))]
    pub(crate) id: KeyId,

    #[command(flatten)]
    pub(crate) changes: Changes,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Changes of `update`.
#[derive(Debug, Args)]
#[group(id = "changes", required = true, multiple = true)]
pub(crate) struct Changes {
    /// New name
    #[arg(long)]
    pub(crate) name: Option<String>,

    /// New description
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,

    /// Remove the description
    #[arg(long, conflicts_with = "description")]
    pub(crate) clear_description: bool,

    /// New owner
    #[arg(long)]
    pub(crate) owner: Option<String>,

    /// Scope that replaces the current scopes; can be repeated
    #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',')]
    pub(crate) scopes: Option<Vec<String>>,

    /// Remove all scopes
    #[arg(long, conflicts_with = "scopes")]
    pub(crate) no_scopes: bool,

    /// New expiration: `never`, a duration from now such as 90d, a date or a time
    #[arg(long, value_name = "WHEN", value_parser = value::expiry)]
    pub(crate) expires: Option<Expiry>,

    /// JSON value that replaces the metadata
    #[arg(long, value_name = "JSON", value_parser = value::json)]
    pub(crate) metadata: Option<Value>,

    /// Remove the metadata
    #[arg(long, conflicts_with = "metadata")]
    pub(crate) clear_metadata: bool,

    /// Vendor-specific field; can be repeated
    #[arg(long = "extra", value_name = "NAME=VALUE", value_parser = value::field)]
    pub(crate) extra: Vec<(String, Value)>,
}

pub(crate) async fn run(args: UpdateArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let provider = open_for(&args.target, Operation::Update, console)?;
    let requested = args.changes;
    let mut changes = UpdateApiKey::new();
    changes.name = requested.name;
    changes.description = patch(requested.description, requested.clear_description);
    changes.owner = requested.owner;
    changes.scopes = if requested.no_scopes { Some(Vec::new()) } else { requested.scopes };
    changes.expiry = match requested.expires {
        None => Patch::Keep,
        Some(Expiry::Never) => Patch::Clear,
        Some(expiry) => Patch::Set(expiry),
    };
    changes.metadata = patch(requested.metadata, requested.clear_metadata);
    changes.extra = requested.extra.into_iter().collect();
    let key = provider.api.update(&args.id, changes).await;
    let key = key.map_err(|error| Failure::from_api("failed to update the key", &provider.name, &error))?;
    output::key(&KeyRecord::new(&provider, key), args.output.format(), console)?;
    Ok(status::OK)
}

fn patch<T>(value: Option<T>, clear: bool) -> Patch<T> {
    match value {
        Some(value) => Patch::Set(value),
        None if clear => Patch::Clear,
        None => Patch::Keep,
    }
}
