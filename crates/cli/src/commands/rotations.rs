//! `api-keys rotations`.

use std::path::PathBuf;

use api_keys::{KeyId, Timestamp};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::act::{self, Action, Done};
use super::fan_out::verdict;
use super::rotate::work::Work;
use crate::args::{ConfirmArgs, Format, OutputArgs, TargetArgs};
use crate::config::{Config, Provider};
use crate::console::Console;
use crate::failure::Failure;
use crate::human;
use crate::journal::{Entry, Journal};
use crate::output::table::{self, Column, Field, always, if_room, whole};
use crate::output::{ProviderFailure, csv, json};
use crate::status;

/// List pending rotations, finish or abort them
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct RotationsArgs {
    #[command(subcommand)]
    command: Option<RotationsCommand>,

    #[command(flatten)]
    options: RotationsOptions,
}

#[derive(Debug, Subcommand)]
enum RotationsCommand {
    Finish(FinishArgs),
    Abort(AbortArgs),
}

/// Options of every command on rotations.
#[derive(Debug, Args)]
struct RotationsOptions {
    /// Journal of the rotations [default: api-keys/journal.jsonl in $XDG_STATE_HOME or ~/.local/state]
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,

    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// Revoke the old keys of rotations whose overlap has ended
///
/// Can be repeated, and run on several machines with one journal. A key is revoked only if the delivery of its
/// successor is recorded, and the successor is active.
#[derive(Debug, Args)]
struct FinishArgs {
    /// IDs of old keys to revoke, also before the end of the overlap
    ids: Vec<KeyId>,

    /// Only rotations whose overlap has ended; the default without IDs
    #[arg(long)]
    due: bool,

    #[command(flatten)]
    confirm: ConfirmArgs,
    #[command(flatten)]
    options: RotationsOptions,
}

/// Revoke the successor; the old key remains in use
#[derive(Debug, Args)]
struct AbortArgs {
    /// IDs of the old keys
    #[arg(required = true)]
    ids: Vec<KeyId>,

    #[command(flatten)]
    confirm: ConfirmArgs,
    #[command(flatten)]
    options: RotationsOptions,
}

pub(crate) async fn run(args: RotationsArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let RotationsArgs { command, options } = args;
    match command {
        None => list(&options, console),
        Some(RotationsCommand::Finish(args)) => finish(args, console).await,
        Some(RotationsCommand::Abort(args)) => abort(args, console).await,
    }
}

/// A pending rotation.
#[derive(Debug, Serialize)]
struct Record {
    provider: String,
    name: Option<String>,
    old_id: String,
    new_id: Option<String>,
    /// `planned`, `issued` or `delivered`.
    state: &'static str,
    /// `native` or `replace`.
    method: &'static str,
    planned_at: Timestamp,
    due_at: Option<Timestamp>,
    overdue: bool,
}

const COLUMNS: [Column; 7] = [
    if_room("PROVIDER", 3),
    always("NAME"),
    whole("OLD"),
    whole("NEW"),
    always("STATE"),
    if_room("AGE", 1),
    always("DUE"),
];

impl Record {
    fn new(entry: Entry, now: Timestamp) -> Self {
        let rotation = entry.rotation;
        Self {
            provider: entry.provider,
            new_id: rotation.new_id().map(ToString::to_string),
            state: rotation.state.as_str(),
            method: rotation.method.as_str(),
            planned_at: rotation.planned_at,
            due_at: rotation.due(),
            overdue: rotation.is_due(now),
            name: rotation.key.name,
            old_id: rotation.key.id.to_string(),
        }
    }

    fn row(&self, now: Timestamp) -> Vec<Field> {
        let or_none = |text: &Option<String>| Field::from(text.as_deref().unwrap_or("–"));
        vec![
            Field::from(&self.provider),
            or_none(&self.name),
            Field::from(&self.old_id),
            or_none(&self.new_id),
            Field::from(self.state),
            Field::from(human::age(self.planned_at, now)),
            or_none(&self.due_at.map(|due| human::age(due, now))),
        ]
    }

    fn csv(&self) -> Vec<String> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        vec![
            self.provider.clone(),
            text(&self.name),
            self.old_id.clone(),
            text(&self.new_id),
            self.state.to_owned(),
            self.method.to_owned(),
            self.planned_at.to_string(),
            self.due_at.map(|due| due.to_string()).unwrap_or_default(),
            self.overdue.to_string(),
        ]
    }
}

