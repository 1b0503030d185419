//! Rotation of many keys.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use api_keys::{ApiKey, ErrorKind, Operation, RotationOptions, RotationState, Timestamp};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, oneshot};

use super::work::{Begun, Work};
use super::{RotateArgs, undelivered};
use crate::commands::act::Done;
use crate::commands::bulk::{Bulk, Scope, Target};
use crate::config::Provider;
use crate::console::Console;
use crate::failure::Failure;
use crate::journal::{Entry, Journal};
use crate::secret::Subject;
use crate::secret::command::deliver;

pub(super) async fn run(args: RotateArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let Some(command) = &args.secret.secret_command else {
        return Err(Failure::new("several keys can be rotated only with --secret-command")
            .help("the command is run once for each key"));
    };
    let rotation = &args.rotation.options();
    let journal = &Journal::open(args.rotation.journal.as_deref())?;
    let (target, names) = (&args.keys.target, &Names::default());
    let bulk =
        Bulk { action: "rotate", question: "Rotate", operation: Operation::Rotate, scope: Scope::Active };
    // A selected key may be the successor of an interrupted rotation, which that rotation recognizes.
    let first = |one: &Target| {
        journal.rotation(&one.provider.name, &one.key.id).is_some_and(|entry| entry.rotation.is_pending())
    };
    let issued = |provider: &Provider, key: &ApiKey| issued(journal, provider, key);
    bulk.run_selected(
        &args.keys,
        |_| Ok(()),
        issued,
        first,
        console,
        |one| async move {
            let work = Work { provider: &one.provider, target, journal };
            rotate_one(&work, &one.key, command, rotation, names).await
        },
    )
    .await
}

/// Returns the time since which a key has its secret: its creation or, according to the journal, its last rotation. An
/// interrupted rotation has to be resumed, and a rotation that awaits its end must not be repeated.
fn issued(journal: &Journal, provider: &Provider, key: &ApiKey) -> Option<Timestamp> {
    if journal.pending_successor(&provider.name, &key.id).is_some() {
        return None;
    }
    match journal.rotation(&provider.name, &key.id).map(|entry| entry.rotation) {
        Some(rotation) if rotation.is_pending() => {
            rotation.due().is_none_or(|due| due <= Timestamp::now()).then_some(Timestamp::MIN)
        }
        _ => key.created_at.max(journal.rotated_at(&provider.name, &key.id)),
    }
}

/// Locks by provider and name. Successors are recognized by their name, so keys of one name are rotated one after the
/// other.
#[derive(Debug, Default)]
struct Names(RefCell<HashMap<(String, String), Lock>>);

type Lock = Arc<AsyncMutex<()>>;

impl Names {
    async fn lock(&self, provider: &str, key: &ApiKey) -> OwnedMutexGuard<()> {
        // `ci` and `ci (2)`.
        let base = key.name.as_deref().and_then(|name| name.split(" (").next()).unwrap_or_default();
        let key = (provider.to_owned(), base.to_owned());
        let lock = Arc::clone(self.0.borrow_mut().entry(key).or_default());
        lock.lock_owned().await
    }
}

/// Rotates one key and passes the secret to the command.
async fn rotate_one(
    work: &Work<'_>,
    key: &ApiKey,
    command: &str,
    options: &RotationOptions,
    names: &Names,
) -> Result<Done, Failure> {
    let lock = names.lock(&work.provider.name, key).await;
    if let Some(of) = work.journal.pending_successor(&work.provider.name, &key.id) {
        return Ok(format!("it is the successor of {}", of.rotation.key.id).into());
    }
    let mut entry = match work.begin(&key.id, options, None).await {
        Ok(Begun::Pending(entry)) => entry,
        Ok(Begun::Replaced(new)) => {
            return Ok(Done {
                detail: Some("it was already rotated".to_owned()),
                new_id: Some(new.to_string()),
            });
        }
        // Revoked since it was listed, as the successor of an interrupted rotation.
        Err(failure) if failure.is(ErrorKind::NotFound) || failure.is(ErrorKind::Conflict) => {
            return Ok("it is no longer active".to_owned().into());
        }
        Err(failure) => return Err(failure),
    };
    if matches!(entry.rotation.state, RotationState::Delivered { .. }) {
        let detail = work.settle(&mut entry).await?;
        return Ok(done(&entry, detail));
    }
    let issued = work.issue(&mut entry).await?;
    drop(lock);
    let (successor, secret) = issued.into_parts();
    let subject = Subject {
        logical: None,
        provider: &work.provider.name,
        id: successor.id.as_str(),
        name: successor.name.as_deref(),
        record: None,
    };
    // The command blocks; other keys must not wait for it.
    let (started, process) = oneshot::channel();
    let (proceed, recorded) = std::sync::mpsc::channel();
    let (line, copy, owned) = (command.to_owned(), secret.clone(), subject.to_owned());
    let piped = tokio::task::spawn_blocking(move || {
        deliver(&line, None, &owned.borrow(), &copy, |pid| {
            let _ = started.send(pid);
            recorded.recv().unwrap_or(Ok(()))
        })
    });
    if let Ok(pid) = process.await {
        let _ = proceed.send(work.delivering(&entry.rotation.key.id, pid));
    }
    match piped.await.unwrap_or_else(|panic| Err(io::Error::other(panic))) {
        Ok(()) => {
            // A late successor is also recognized by its name.
            let _lock = names.lock(&work.provider.name, key).await;
            let detail = work.delivered(&mut entry).await?;
            Ok(done(&entry, detail))
        }
        Err(cause) => Err(undelivered(work, &mut entry, &cause, &subject, &secret).await),
    }
}

fn done(entry: &Entry, detail: String) -> Done {
    Done { detail: Some(detail), new_id: entry.rotation.new_id().map(ToString::to_string) }
}
