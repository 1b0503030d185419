//! `api-keys reveal`.

use api_keys::{ApiKeyProvider as _, Operation};

use super::open_for;
use crate::cli::RevealArgs;
use crate::console::Console;
use crate::failure::Failure;
use crate::human;
use crate::secret::{Delivered, Handover, Subject};
use crate::status;

pub(crate) async fn run(args: RevealArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let provider = open_for(&args.target, Operation::Reveal, console)?;
    let handover = Handover::prepare(&args.secret, args.output.output, console)?;
    let secret = match provider.api.reveal(&args.id).await {
        Ok(secret) => secret,
        Err(error) => {
            handover.cancel();
            return Err(Failure::from_api("the secret cannot be read", &provider.name, &error));
        }
    };
    let subject = Subject { provider: &provider.name, id: args.id.as_str(), name: None, record: None };
    let delivered = handover.deliver(&subject, &secret, console).map_err(|error| {
        Failure::new("the secret could not be handed over")
            .caused_by(&error)
            .help("again: the vendor still has it")
            .status(status::FAILED)
    })?;
    if let Delivered::To(path) = delivered {
        console.note(format_args!("The secret is in {}.", human::clean(&path.display().to_string())));
    }
    Ok(status::OK)
}
