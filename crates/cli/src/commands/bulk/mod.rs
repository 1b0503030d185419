//! Bulk operations: `rotate --older-than` and `revoke --unused`.

mod select;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use api_keys::{ApiKey, ErrorKind, RotationOptions, RotationState};
use futures_util::{StreamExt as _, stream};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, oneshot};

use super::act::{Action, describe, finish, revoke_key, revoke_options};
use super::fan_out::verdict;
use super::revoke::RevokeArgs;
use super::rotate::work::{Begun, Work};
use super::rotate::{RotateArgs, undelivered};
use crate::args::{BulkArgs, ConfirmArgs, Format};
use crate::config::Config;
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::journal::Journal;
use crate::secret::Subject;
use crate::secret::command::deliver;
use crate::status;
use select::{Selection, Target, older_than, unused};

/// Maximum number of keys listed in a question.
const MAX_LISTED: usize = 20;

pub(crate) async fn rotate(args: RotateArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let (Some(duration), Some(command)) = (args.bulk.older_than, &args.secret.secret_command) else {
        return Err(Failure::new("--older-than requires --secret-command"));
    };
    let entries =
        Config::load(args.target.config.as_deref(), console)?.select(args.target.provider.as_deref())?;
    let rotation = args.rotation.options();
    let options = args.bulk.options;
    let journal = Journal::open(options.journal.as_deref())?;
    let mut selection = older_than(entries, options.owner.clone(), duration, &journal).await;
    // A selected key may be the successor of an interrupted rotation, which that rotation recognizes.
    selection.targets.sort_by_key(|one| {
        !journal.rotation(&one.provider.name, &one.key.id).is_some_and(|entry| entry.rotation.is_pending())
    });
    let bulk = Bulk {
        action: "rotate",
        question: "Rotate",
        journal: &journal,
        options,
        format: args.output.format(),
    };
    let (target, journal, rotation, names) = (&args.target, &journal, &rotation, &Names::default());
    bulk.run(selection, &args.confirm, console, |one| async move {
        let work = Work { provider: &one.provider, target, journal };
        rotate_one(&work, &one.key, command, rotation, names).await
    })
    .await
}

pub(crate) async fn revoke(args: RevokeArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let Some(duration) = args.bulk.unused else {
        return Err(Failure::new("no key to revoke"));
    };
    let entries =
        Config::load(args.target.config.as_deref(), console)?.select(args.target.provider.as_deref())?;
    let options = args.bulk.options;
    let journal = Journal::open(options.journal.as_deref())?;
    let selection = unused(entries, options.owner.clone(), duration).await;
    let bulk = Bulk {
        action: "revoke",
        question: "Revoke",
        journal: &journal,
        options,
        format: args.output.format(),
    };
    let revoke_options = &revoke_options(args.reason);
    bulk.run(selection, &args.confirm, console, |one| async move {
        revoke_key(&one.provider, &one.key.id, revoke_options.clone()).await
    })
    .await
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
) -> Result<Option<String>, Failure> {
    let lock = names.lock(&work.provider.name, key).await;
    if let Some(of) = work.journal.pending_successor(&work.provider.name, &key.id) {
        return Ok(Some(format!("it is the successor of {}", of.rotation.key.id)));
    }
    let mut entry = match work.begin(&key.id, options, None).await {
        Ok(Begun::Pending(entry)) => entry,
        Ok(Begun::Replaced(new)) => return Ok(Some(format!("its successor is {new}"))),
        // Revoked since it was listed, as the successor of an interrupted rotation.
        Err(failure) if failure.is(ErrorKind::NotFound) || failure.is(ErrorKind::Conflict) => {
            return Ok(Some("it is no longer active".to_owned()));
        }
        Err(failure) => return Err(failure),
    };
    if matches!(entry.rotation.state, RotationState::Delivered { .. }) {
        return work.settle(&mut entry).await.map(Some);
    }
    let issued = work.issue(&mut entry).await?;
    drop(lock);
    let (key, secret) = issued.into_parts();
    let subject = Subject {
        provider: &work.provider.name,
        id: key.id.as_str(),
        name: key.name.as_deref(),
        record: None,
    };
    // The command blocks; other keys must not wait for it.
    let (started, process) = oneshot::channel();
    let (proceed, recorded) = std::sync::mpsc::channel();
    let (line, copy) = (command.to_owned(), secret.clone());
    let owned = (work.provider.name.clone(), key.id.to_string(), key.name.clone());
    let piped = tokio::task::spawn_blocking(move || {
        let (provider, id, name) = owned;
        let subject = Subject { provider: &provider, id: &id, name: name.as_deref(), record: None };
        deliver(&line, &subject, &copy, |pid| {
            let _ = started.send(pid);
            recorded.recv().unwrap_or(Ok(()))
        })
    });
    if let Ok(pid) = process.await {
        let _ = proceed.send(work.delivering(&entry.rotation.key.id, pid));
    }
    match piped.await.unwrap_or_else(|panic| Err(io::Error::other(panic))) {
        Ok(()) => work.delivered(&mut entry).await.map(Some),
        Err(cause) => Err(undelivered(work, &mut entry, &cause, &subject, &secret).await),
    }
}

/// An action on many keys.
struct Bulk<'a> {
    action: &'static str,
    question: &'static str,
    journal: &'a Journal,
    options: BulkArgs,
    format: Format,
}

