//! `api-keys get`.

use api_keys::{ApiKeyProvider as _, Operation};

use super::open_for;
use crate::cli::GetArgs;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::{self, key::KeyRecord};
use crate::status;

pub(crate) async fn run(args: GetArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let provider = open_for(&args.target, Operation::Get, console)?;
    let key = provider.api.get(&args.id).await;
    let key = key.map_err(|error| Failure::from_api("failed to get the key", &provider.name, &error))?;
    output::key(&KeyRecord::new(&provider, key), args.output.format(), console)?;
    Ok(status::OK)
}
