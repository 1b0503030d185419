//! Acting on many keys: `rotate --older-than` and `revoke --unused`.

mod journal;
mod select;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use api_keys::Operation;
use futures_util::{StreamExt as _, stream};
use indicatif::{ProgressBar, ProgressStyle};

use super::act::{Action, describe, finish};
use super::fan_out::verdict;
use super::{mint, revoke as revoking, rotate as rotating};
use crate::cli::{BulkArgs, ConfirmArgs, Format, RevokeArgs, RotateArgs, TargetArgs};
use crate::config::Config;
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::secret::{Subject, pipe};
use crate::status;
use journal::Journal;
use select::{Selection, Target, older_than, unused};

/// So many keys are named before the question.
const MOST_NAMED: usize = 20;

pub(super) async fn rotate(args: RotateArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let (Some(span), Some(command)) = (args.bulk.older_than, args.secret.secret_command) else {
        return Err(Failure::new("--older-than needs --secret-command"));
    };
    let entries =
        Config::load(args.target.config.as_deref(), console)?.select(args.target.provider.as_deref())?;
    let how = args.bulk.how;
    let journal = Journal::open(&how, "rotate")?;
    let selection = older_than(entries, how.owner.clone(), span, &journal).await;
    let bulk = Bulk { action: "rotate", question: "Rotate", journal, how, format: args.output.format() };
    let target = &args.target;
    bulk.run(selection, &args.confirm, console, |one| rotate_one(one, &command, target)).await
}

pub(super) async fn revoke(args: RevokeArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let Some(span) = args.bulk.unused else {
        return Err(Failure::new("there is no key to revoke"));
    };
    let entries =
        Config::load(args.target.config.as_deref(), console)?.select(args.target.provider.as_deref())?;
    let how = args.bulk.how;
    let journal = Journal::open(&how, "revoke")?;
    let selection = unused(entries, how.owner.clone(), span).await;
    let bulk = Bulk { action: "revoke", question: "Revoke", journal, how, format: args.output.format() };
    let options = &revoking::options(args.reason);
    bulk.run(selection, &args.confirm, console, |one| async move {
        revoking::one(&one.provider, &one.key.id, options.clone()).await
    })
    .await
}

/// Gives one key a new secret, and that to the command.
async fn rotate_one(one: Target, command: &str, target: &TargetArgs) -> Result<Option<String>, Failure> {
    let Target { provider, key } = one;
    let issued = rotating::rotate(&provider, &key.id, key.name).await.map_err(|error| {
        let recipe = rotating::recipe(&provider, target, &key.id);
        mint::failed(&provider, target, Operation::Rotate, &recipe, &error)
    })?;
    let (key, secret) = issued.into_parts();
    let (id, name) = (key.id.as_str().to_owned(), key.name);
    // The command may take its time, and the other keys must not wait for it.
    let (line, copy, theirs) =
        (command.to_owned(), secret.clone(), (provider.name.clone(), id.clone(), name.clone()));
    let piped = tokio::task::spawn_blocking(move || {
        let (provider, id, name) = theirs;
        let subject = Subject { provider: &provider, id: &id, name: name.as_deref(), record: None };
        pipe(&line, &subject, &copy)
    });
    let Err(cause) = piped.await.unwrap_or_else(|lost| Err(io::Error::other(lost))) else {
        return Ok(None);
    };
    let subject = Subject { provider: &provider.name, id: &id, name: name.as_deref(), record: None };
    Err(mint::rescue_or_revoke(&cause, &provider, Operation::Rotate, &subject, &secret).await)
}

/// The same for many keys.
struct Bulk {
    action: &'static str,
    question: &'static str,
    journal: Journal,
    how: BulkArgs,
    format: Format,
}

