//! `api-keys list`.

use std::cell::RefCell;
use std::io::ErrorKind;

use clap::{Args, value_parser};

use super::fan_out::{each, verdict};
use super::inventory::{Filter, Progress, read, visit};
use crate::args::{Format, OutputArgs, TargetArgs};
use crate::config::{Config, Entry};
use crate::console::Console;
use crate::failure::Failure;
use crate::output::key::{CSV_HEADER, KeyRecord};
use crate::output::view::ViewArgs;
use crate::output::{self, csv, json, table};
use crate::status;

/// The number of bytes after which lines are written, although more of the page follow.
const MAX_BUFFERED: usize = 64 * 1024;

/// List keys
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only keys of this owner
    #[arg(long)]
    pub(crate) owner: Option<String>,

    /// Only keys whose name contains this text
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,

    /// Include revoked, expired and disabled keys that the vendor lists
    #[arg(long, short)]
    pub(crate) all: bool,

    /// Maximum number of keys of each provider
    #[arg(long, value_name = "COUNT", value_parser = value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,

    #[command(flatten)]
    pub(crate) view: ViewArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

pub(crate) async fn run(args: ListArgs, console: &mut Console<'_>) -> Result<u8, Failure> {
    let entries =
        Config::load(args.target.config.as_deref(), console)?.select(args.target.provider.as_deref())?;
    let several = entries.len() > 1;
    let filter = Filter {
        owner: args.owner,
        name: args.name,
        inactive: args.all,
        limit: args.limit.and_then(|limit| limit.try_into().ok()),
    };
    let (format, view) = (args.output.format(), args.view);
    let streams = matches!(format, Format::Jsonl | Format::Csv | Format::RawCsv);
    if streams && view.sort.is_none() {
        return stream(entries, &filter, &view, format, console).await;
    }
    let progress = Progress::new();
    let (inventories, failures) = each(entries, |provider| read(provider, &filter, &progress)).await;
    drop(progress);
    let succeeded = inventories.len();
    let mut records = Vec::new();
    for inventory in inventories {
        inventory.notes.iter().for_each(|note| console.note(format_args!("note: {note}")));
        let provider = inventory.provider;
        records.extend(inventory.keys.into_iter().map(|key| KeyRecord::new(&provider, key)));
    }
    view.sort(&mut records);
    match format {
        Format::Table if !view.columns.is_empty() && !records.is_empty() => {
            let (columns, rows) = view.table(&records);
            console.print(&table::render(&columns, &rows, console))?;
        }
        Format::Csv | Format::RawCsv if !view.columns.is_empty() => {
            let header: Vec<_> = view.columns.iter().map(String::as_str).collect();
            let rows = records.iter().map(|record| view.row(record));
            console.print(&csv::document(&header, rows, format == Format::RawCsv))?;
        }
        _ => output::keys(&records, &failures, several, format, console)?,
    }
    if records.is_empty() && succeeded > 0 {
        console.note("No keys.");
    }
    Ok(verdict(succeeded, &failures, console))
}

/// Prints the keys page by page. Pages of several providers may alternate.
async fn stream(
    entries: Vec<Entry>,
    filter: &Filter,
    view: &ViewArgs,
    format: Format,
    console: &mut Console<'_>,
) -> Result<u8, Failure> {
    let output = RefCell::new(Output { console, text: String::new(), count: 0, closed: false });
    let raw = format == Format::RawCsv;
    if format != Format::Jsonl {
        output.borrow_mut().text = match view.columns.is_empty() {
            true => csv::row(&CSV_HEADER, raw),
            false => csv::row(&view.columns, raw),
        };
    }
    let calls = each(entries, |provider| {
        let output = &output;
        async move {
            let line = |key| {
                let record = KeyRecord::new(&provider, key);
                match format {
                    Format::Jsonl => json::line(&record),
                    _ if view.columns.is_empty() => csv::row(&record.csv(), raw),
                    _ => csv::row(&view.row(&record), raw),
                }
            };
            let notes = visit(&provider, filter, |key| {
                let mut output = output.borrow_mut();
                match key {
                    Some(key) => output.add(&line(key)),
                    None => output.flush(),
                }
            });
            notes.await
        }
    });
    let (notes, failures) = calls.await;
    let mut output = output.into_inner();
    if !output.closed {
        output.flush()?;
    }
    let Output { console, count, closed, .. } = output;
    if closed {
        // As by `head`: the reader has what it wants.
        return Ok(status::OK);
    }
    notes.iter().flatten().for_each(|note| console.note(format_args!("note: {note}")));
    if count == 0 && !notes.is_empty() {
        console.note("No keys.");
    }
    Ok(verdict(notes.len(), &failures, console))
}

/// Lines that have not been written, at most those of one page.
struct Output<'a, 'b> {
    console: &'a mut Console<'b>,
    text: String,
    count: usize,
    /// Whether the standard output was closed.
    closed: bool,
}

impl Output<'_, '_> {
    fn add(&mut self, line: &str) -> Result<(), Failure> {
        self.text.push_str(line);
        self.count += 1;
        if self.text.len() < MAX_BUFFERED { Ok(()) } else { self.flush() }
    }

    /// Writes the lines. Fails if the standard output was closed, which ends all listings.
    fn flush(&mut self) -> Result<(), Failure> {
        if self.text.is_empty() && !self.closed {
            return Ok(());
        }
        let written = self.console.write_all(self.text.as_bytes());
        self.text.clear();
        written.map_err(|error| {
            self.closed |= error.kind() == ErrorKind::BrokenPipe;
            Failure::new("failed to print the result").caused_by(&error).status(status::FAILED)
        })
    }
}
