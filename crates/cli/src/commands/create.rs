//! `api-keys create`.

use api_keys::{ApiKeyProvider as _, Expiry, NewApiKey, Operation, Timestamp};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use serde_json::Value;

use super::issue::Issue;
use super::{open_for, quoted, target_options};
use crate::args::{OutputArgs, SecretArgs, TargetArgs, value};
use crate::config::Provider;
use crate::console::Console;
use crate::failure::Failure;
use crate::secret::Destination;

/// Create a key
///
/// The secret is shown once if the standard output is a terminal. Otherwise, pass a destination: --secret-file,
/// --secret-command, --secret-stdout, or --output json for a document with the secret. The destination is checked
/// before the key is created. If it fails afterwards, the secret is saved to a file that the message names; if that
/// fails, too, the key is revoked.
#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// Name of the key
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) name: String,

    /// Description of the key
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,

    /// Owner of the key, as the vendor identifies owners
    #[arg(long)]
    pub(crate) owner: Option<String>,

    /// Scope that the key grants; can be repeated
    #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',')]
    pub(crate) scopes: Option<Vec<String>>,

    /// Expiration: `never`, a duration such as 90d, a date or a time
    #[arg(long, value_name = "WHEN", value_parser = value::expiry)]
    pub(crate) expires: Option<Expiry>,

    /// JSON value to store with the key
    #[arg(long, value_name = "JSON", value_parser = value::json)]
    pub(crate) metadata: Option<Value>,

    /// Vendor-specific field; can be repeated
    #[arg(long = "extra", value_name = "NAME=VALUE", value_parser = value::field)]
    pub(crate) extra: Vec<(String, Value)>,

    #[command(flatten)]
    pub(crate) secret: SecretArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

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

    let destination = Destination::prepare(&args.secret, false, args.output.output, console)?;
    let issue = Issue {
        provider: &provider,
        target: &args.target,
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
