//! `api-keys events`.

use std::num::NonZeroU64;

use api_keys::sql::{Event, EventQuery};
use api_keys::{KeyId, Timestamp};
use clap::Args;
use serde_json::{Value, json};

use crate::args::{Format, OutputArgs, TargetArgs, value};
use crate::config::Config;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::table::{self, Column, Field, always, if_room, whole};
use crate::output::{csv, json};
use crate::status;

/// List the changes to the keys of a database, the latest first
///
/// The database records every change in the transaction that makes it. An event has the time, the actor, the operation,
/// the key with its owner, and the values of each changed field before and after.
#[derive(Debug, Args)]
pub(crate) struct EventsArgs {
    /// Only events of this key
    pub(crate) id: Option<KeyId>,

    /// Only events of keys of this owner
    #[arg(long)]
    pub(crate) owner: Option<String>,

    /// Only events caused by this person or program
    #[arg(long)]
    pub(crate) actor: Option<String>,

    /// Only events since this time, or since a duration before now such as 7d
    #[arg(long, value_name = "WHEN", value_parser = value::past)]
    pub(crate) since: Option<Timestamp>,

    /// Maximum number of events
    #[arg(long, value_name = "COUNT", default_value = "100")]
    pub(crate) limit: NonZeroU64,

    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

const COLUMNS: [Column; 6] = [
    whole("TIME"),
    if_room("ACTOR", 1),
    always("EVENT"),
    whole("KEY"),
    if_room("OWNER", 2),
    always("CHANGED"),
];

const CSV_HEADER: [&str; 6] = ["at", "actor", "action", "key", "owner", "changes"];

pub(crate) async fn run(args: EventsArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let entry = Config::load(args.target.config.as_deref(), console)?.one(args.target.provider.as_deref())?;
    let name = entry.name().to_owned();
    let keys = entry.build_sql()?;
    let mut query = EventQuery::new();
    (query.key, query.owner, query.actor, query.since) = (args.id, args.owner, args.actor, args.since);
    let limit = usize::try_from(args.limit.get()).unwrap_or(usize::MAX);
    let mut events = Vec::new();
    loop {
        query.limit = u32::try_from(limit - events.len()).ok();
        let page = keys.events(query.clone()).await;
        let page = page.map_err(|error| Failure::from_api("failed to list events", &name, &error))?;
        events.extend(page.items);
        query.cursor = page.next;
        if query.cursor.is_none() || events.len() >= limit {
            break;
        }
    }
    let text = match args.output.format() {
        Format::Json => json::document(json!({ "events": events })),
        Format::Jsonl => events.iter().map(json::line).collect(),
        format @ (Format::Csv | Format::RawCsv) => {
            csv::document(&CSV_HEADER, events.iter().map(fields), format == Format::RawCsv)
        }
        _ if events.is_empty() => String::new(),
        _ => table::render(&COLUMNS, &events.iter().map(row).collect::<Vec<_>>(), console),
    };
    console.print(&text)?;
    if events.is_empty() {
        console.note("No events.");
    }
    Ok(status::OK)
}

fn row(event: &Event) -> Vec<Field> {
    let changed: Vec<_> = event.changes.keys().map(String::as_str).collect();
    [
        format!("{:.0}", event.at),
        event.actor.clone().unwrap_or_else(|| "–".to_owned()),
        event.action.clone(),
        event.key.to_string(),
        event.owner.clone().unwrap_or_else(|| "–".to_owned()),
        if changed.is_empty() { "–".to_owned() } else { changed.join(", ") },
    ]
    .map(Field::from)
    .into()
}

fn fields(event: &Event) -> Vec<String> {
    vec![
        event.at.to_string(),
        event.actor.clone().unwrap_or_default(),
        event.action.clone(),
        event.key.to_string(),
        event.owner.clone().unwrap_or_default(),
        Value::from(event.changes.clone()).to_string(),
    ]
}
