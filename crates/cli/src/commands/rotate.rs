//! `api-keys rotate`.

use std::time::Duration;

use api_keys::{KeyId, Operation};
use clap::Args;

use super::act::{describe, subject_of};
use super::issue::{Issue, rotate_key, rotate_recovery};
use super::open_for;
use crate::args::{BulkArgs, ConfirmArgs, OutputArgs, SecretArgs, TargetArgs, value};
use crate::config::Provider;
use crate::console::Console;
use crate::failure::Failure;
use crate::secret::Destination;
use crate::status;

/// Issue a new secret for a key; the old one is invalid immediately
///
/// The destination of the new secret is chosen as for `create`. --older-than rotates all keys of this age and runs the
/// command of --secret-command once for each key.
#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    /// ID of the key
    #[arg(required_unless_present = "older_than", conflicts_with = "older_than")]
    pub(crate) id: Option<KeyId>,

    #[command(flatten)]
    pub(crate) bulk: RotateBulkArgs,
    #[command(flatten)]
    pub(crate) confirm: ConfirmArgs,
    #[command(flatten)]
    pub(crate) secret: SecretArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Selection of keys to rotate.
#[derive(Debug, Args)]
#[command(next_help_heading = "Many keys")]
pub(crate) struct RotateBulkArgs {
    /// Rotate all active keys that are at least this old, such as 90d
    #[arg(long, value_name = "DURATION", value_parser = value::duration, requires = "secret_command")]
    pub(crate) older_than: Option<Duration>,

    #[command(flatten)]
    pub(crate) options: BulkArgs,
}

/// Rotates one key.
pub(crate) async fn run(id: KeyId, args: RotateArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let provider = open_for(&args.target, Operation::Rotate, console)?;
    if args.confirm.dry_run {
        console.print(&format!("would rotate {}\n", describe(&subject_of(&provider, &id).await?)))?;
        return Ok(status::OK);
    }
    let name = begin(&provider, &id, &args, console).await?;
    // After the question, so that Ctrl-C leaves no file behind.
    let destination = Destination::prepare(&args.secret, args.output.output, console)?;
    let recovery = rotate_recovery(&provider, &args.target, &id);
    let issue = Issue {
        provider: &provider,
        target: &args.target,
        operation: Operation::Rotate,
        destination,
        format: args.output.format(),
        recovery,
    };
    issue.run(rotate_key(&provider, &id, name), console).await
}

/// Asks for confirmation. Returns the name if it was read.
async fn begin(
    provider: &Provider,
    id: &KeyId,
    args: &RotateArgs,
    console: &Console<'_>,
) -> Result<Option<String>, Failure> {
    // Without a question, the name is needed only for the command.
    if args.confirm.yes && args.secret.secret_command.is_none() {
        return Ok(None);
    }
    let key = subject_of(provider, id).await?;
    let question = format!(
        "Rotate {} on {}? The old secret becomes invalid immediately.",
        describe(&key),
        provider.name
    );
    console.confirm(&question, args.confirm.yes)?;
    Ok(key.name)
}
