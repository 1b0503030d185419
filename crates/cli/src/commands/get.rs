//! `api-keys get`.

use api_keys::{ApiKeyProvider as _, KeyId, Operation};
use clap::Args;

use super::open_for;
use crate::args::{OutputArgs, TargetArgs};
use crate::console::Console;
use crate::failure::Failure;
use crate::output::{self, key::KeyRecord};
use crate::status;

/// Show one key
#[derive(Debug, Args)]
pub(crate) struct GetArgs {
    /// ID of the key
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
