//! `api-keys get`.

use api_keys::{ApiKeyProvider as _, KeyId, Operation};
use clap::Args;
use clap_complete::ArgValueCandidates;

use super::open_for;
use crate::args::{OutputArgs, TargetArgs};
use crate::config::key_ids;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::{self, key::KeyRecord};
use crate::status;

/// Show one key
#[derive(Debug, Args)]
pub(crate) struct GetArgs {
    /// ID of the key
    #[arg(add = ArgValueCandidates::new(key_ids))]
    pub(crate) id: KeyId,

    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

pub(crate) async fn run(args: GetArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let provider = open_for(&args.target, Operation::Get, console)?;
    let key = provider.api.get(&args.id).await;
    let key = key.map_err(|error| Failure::from_api("failed to get the key", &provider.name, &error))?;
    output::key(&KeyRecord::new(&provider, key), args.output.format(), console)?;
    Ok(status::OK)
}
