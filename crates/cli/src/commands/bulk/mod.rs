//! Changes of many keys.

mod select;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use api_keys::{ApiKey, ApiKeyProviderExt as _, Operation, Timestamp};
use futures_util::{StreamExt as _, stream};
use indicatif::{ProgressBar, ProgressStyle};

use super::act::{Action, Done, describe, finish};
use super::fan_out::verdict;
use crate::args::{ConfirmArgs, KeysArgs};
use crate::config::{Config, Provider};
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::status;
pub(crate) use select::{Scope, Target};
use select::{by_condition, by_id, ids};

/// Maximum number of keys listed in a question.
const MAX_LISTED: usize = 20;

/// A change of one or many keys.
pub(crate) struct Bulk {
    /// The verb in the output.
    pub(crate) action: &'static str,
    /// The verb at the beginning of the question.
    pub(crate) question: &'static str,
    pub(crate) operation: Operation,
    pub(crate) scope: Scope,
}

impl Bulk {
    /// Selects keys, asks for confirmation, and processes them.
    pub(crate) async fn run<F>(
        &self,
        args: &KeysArgs,
        console: &mut Console<'_>,
        act: impl Fn(Target) -> F,
    ) -> Result<u8, Failure>
    where
        F: Future<Output = Result<Done, Failure>>,
    {
        self.run_if(args, |_| Ok(()), console, act).await
    }

    /// Like [`run`](Self::run), at providers that pass a check in addition to supporting the operation.
    pub(crate) async fn run_if<F>(
        &self,
        args: &KeysArgs,
        check: impl Fn(&Provider) -> Result<(), Failure>,
        console: &mut Console<'_>,
        act: impl Fn(Target) -> F,
    ) -> Result<u8, Failure>
    where
        F: Future<Output = Result<Done, Failure>>,
    {
        let check = |provider: &Provider| {
            provider.api.require(&[self.operation]).map_err(|error| {
                let what = format!("{} does not support {}", provider.vendor(), self.operation);
                Failure::from_api(what, &provider.name, &error)
            })?;
            check(provider)
        };
        self.run_selected(args, check, |_, key| key.created_at, |_| false, console, act).await
    }

    /// Like [`run_if`](Self::run_if). `issued` returns the time since which a key has its secret, and `first` whether a
    /// key is to be processed before others.
    pub(crate) async fn run_selected<F>(
        &self,
        args: &KeysArgs,
        check: impl Fn(&Provider) -> Result<(), Failure>,
        issued: impl Fn(&Provider, &ApiKey) -> Option<Timestamp>,
        first: impl Fn(&Target) -> bool,
        console: &mut Console<'_>,
        act: impl Fn(Target) -> F,
    ) -> Result<u8, Failure>
    where
        F: Future<Output = Result<Done, Failure>>,
    {
        let (target, confirm, format) = (&args.target, &args.confirm, args.output.format());
        let config = Config::load(target.config.as_deref(), console)?;
        let mut selection = if args.select.ids.is_empty() {
            let entries = config.select(target.provider.as_deref())?;
            by_condition(entries, &args.select, self.scope, check, issued).await
        } else {
            let provider = config.one(target.provider.as_deref())?.build()?;
            check(&provider)?;
            by_id(provider, &ids(&args.select.ids)?, !confirm.yes).await?
        };
        selection.targets.sort_by_key(|one| !first(one));
        selection.notes.iter().for_each(|note| console.note(format_args!("note: {note}")));
        let listed = verdict(selection.succeeded, &selection.failures, console);
        let targets = selection.targets;
        if targets.is_empty() {
            finish(&[], format, console)?;
            if selection.succeeded > 0 {
                console.note("No matching keys.");
            }
            return Ok(listed);
        }
        let planned = |one: &Target| Action::planned(&one.provider, &one.key, self.action);
        if confirm.dry_run {
            let plan: Vec<_> = targets.iter().map(planned).collect();
            return finish(&plan, format, console).map(|done| if done == status::OK { listed } else { done });
        }
        self.confirm(&targets, !args.select.ids.is_empty(), confirm, console)?;
        let (actions, interrupted) = self.work(targets, args.bulk.concurrency, act, console).await?;
        let done = finish(&actions, format, console)?;
        Ok(match (done, interrupted) {
            (status::ATTENTION, _) => status::ATTENTION,
            (_, true) => status::INTERRUPTED,
            (status::OK, false) => listed,
            (done, false) => done,
        })
    }

    fn confirm(
        &self,
        targets: &[Target],
        named: bool,
        args: &ConfirmArgs,
        console: &Console<'_>,
    ) -> Result<(), Failure> {
        if named && targets.len() <= MAX_LISTED {
            let keys: Vec<_> = targets.iter().map(|one| describe(&one.key)).collect();
            let question = format!("{} {} on {}?", self.question, keys.join("; "), targets[0].provider.name);
            return console.confirm(&question, args.yes);
        }
        if !args.yes {
            for one in targets.iter().take(MAX_LISTED) {
                console.note(format_args!("  {}: {}", one.provider.name, describe(&one.key)));
            }
            if targets.len() > MAX_LISTED {
                console.note(format_args!("  and {} more", targets.len() - MAX_LISTED));
            }
        }
        let keys = if targets.len() == 1 { "this key" } else { "these keys" };
        console.confirm(&format!("{} {keys} ({} in total)?", self.question, targets.len()), args.yes)
    }

    /// Processes keys concurrently. After a signal, keys in progress are completed, and no others are started.
    async fn work<F>(
        &self,
        targets: Vec<Target>,
        concurrency: u8,
        act: impl Fn(Target) -> F,
        console: &Console<'_>,
    ) -> Result<(Vec<Action>, bool), Failure>
    where
        F: Future<Output = Result<Done, Failure>>,
    {
        let mut interrupts = Interrupts::install()?;
        let all = targets.len();
        let bar = bar(all as u64);
        let stopped = AtomicBool::new(false);
        // Keys in progress, reported if the command is aborted.
        let in_progress = RefCell::new(BTreeMap::new());
        let (act, stop, current) = (&act, &stopped, &in_progress);
        let mut work = stream::iter(targets)
            .enumerate()
            .map(|(index, one)| async move {
                if stop.load(Ordering::SeqCst) {
                    return None;
                }
                let action = Action::planned(&one.provider, &one.key, self.action);
                let key = (action.provider.clone(), action.id.clone());
                current.borrow_mut().insert(key.clone(), one.clone());
                let action = action.completed(act(one).await);
                current.borrow_mut().remove(&key);
                Some((index, action))
            })
            .buffer_unordered(concurrency.into());
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
                    Some(Some(done)) => {
                        bar.inc(1);
                        actions.push(done);
                    }
                    Some(None) => {}
                    None => break,
                },
            }
        }
        bar.finish_and_clear();
        drop(work);
        let interrupted = stopped.load(Ordering::SeqCst);
        // In the order of selection.
        actions.sort_by_key(|(index, _)| *index);
        let mut actions: Vec<_> = actions.into_iter().map(|(_, action)| action).collect();
        actions.extend(in_progress.into_inner().into_values().map(|one| self.aborted(&one)));
        if interrupted && actions.len() < all {
            let rest = all - actions.len();
            console.note(format_args!("{rest} of {all} keys remain; run the same command to resume"));
        }
        Ok((actions, interrupted))
    }
}

impl Bulk {
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
pub(super) fn bar(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len} keys, {elapsed}");
    let bar = ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    // Otherwise the bar and its clock would change only when a key is completed.
    bar.enable_steady_tick(Duration::from_secs(1));
    bar
}
