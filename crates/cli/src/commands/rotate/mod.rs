//! `api-keys rotate`.

mod many;
pub(crate) mod work;

use std::path::PathBuf;
use std::time::Duration;

use api_keys::{
    ApiKey, ApiKeyProvider as _, IssuedKey, KeyId, Operation, RotationMethod, RotationOptions, RotationState,
    SecretKey,
};
use clap::Args;

use super::act::{describe, subject_of};
use super::issue::{report, rescue_or_revoke};
use super::open;
use crate::args::{KeysArgs, SecretArgs, value};
use crate::config::Provider;
use crate::console::{Console, note};
use crate::crash;
use crate::failure::Failure;
use crate::human;
use crate::interrupt::{Interrupts, Waited};
use crate::journal::{Entry, Journal};
use crate::output::key::KeyRecord;
use crate::secret::{Destination, Subject};
use crate::status;
use work::{Begun, Work};

/// Replace the secret of a key; --overlap keeps the old one valid in the meantime
///
/// Where the vendor cannot rotate in this way, another key with the same fields is created, and the old one is revoked
/// at the end of the overlap: run `rotations finish --due` on a schedule. An interrupted rotation is resumed by the same
/// command. Several keys need --secret-command, which is run once for each key.
#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    #[command(flatten)]
    pub(crate) rotation: RotationArgs,
    #[command(flatten)]
    pub(crate) secret: SecretArgs,
    #[command(flatten)]
    pub(crate) keys: KeysArgs,
}

/// Options of the rotation.
#[derive(Debug, Args)]
pub(crate) struct RotationArgs {
    /// Duration for which the old secret remains valid after the delivery of the new one, such as 24h [default: none]
    #[arg(long, value_name = "DURATION", value_parser = value::duration)]
    pub(crate) overlap: Option<Duration>,

    /// Keep the end date of the key instead of its lifetime
    #[arg(long)]
    pub(crate) keep_expiry: bool,

    /// Field that the successor need not have in common with the key, such as scopes; can be repeated
    #[arg(long, value_name = "FIELD")]
    pub(crate) waive: Vec<String>,

    /// If the vendor's limit of keys leaves no room for a successor, revoke the key first; no secret is valid until the
    /// new one is delivered
    #[arg(long)]
    pub(crate) revoke_first: bool,

    /// Journal, with which the same command resumes after an interruption [default: api-keys/journal.jsonl in
    /// $XDG_STATE_HOME or ~/.local/state]
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
}

impl RotationArgs {
    pub(crate) fn options(&self) -> RotationOptions {
        let options = RotationOptions::new()
            .overlap(self.overlap.unwrap_or_default())
            .keep_expiry(self.keep_expiry)
            .revoke_first(self.revoke_first);
        self.waive.iter().fold(options, RotationOptions::waive)
    }
}

pub(crate) async fn run(args: RotateArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    match args.keys.select.single().cloned() {
        Some(id) => rotate(id, &args, console).await,
        None => many::run(args, console).await,
    }
}

