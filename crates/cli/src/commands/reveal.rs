//! `api-keys reveal`.

use api_keys::{ApiKeyProvider as _, KeyId, Operation};
use clap::Args;
use clap_complete::ArgValueCandidates;

use super::open_for;
use crate::args::{OutputArgs, SecretArgs, TargetArgs};
use crate::config::key_ids;
use crate::console::Console;
use crate::failure::Failure;
use crate::human;
use crate::secret::{Delivered, Destination, Subject};
use crate::status;

/// Show the secret of a key again, if the vendor stores it
#[derive(Debug, Args)]
pub(crate) struct RevealArgs {
    /// ID of the key
    #[arg(add = ArgValueCandidates::new(key_ids))]
    pub(crate) id: KeyId,

    #[command(flatten)]
    pub(crate) secret: SecretArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

pub(crate) async fn run(args: RevealArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let provider = open_for(&args.target, Operation::Reveal, console)?;
    let destination = Destination::prepare(&args.secret, false, args.output.output, console)?;
    let secret = match provider.api.reveal(&args.id).await {
        Ok(secret) => secret,
        Err(error) => {
            destination.cancel();
            return Err(Failure::from_api("failed to reveal the secret", &provider.name, &error));
        }
    };
    let subject =
        Subject { logical: None, provider: &provider.name, id: args.id.as_str(), name: None, record: None };
    let delivered = destination.deliver(&subject, &secret, &|_| Ok(()), console).map_err(|error| {
        Failure::new("failed to deliver the secret")
            .caused_by(&error)
            .help("run the command again: the vendor stores the secret")
            .status(status::FAILED)
    })?;
    if let Delivered::To(path) = delivered {
        console.note(format_args!("Secret written to {}.", human::clean(&path.display().to_string())));
    }
    Ok(status::OK)
}