fn list(options: &RotationsOptions, console: &mut Console<'_>) -> Result<u8, Failure> {
    let now = Timestamp::now();
    let provider = options.target.provider.as_deref().filter(|name| *name != "all");
    let pending = Journal::read(options.journal.as_deref())?
        .into_iter()
        .filter(|entry| entry.rotation.is_pending() && provider.is_none_or(|name| entry.provider == name));
    let mut records: Vec<_> = pending.map(|entry| Record::new(entry, now)).collect();
    records.sort_by_key(|record| record.planned_at);
    let text = match options.output.format() {
        Format::Table if records.is_empty() => String::new(),
        Format::Table => {
            let rows: Vec<_> = records.iter().map(|record| record.row(now)).collect();
            table::render(&COLUMNS, &rows, console)
        }
        Format::Json => {
            #[derive(Serialize)]
            struct Content<'a> {
                rotations: &'a [Record],
            }
            json::document(Content { rotations: &records })
        }
        Format::Jsonl => records.iter().map(json::line).collect(),
        Format::Csv | Format::RawCsv => csv::document(
            &["provider", "name", "old_id", "new_id", "state", "method", "planned_at", "due_at", "overdue"],
            records.iter().map(Record::csv),
            options.output.raw,
        ),
    };
    console.print(&text)?;
    if records.is_empty() {
        console.note("No pending rotations.");
    }
    Ok(status::OK)
}

async fn finish(args: FinishArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let options = &args.options;
    let journal = Journal::open(options.journal.as_deref())?;
    let now = Timestamp::now();
    let only_due = args.due || args.ids.is_empty();
    let mut entries = selected(&journal, &args.ids, options, console)?;
    if only_due {
        entries.retain(|entry| entry.rotation.is_due(now));
    } else {
        let early: Vec<_> = entries.iter().filter(|entry| !entry.rotation.is_due(now)).collect();
        confirm("Revoke the old keys before the end of the overlap:", &early, &args.confirm, console)?;
    }
    change(entries, Verb::Finish, &journal, args.confirm.dry_run, options, console).await
}

async fn abort(args: AbortArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let options = &args.options;
    let journal = Journal::open(options.journal.as_deref())?;
    let entries = selected(&journal, &args.ids, options, console)?;
    confirm("Revoke the successors of", &entries.iter().collect::<Vec<_>>(), &args.confirm, console)?;
    change(entries, Verb::Abort, &journal, args.confirm.dry_run, options, console).await
}

/// Returns the pending rotations of keys, or all.
fn selected(
    journal: &Journal,
    ids: &[KeyId],
    options: &RotationsOptions,
    console: &Console<'_>,
) -> Result<Vec<Entry>, Failure> {
    let provider = options.target.provider.as_deref().filter(|name| *name != "all");
    let mut entries = journal.rotations();
    entries.retain(|entry| provider.is_none_or(|name| entry.provider == name));
    for id in ids {
        let Some(entry) = entries.iter().find(|entry| entry.rotation.key.id == *id) else {
            return Err(Failure::new(format!(
                "no rotation of {} in {}",
                human::clean(id.as_str()),
                journal.path().display()
            ))
            .help("`api-keys rotations` lists pending rotations by the ids of their old keys"));
        };
        if !entry.rotation.is_pending() {
            let state = entry.rotation.state.as_str();
            console.note(format_args!("The rotation of {} is {state}.", human::clean(id.as_str())));
        }
    }
    entries.retain(|entry| {
        entry.rotation.is_pending() && (ids.is_empty() || ids.contains(&entry.rotation.key.id))
    });
    Ok(entries)
}

fn confirm(
    question: &str,
    entries: &[&Entry],
    args: &ConfirmArgs,
    console: &Console<'_>,
) -> Result<(), Failure> {
    if entries.is_empty() || args.dry_run {
        return Ok(());
    }
    let keys: Vec<_> = entries.iter().map(|entry| act::describe(&entry.rotation.key)).collect();
    console.confirm(&format!("{question} {}?", keys.join("; ")), args.yes)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Finish,
    Abort,
}

async fn change(
    entries: Vec<Entry>,
    verb: Verb,
    journal: &Journal,
    dry_run: bool,
    options: &RotationsOptions,
    console: &mut Console<'_>,
) -> Result<u8, Failure> {
    if entries.is_empty() {
        act::finish(&[], options.output.format(), console)?;
        console.note("No matching rotations.");
        return Ok(status::OK);
    }
    let (mut actions, mut failures) = (Vec::new(), Vec::new());
    for mut entry in entries {
        let provider = match provider(&entry.provider, options, console) {
            Ok(provider) => provider,
            Err(failure) => {
                failures.push(ProviderFailure { provider: entry.provider, failure });
                continue;
            }
        };
        let action = Action::planned(&provider, &entry.rotation.key, name(verb));
        if dry_run {
            actions.push(action);
            continue;
        }
        let work = Work { provider: &provider, target: &options.target, journal };
        let result = match verb {
            Verb::Finish => work.finish(&mut entry).await,
            Verb::Abort => work.abort(&mut entry).await,
        };
        actions.push(action.completed(result.map(Done::from)));
    }
    let done = act::finish(&actions, options.output.format(), console)?;
    let listed = verdict(actions.len(), &failures, console);
    Ok(if done == status::OK { listed } else { done })
}

fn name(verb: Verb) -> &'static str {
    match verb {
        Verb::Finish => "finish",
        Verb::Abort => "abort",
    }
}

fn provider(name: &str, options: &RotationsOptions, console: &Console<'_>) -> Result<Provider, Failure> {
    Config::load(options.target.config.as_deref(), console)?.one(Some(name))?.build()
}
