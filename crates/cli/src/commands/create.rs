//! `api-keys create`.

use api_keys::{ApiKeyProvider as _, NewApiKey, Operation, Timestamp};

use super::issue::Issue;
use super::{open_for, quoted, target_options};
use crate::cli::{CreateArgs, TargetArgs};
use crate::config::Provider;
use crate::console::Console;
use crate::failure::Failure;
use crate::secret::Destination;

pub(crate) async fn run(args: CreateArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let provider = open_for(&args.target, Operation::Create, console)?;
    let mut new = NewApiKey::new(args.name);
    new.description = args.description;
    new.owner = provider.owner_of_new(args.owner)?;
    new.scopes = args.scopes;
    new.expiry = args.expires.unwrap_or_default();
    new.metadata = args.metadata;
    new.extra = args.extra.into_iter().collect();
    provider
        .api
        .capabilities()
        .validate_create(provider.vendor(), &new)
        .map_err(|error| Failure::from_api("failed to create the key", &provider.name, &error))?;

    let destination = Destination::prepare(&args.secret, args.output.output, console)?;
    let issue = Issue {
        provider: &provider,
        target: &args.target,
        operation: Operation::Create,
        destination,
        format: args.output.format(),
        recovery: recovery(&provider, &args.target, &new),
    };
    issue.run(provider.api.create(new), console).await
}

/// Returns the command that finds the key if it is unknown whether it was created.
fn recovery(provider: &Provider, target: &TargetArgs, new: &NewApiKey) -> String {
    let mut command = format!(
        "api-keys orphans {} --name {} --since {:.0}",
        target_options(provider, target),
        quoted(&new.name),
        Timestamp::now()
    );
    if let Some(owner) = &new.owner {
        command.push_str(&format!(" --owner {}", quoted(owner)));
    }
    command
}
