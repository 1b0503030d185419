//! Calls that issue a secret, and its delivery.

use std::future::Future;
use std::io;

use api_keys::{
    ApiKeyProvider as _, Effect, Error, IssuedKey, Operation, Result as ApiResult, RevokeOptions, SecretKey,
};
use serde_json::json;

use super::{quoted, target_options};
use crate::args::{Format, TargetArgs};
use crate::config::Provider;
use crate::console::Console;
use crate::failure::Failure;
use crate::human;
use crate::interrupt::{Interrupts, Waited};
use crate::output;
use crate::output::key::KeyRecord;
use crate::secret::{Delivered, Destination, Subject, rescue};
use crate::status;

/// A call that creates a key.
pub(super) struct Issue<'a> {
    pub(super) provider: &'a Provider,
    pub(super) target: &'a TargetArgs,
    pub(super) destination: Destination,
    pub(super) format: Format,
    /// The help for a call whose effect is unknown.
    pub(super) recovery: String,
}

impl Issue<'_> {
    /// Waits for the call, also after Ctrl-C, and delivers the secret. Returns the exit status.
    pub(super) async fn run(
        self,
        call: impl Future<Output = ApiResult<IssuedKey>>,
        console: &mut Console<'_>,
    ) -> Result<u8, Failure> {
        let mut interrupts = Interrupts::install()?;
        let (waited, interrupted) = interrupts
            .shield(call, || {
                console
                    .note("waiting for the response, so that no secret is lost; press Ctrl-C again to abort");
            })
            .await;
        match waited {
            Waited::Done(Ok(issued)) => {
                self.deliver(issued, console).await?;
                // Includes a Ctrl-C during the delivery.
                let interrupted = interrupted || interrupts.pending();
                Ok(if interrupted { status::INTERRUPTED } else { status::OK })
            }
            Waited::Done(Err(error)) => {
                self.destination.cancel();
                Err(failed(self.provider, self.target, Operation::Create, &self.recovery, &error))
            }
            Waited::Aborted => {
                let failure = Failure::new("aborted during create")
                    .detail("the vendor may have issued a secret that was not received")
                    .help(&self.recovery)
                    .status(status::ATTENTION);
                self.destination.cancel();
                Err(failure)
            }
        }
    }

    async fn deliver(self, issued: IssuedKey, console: &mut Console<'_>) -> Result<(), Failure> {
        let Self { provider, destination, format, .. } = self;
        let (key, secret) = issued.into_parts();
        let id = key.id.clone();
        let record = KeyRecord::new(provider, key);
        let subject = Subject {
            logical: None,
            provider: &provider.name,
            id: id.as_str(),
            name: record.name.as_deref(),
            record: Some(&record),
        };
        let delivered = destination.deliver(&subject, &secret, &|_| Ok(()), console);
        match delivered {
            Ok(delivered) => {
                if matches!(delivered, Delivered::Alone) {
                    console.note(format_args!("created {}", human::clean(id.as_str())));
                }
                report(delivered, &record, format, console)
            }
            Err(cause) => Err(rescue_or_revoke(&cause, provider, Operation::Create, &subject, &secret).await),
        }
    }
}

/// Prints the key, unless it was printed with its secret.
pub(super) fn report(
    delivered: Delivered,
    record: &KeyRecord,
    format: Format,
    console: &mut Console<'_>,
) -> Result<(), Failure> {
    match delivered {
        Delivered::All => {
            if console.is_terminal() {
                console.note("The secret is not shown again. Store it now.");
            }
            Ok(())
        }
        Delivered::Alone => Ok(()),
        Delivered::To(path) => {
            output::key(record, format, console)?;
            console.note(format_args!("Secret written to {}.", human::clean(&path.display().to_string())));
            Ok(())
        }
        Delivered::Command => output::key(record, format, console),
    }
}

/// Returns the failure of a call. A response that may contain a secret is saved to a file.
pub(super) fn failed(
    provider: &Provider,
    target: &TargetArgs,
    operation: Operation,
    recovery: &str,
    error: &Error,
) -> Failure {
    let what = match operation {
        Operation::Rotate => "failed to rotate the key",
        _ => "failed to create the key",
    };
    let failure = Failure::from_api(what, &provider.name, error);
    if error.effect() == Effect::NotApplied {
        return failure;
    }
    let body = error.body().filter(|body| error.effect() == Effect::Applied && !body.is_empty());
    let kept = body.and_then(|body| {
        rescue::keep(&provider.name, operation.as_str(), &String::from_utf8_lossy(body.expose())).ok()
    });
    let revoke = (operation == Operation::Create)
        .then(|| error.issued_key_id())
        .flatten()
        .map(|id| format!("api-keys revoke {} {}", quoted(id.as_str()), target_options(provider, target)));
    let recovery = revoke.as_deref().unwrap_or(recovery);
    match kept {
        Some(path) => failure.help(format!(
            "recover the secret from the response, saved to {}; otherwise {recovery}",
            path.display()
        )),
        None => failure.help(recovery),
    }
}

/// Saves an undelivered secret to a file or, if that fails, revokes its key.
pub(super) async fn rescue_or_revoke(
    cause: &io::Error,
    provider: &Provider,
    operation: Operation,
    subject: &Subject<'_>,
    secret: &SecretKey,
) -> Failure {
    let Subject { id, name, .. } = *subject;
    let shown = human::clean(id);
    let failure = Failure::new(format!("failed to deliver the secret of {shown}"))
        .caused_by(cause)
        .status(status::ATTENTION);
    let text = json!({ "provider": provider.name, "id": id, "name": name, "secret": secret.expose() });
    let saved = rescue::keep(&provider.name, operation.as_str(), &format!("{text:#}\n"));
    let save_error = match saved {
        Ok(path) => {
            let advice =
                format!("the secret is saved to {}: store it elsewhere and remove the file", path.display());
            return failure.undelivered(true).help(advice);
        }
        Err(error) => error,
    };
    let failure = failure.undelivered(false);
    if operation == Operation::Rotate {
        // The old secret is invalid, and the new one is lost: the key is unusable.
        return failure.help(format!(
            "rotate {shown} again: the secret could not be saved ({save_error}), and the old one is invalid"
        ));
    }
    let revoked = match id.parse() {
        Ok(key) => provider.api.revoke(&key, RevokeOptions::new()).await.map_err(|error| error.to_string()),
        Err(error) => Err(api_keys::InvalidKeyId::to_string(&error)),
    };
    match revoked {
        Ok(_) => failure.status(status::FAILED).help(format!(
            "create the key again: it was revoked, because its secret could not be saved ({save_error})"
        )),
        Err(error) => failure.help(format!(
            "revoke {shown}: its secret could not be saved ({save_error}), and revoking it failed ({error})"
        )),
    }
}