/// Rotates one key.
async fn rotate(id: KeyId, args: &RotateArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let KeysArgs { confirm, target, output, .. } = &args.keys;
    let provider = open(target, console)?;
    if confirm.dry_run {
        console.print(&format!("would rotate {}\n", describe(&subject_of(&provider, &id).await?)))?;
        return Ok(status::OK);
    }
    let options = args.rotation.options();
    let journal = Journal::open(args.rotation.journal.as_deref())?;
    let pending = journal.rotation(&provider.name, &id).filter(|entry| entry.rotation.is_pending());
    match &pending {
        _ if confirm.yes => {}
        Some(entry) => {
            let state = entry.rotation.state.as_str();
            let key = describe(&entry.rotation.key);
            console.confirm(
                &format!("Resume the rotation of {key} on {}, which is {state}?", provider.name),
                false,
            )?;
        }
        None => {
            let key = subject_of(&provider, &id).await?;
            console.confirm(&question(&provider, &key, &options), false)?;
        }
    }
    let work = Work { provider: &provider, target, journal: &journal };

    let recorded = pending.and_then(|entry| entry.destination).map(PathBuf::from);
    let file = args.secret.secret_file.as_deref().map(std::path::absolute).transpose();
    let file = file.map_err(|error| Failure::new("invalid --secret-file").caused_by(&error))?;
    let is_ours = file.is_some() && file == recorded;
    if let Some(file) = file.as_ref().filter(|file| !is_ours && file.exists()) {
        // Before the journal names it as a file of this rotation.
        return Err(Failure::new(format!(
            "the secret file {} exists",
            human::clean(&file.display().to_string())
        ))
        .help("name a new file in an existing directory"));
    }
    let named = file.as_ref().map(|file| file.display().to_string());
    let mut entry = match work.begin(&id, &options, named).await? {
        Begun::Pending(entry) => entry,
        Begun::Replaced(new) => {
            let new = human::clean(new.as_str());
            console.note(format_args!(
                "Key {} was already rotated; its successor is {new}.",
                human::clean(id.as_str())
            ));
            return Ok(status::OK);
        }
    };
    let mut interrupts = Interrupts::install()?;
    let mut interrupted = false;
    if !matches!(entry.rotation.state, RotationState::Delivered { .. }) {
        let destination = Destination::prepare(&args.secret, is_ours, output.output, console);
        let destination = match destination {
            Ok(destination) => destination,
            Err(failure) => {
                if entry.rotation.state == RotationState::Planned {
                    work.abort(&mut entry).await?;
                }
                return Err(failure);
            }
        };
        crash::point("prepared");
        let (waited, signalled) = interrupts
            .shield(work.issue(&mut entry), || {
                console
                    .note("waiting for the response, so that no secret is lost; press Ctrl-C again to abort");
            })
            .await;
        interrupted |= signalled;
        let issued = match waited {
            Waited::Done(Ok(issued)) => issued,
            Waited::Done(Err(failure)) => {
                destination.cancel();
                return Err(failure);
            }
            Waited::Aborted => {
                destination.cancel();
                return Err(Failure::new("aborted during rotate")
                    .detail("the vendor may have issued a secret that was not received")
                    .help("run the same command again: it resumes the rotation")
                    .status(status::ATTENTION));
            }
        };
        deliver(&work, &mut entry, issued, destination, args, console).await?;
    }
    let (waited, signalled) = interrupts
        .shield(work.delivered(&mut entry), || {
            console.note("waiting for the response; press Ctrl-C again to abort");
        })
        .await;
    match waited {
        Waited::Done(remark) => {
            let new = entry.rotation.new_id().unwrap_or(&id).as_str();
            console.note(format_args!("Rotated {}: {}.", human::clean(new), remark?));
            if entry.rotation.due().is_some() && entry.rotation.method == RotationMethod::Replace {
                console.note("Run `api-keys rotations finish --due` after that time.");
            }
        }
        Waited::Aborted => {
            return Err(Failure::new("aborted after the delivery of the new secret")
                .help("run the same command again: it resumes the rotation")
                .status(status::ATTENTION));
        }
    }
    let interrupted = interrupted || signalled || interrupts.pending();
    Ok(if interrupted { status::INTERRUPTED } else { status::OK })
}

/// Delivers the secret and prints the key.
async fn deliver(
    work: &Work<'_>,
    entry: &mut Entry,
    issued: IssuedKey,
    destination: Destination,
    args: &RotateArgs,
    console: &mut Console<'_>,
) -> Result<(), Failure> {
    let provider = work.provider;
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
    let started = |pid| work.delivering(&entry.rotation.key.id, pid);
    match destination.deliver(&subject, &secret, &started, console) {
        Ok(delivered) => report(delivered, &record, args.keys.output.format(), console),
        Err(cause) => Err(undelivered(work, entry, &cause, &subject, &secret).await),
    }
}

/// Returns the failure of a delivery. If the old secret may be invalid, the new one is saved to a file.
pub(crate) async fn undelivered(
    work: &Work<'_>,
    entry: &mut Entry,
    cause: &std::io::Error,
    subject: &Subject<'_>,
    secret: &SecretKey,
) -> Failure {
    if entry.rotation.method == RotationMethod::Native {
        let failure = rescue_or_revoke(cause, work.provider, Operation::Rotate, subject, secret).await;
        if failure.is_rescued()
            && let Err(failure) = work.delivered(entry).await
        {
            note(&failure);
        }
        return failure;
    }
    Failure::new(format!("failed to deliver the secret of {}", human::clean(subject.id)))
        .caused_by(cause)
        .help(format!(
            "the old key remains valid: run the same command again, or `api-keys rotations abort {}`",
            human::clean(entry.rotation.key.id.as_str())
        ))
        .status(status::ATTENTION)
}

fn question(provider: &Provider, key: &ApiKey, options: &RotationOptions) -> String {
    let consequence = match provider.api.capabilities().rotation_method(options.overlap) {
        Some(RotationMethod::Native) if options.overlap.is_zero() => {
            "The old secret becomes invalid immediately.".to_owned()
        }
        Some(RotationMethod::Native) => {
            format!("The old secret remains valid for {}.", human::duration(options.overlap))
        }
        _ if options.overlap.is_zero() => {
            "Another key is created, and this one is revoked after the delivery of the secret.".to_owned()
        }
        _ => {
            format!(
                "Another key is created; this one is to be revoked after {}.",
                human::duration(options.overlap)
            )
        }
    };
    format!("Rotate {} on {}? {consequence}", describe(key), provider.name)
}