impl Bulk<'_> {
    async fn run<F>(
        self,
        selection: Selection,
        confirm: &ConfirmArgs,
        console: &mut Console<'_>,
        act: impl Fn(Target) -> F,
    ) -> Result<u8, Failure>
    where
        F: Future<Output = Result<Option<String>, Failure>>,
    {
        selection.notes.iter().for_each(|note| console.note(format_args!("note: {note}")));
        let listed = verdict(selection.succeeded, &selection.failures, console);
        let targets = selection.targets;
        if targets.is_empty() {
            finish(&[], self.format, console)?;
            if selection.succeeded > 0 {
                console.note("No matching keys.");
            }
            return Ok(listed);
        }
        let planned = |one: &Target| Action::planned(&one.provider, &one.key, self.action);
        if confirm.dry_run {
            let plan: Vec<_> = targets.iter().map(planned).collect();
            return finish(&plan, self.format, console)
                .map(|done| if done == status::OK { listed } else { done });
        }
        self.confirm(&targets, confirm.yes, console)?;
        let (actions, interrupted) = self.work(targets, act, console).await?;
        let done = finish(&actions, self.format, console)?;
        Ok(match (done, interrupted) {
            (status::ATTENTION, _) => status::ATTENTION,
            (_, true) => status::INTERRUPTED,
            (status::OK, false) => listed,
            (done, false) => done,
        })
    }

    fn confirm(&self, targets: &[Target], yes: bool, console: &Console<'_>) -> Result<(), Failure> {
        if !yes {
            for one in targets.iter().take(MAX_LISTED) {
                console.note(format_args!("  {}: {}", one.provider.name, describe(&one.key)));
            }
            if targets.len() > MAX_LISTED {
                console.note(format_args!("  and {} more", targets.len() - MAX_LISTED));
            }
        }
        let keys = if targets.len() == 1 { "this key" } else { "these keys" };
        console.confirm(&format!("{} {keys} ({} in total)?", self.question, targets.len()), yes)
    }

    /// Processes keys concurrently. After a signal, keys in progress are completed, and no others are started.
    async fn work<F>(
        &self,
        targets: Vec<Target>,
        act: impl Fn(Target) -> F,
        console: &Console<'_>,
    ) -> Result<(Vec<Action>, bool), Failure>
    where
        F: Future<Output = Result<Option<String>, Failure>>,
    {
        let mut interrupts = Interrupts::install()?;
        let all = targets.len();
        let bar = bar(all as u64);
        let stopped = AtomicBool::new(false);
        // Keys in progress, reported if the command is aborted.
        let in_progress = RefCell::new(BTreeMap::new());
        let (act, stop, current) = (&act, &stopped, &in_progress);
        let mut work = stream::iter(targets)
            .map(|one| async move {
                if stop.load(Ordering::SeqCst) {
                    return None;
                }
                let action = Action::planned(&one.provider, &one.key, self.action);
                let key = (action.provider.clone(), action.id.clone());
                current.borrow_mut().insert(key.clone(), one.clone());
                let result = match self.journal.note(&action.provider, &action.id, self.action, "begun") {
                    Ok(()) => act(one).await,
                    Err(error) => Err(Failure::new(format!("key {} was not processed", action.id))
                        .detail(format!("failed to write the journal: {error}"))
                        .help("pass --journal FILE")),
                };
                // A secret that was saved to a file is a new secret, too.
                let completed = match &result {
                    Ok(_) => true,
                    Err(failure) => failure.is_rescued(),
                };
                let action = action.completed(result);
                if completed
                    && let Err(error) = self.journal.note(&action.provider, &action.id, self.action, "done")
                {
                    console.warn(format_args!("failed to write the journal: {error}"));
                }
                current.borrow_mut().remove(&key);
                Some(action)
            })
            .buffer_unordered(self.options.concurrency.into());
        let mut actions = Vec::new();
        loop {
            tokio::select! {
                biased;
                () = interrupts.next() => {
                    if stopped.swap(true, Ordering::SeqCst) {
                        break;
                    }
                    bar.suspend(|| console.note("completing keys in progress; press Ctrl-C again to abort"));
                }
                next = work.next() => match next {
                    Some(Some(action)) => {
                        bar.inc(1);
                        actions.push(action);
                    }
                    Some(None) => {}
                    None => break,
                },
            }
        }
        bar.finish_and_clear();
        drop(work);
        let interrupted = stopped.load(Ordering::SeqCst);
        actions.extend(in_progress.into_inner().into_values().map(|one| self.aborted(&one)));
        if interrupted && actions.len() < all {
            let rest = all - actions.len();
            console.note(format_args!("{rest} of {all} keys remain; run the same command to resume"));
        }
        Ok((actions, interrupted))
    }
}

impl Bulk<'_> {
    fn aborted(&self, one: &Target) -> Action {
        let action = Action::planned(&one.provider, &one.key, self.action);
        let failure = Failure::new(format!("aborted during {} of {}", self.action, action.id))
            .detail("it is unknown whether the vendor applied it")
            .help("run the same command to resume with this key")
            .status(status::ATTENTION);
        action.completed(Err(failure))
    }
}

/// Returns a progress bar, which is shown only on a terminal.
fn bar(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len} keys, {elapsed}");
    let bar = ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    // Otherwise the bar and its clock would change only when a key is completed.
    bar.enable_steady_tick(Duration::from_secs(1));
    bar
}
