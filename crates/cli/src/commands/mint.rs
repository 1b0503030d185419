//! From the call that mints a secret to the moment when it is handed over: nothing may be lost in between.

use std::future::Future;
use std::io;

use api_keys::{Effect, Error, IssuedKey, KeyId, Operation, Result as ApiResult, RevokeOptions, SecretKey};
use serde::Deserialize;
use serde_json::json;

use super::{quoted, target_options};
use crate::cli::{Format, TargetArgs};
use crate::config::Provider;
use crate::console::Console;
use crate::failure::Failure;
use crate::human;
use crate::interrupt::{Interrupts, Waited};
use crate::output;
use crate::output::key::KeyRecord;
use crate::secret::{Delivered, Handover, Subject, rescue};
use crate::status;

/// A call that mints.
pub(super) struct Mint<'a> {
    pub(super) provider: &'a Provider,
    pub(super) target: &'a TargetArgs,
    /// [`Operation::Create`] or [`Operation::Rotate`].
    pub(super) operation: Operation,
    pub(super) handover: Handover,
    pub(super) format: Format,
    /// The command to type when nobody knows whether a secret was minted.
    pub(super) recipe: String,
}

impl Mint<'_> {
    /// Waits for the call, also after Ctrl-C, and hands the secret over. Returns the exit status.
    pub(super) async fn run(
        self,
        call: impl Future<Output = ApiResult<IssuedKey>>,
        console: &mut Console<'_>,
    ) -> Result<u8, Failure> {
        let interrupts = Interrupts::install();
        let mut interrupts =
            interrupts.map_err(|error| Failure::new("the signals cannot be taken over").caused_by(&error))?;
        let (waited, interrupted) = interrupts
            .shield(call, || {
                console.note("waiting for the vendor's answer, so that no secret is lost; again to give up");
            })
            .await;
        match waited {
            Waited::Done(Ok(issued)) => {
                self.hand_over(issued, console).await?;
                // Also one that came while the secret was on its way.
                let interrupted = interrupted || interrupts.pending();
                Ok(if interrupted { status::INTERRUPTED } else { status::OK })
            }
            Waited::Done(Err(error)) => {
                self.handover.cancel();
                Err(failed(self.provider, self.target, self.operation, &self.recipe, &error))
            }
            Waited::Aborted => {
                let failure = Failure::new(format!("given up during {}", self.operation))
                    .detail("the vendor may have minted a secret that nobody holds")
                    .help(&self.recipe)
                    .status(status::ATTENTION);
                self.handover.cancel();
                Err(failure)
            }
        }
    }

    async fn hand_over(self, issued: IssuedKey, console: &mut Console<'_>) -> Result<(), Failure> {
        let Self { provider, operation, handover, format, .. } = self;
        let (key, secret) = issued.into_parts();
        let id = key.id.clone();
        let record = KeyRecord::new(provider, key);
        let subject = Subject {
            provider: &provider.name,
            id: id.as_str(),
            name: record.name.as_deref(),
            record: Some(&record),
        };
        let delivered = handover.deliver(&subject, &secret, console);
        match delivered {
            Ok(Delivered::All) => {
                if console.is_terminal() {
                    console.note("The secret is not shown again: put it where it belongs now.");
                }
                Ok(())
            }
            Ok(Delivered::Alone) => {
                console.note(format_args!("{} {}", past(operation), human::clean(id.as_str())));
                Ok(())
            }
            Ok(Delivered::To(path)) => {
                output::key(&record, format, console)?;
                console.note(format_args!("The secret is in {}.", human::clean(&path.display().to_string())));
                Ok(())
            }
            Ok(Delivered::Elsewhere) => output::key(&record, format, console),
            Err(cause) => Err(rescue_or_revoke(&cause, provider, operation, &subject, &secret).await),
        }
    }
}

/// Why nothing was minted, or why what was minted cannot be handed over; what may hold the secret is kept.
pub(super) fn failed(
    provider: &Provider,
    target: &TargetArgs,
    operation: Operation,
    recipe: &str,
    error: &Error,
) -> Failure {
    let what = match operation {
        Operation::Rotate => "the key could not be rotated",
        _ => "the key could not be created",
    };
    let failure = Failure::from_api(what, &provider.name, error);
    if error.effect() == Effect::NotApplied {
        return failure;
    }
    let body = error.body().filter(|body| error.effect() == Effect::Applied && !body.is_empty());
    let kept = body.and_then(|body| {
        rescue::keep(&provider.name, operation.as_str(), &String::from_utf8_lossy(body.expose())).ok()
    });
    // What is known need not be looked for.
    let revoke = (operation == Operation::Create)
        .then(|| minted(error))
        .flatten()
        .map(|id| format!("api-keys revoke {} {}", quoted(id.as_str()), target_options(provider, target)));
    let recipe = revoke.as_deref().unwrap_or(recipe);
    match kept {
        Some(path) => failure.help(format!(
            "the vendor's answer, which may hold the secret, is kept in {}; or else {recipe}",
            path.display()
        )),
        None => failure.help(recipe),
    }
}

/// Which key it was that was minted, but not as it was asked for.
fn minted(error: &Error) -> Option<KeyId> {
    #[derive(Deserialize)]
    struct Kept {
        id: KeyId,
        #[serde(rename = "secret")]
        _secret: SecretKey,
    }
    serde_json::from_slice(error.body()?.expose()).ok().map(|kept: Kept| kept.id)
}

fn past(operation: Operation) -> &'static str {
    if operation == Operation::Rotate { "rotated" } else { "created" }
}

/// Keeps the secret, or else makes it useless, and says which.
pub(super) async fn rescue_or_revoke(
    cause: &io::Error,
    provider: &Provider,
    operation: Operation,
    subject: &Subject<'_>,
    secret: &SecretKey,
) -> Failure {
    let Subject { id, name, .. } = *subject;
    let shown = human::clean(id);
    let failure = Failure::new(format!("the secret of {shown} was minted, but could not be handed over"))
        .caused_by(cause)
        .status(status::ATTENTION);
    let text = json!({ "provider": provider.name, "id": id, "name": name, "secret": secret.expose() });
    let kept = rescue::keep(&provider.name, operation.as_str(), &format!("{text:#}\n"));
    let lost = match kept {
        Ok(path) => {
            let advice =
                format!("the secret is kept in {}: take it from there, and remove the file", path.display());
            return failure.undelivered(true).help(advice);
        }
        Err(error) => error,
    };
    let failure = failure.undelivered(false);
    if operation == Operation::Rotate {
        // The old secret is dead already; without the new one the key is of no use, and no danger.
        return failure.help(format!(
            "rotate {shown} again: the secret could not be kept either ({lost}), and the old one is dead"
        ));
    }
    let revoked = match id.parse() {
        Ok(key) => provider.api.revoke(&key, RevokeOptions::new()).await.map_err(|error| error.to_string()),
        Err(error) => Err(api_keys::InvalidKeyId::to_string(&error)),
    };
    match revoked {
        Ok(_) => failure.status(status::FAILED).help(format!(
            "create it again: the key was revoked, since its secret could not be kept either ({lost})"
        )),
        Err(error) => failure.help(format!(
            "revoke {shown}: its secret could not be kept ({lost}), and the key not be revoked ({error})"
        )),
    }
}