impl Bulk {
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
        let listed = verdict(selection.asked, &selection.failures, console);
        let targets = selection.targets;
        if targets.is_empty() {
            finish(&[], self.format, console)?;
            if selection.asked > 0 {
                console.note("No key is concerned.");
            }
            return Ok(listed);
        }
        let planned = |one: &Target| Action::planned(&one.provider, &one.key, self.action);
        if confirm.dry_run {
            let plan: Vec<_> = targets.iter().map(planned).collect();
            return finish(&plan, self.format, console)
                .map(|done| if done == status::OK { listed } else { done });
        }
        self.ask(&targets, confirm.yes, console)?;
        let (actions, interrupted) = self.work(targets, act, console).await?;
        let done = finish(&actions, self.format, console)?;
        Ok(match (done, interrupted) {
            (status::ATTENTION, _) => status::ATTENTION,
            (_, true) => status::INTERRUPTED,
            (status::OK, false) => listed,
            (done, false) => done,
        })
    }

    fn ask(&self, targets: &[Target], yes: bool, console: &Console<'_>) -> Result<(), Failure> {
        if !yes {
            for one in targets.iter().take(MOST_NAMED) {
                console.note(format_args!("  {}: {}", one.provider.name, describe(&one.key)));
            }
            if targets.len() > MOST_NAMED {
                console.note(format_args!("  and {} more", targets.len() - MOST_NAMED));
            }
        }
        let keys = if targets.len() == 1 { "this key" } else { "these keys" };
        console.confirm(&format!("{} {keys} ({} in all)?", self.question, targets.len()), yes)
    }

    /// Acts on some keys at a time. After a signal those that were begun are finished, and no more are begun.
    async fn work<F>(
        &self,
        targets: Vec<Target>,
        act: impl Fn(Target) -> F,
        console: &Console<'_>,
    ) -> Result<(Vec<Action>, bool), Failure>
    where
        F: Future<Output = Result<Option<String>, Failure>>,
    {
        let interrupts = Interrupts::install();
        let mut interrupts =
            interrupts.map_err(|error| Failure::new("the signals cannot be taken over").caused_by(&error))?;
        let all = targets.len();
        let bar = bar(all as u64);
        let stopped = AtomicBool::new(false);
        // What is under way, for when it is given up.
        let open = RefCell::new(BTreeMap::new());
        let (act, stop, under_way) = (&act, &stopped, &open);
        let mut work = stream::iter(targets)
            .map(|one| async move {
                if stop.load(Ordering::SeqCst) {
                    return None;
                }
                let action = Action::planned(&one.provider, &one.key, self.action);
                let place = (action.provider.clone(), action.id.clone());
                under_way.borrow_mut().insert(place.clone(), one.clone());
                let result = match self.journal.note(&action.provider, &action.id, "begun") {
                    Ok(()) => act(one).await,
                    Err(error) => Err(Failure::new(format!("the key {} was left alone", action.id))
                        .detail(format!("the journal cannot be written: {error}"))
                        .help("--journal FILE names another")),
                };
                // A secret that was minted and then rescued is a new secret all the same.
                let settled = match &result {
                    Ok(_) => true,
                    Err(failure) => failure.is_rescued(),
                };
                let action = action.settled(result);
                if settled && let Err(error) = self.journal.note(&action.provider, &action.id, "done") {
                    console.warn(format_args!("the journal cannot be written: {error}"));
                }
                under_way.borrow_mut().remove(&place);
                Some(action)
            })
            .buffer_unordered(self.how.concurrency.into());
        let mut actions = Vec::new();
        loop {
            tokio::select! {
                biased;
                () = interrupts.next() => {
                    if stopped.swap(true, Ordering::SeqCst) {
                        break;
                    }
                    bar.suspend(|| console.note("finishing what was begun; again to give up"));
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
        actions.extend(open.into_inner().into_values().map(|one| self.given_up(&one)));
        if interrupted && actions.len() < all {
            let rest = all - actions.len();
            console.note(format_args!("{rest} of {all} keys are left; the same call goes on with them"));
        }
        Ok((actions, interrupted))
    }
}

impl Bulk {
    fn given_up(&self, one: &Target) -> Action {
        let action = Action::planned(&one.provider, &one.key, self.action);
        let failure = Failure::new(format!("given up while {} was under way on {}", self.action, action.id))
            .detail("nobody knows whether the vendor did it")
            .help("the same call again: it goes on with this key")
            .status(status::ATTENTION);
        action.settled(Err(failure))
    }
}

/// Seen on a terminal only.
fn bar(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len} keys, {elapsed}");
    let bar = ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    // Otherwise it would only show when the first key is done, and its clock only go on with the next.
    bar.enable_steady_tick(Duration::from_secs(1));
    bar
}
