//! `api-keys update`.

use api_keys::{ApiKeyProvider as _, Expiry, Operation, Patch, UpdateApiKey};

use super::open_for;
use crate::cli::UpdateArgs;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::{self, key::KeyRecord};
use crate::status;

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
