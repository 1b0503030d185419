//! Output of commands in each format.

pub(crate) mod csv;
pub(crate) mod html;
pub(crate) mod json;
pub(crate) mod key;
pub(crate) mod plan;
pub(crate) mod prometheus;
pub(crate) mod sarif;
pub(crate) mod table;
pub(crate) mod view;

use api_keys::Timestamp;
use serde::Serialize;

use crate::args::Format;
use crate::console::Console;
use crate::failure::Failure;
use key::KeyRecord;

/// Failure of one provider.
#[derive(Debug, Serialize)]
pub(crate) struct ProviderFailure {
    pub(crate) provider: String,
    #[serde(flatten)]
    pub(crate) failure: Failure,
}

/// Prints one key.
pub(crate) fn key(record: &KeyRecord, format: Format, console: &mut Console<'_>) -> Result<(), Failure> {
    console.print(&key_text(record, format))
}

fn key_text(record: &KeyRecord, format: Format) -> String {
    match format {
        Format::Table => lines(&record.lines(Timestamp::now())),
        Format::Json => {
            #[derive(Serialize)]
            struct Content<'a> {
                key: &'a KeyRecord,
            }
            json::document(Content { key: record })
        }
        Format::Jsonl => json::line(record),
        Format::Csv | Format::RawCsv => {
            csv::document(&key::CSV_HEADER, [record.csv()], format == Format::RawCsv)
        }
    }
}

/// Prints keys of several providers; a JSON document also contains the failures.
pub(crate) fn keys(
    records: &[KeyRecord],
    failures: &[ProviderFailure],
    several: bool,
    format: Format,
    console: &mut Console<'_>,
) -> Result<(), Failure> {
    let text = match format {
        Format::Table if records.is_empty() => String::new(),
        Format::Table => {
            let now = Timestamp::now();
            let rows: Vec<_> = records.iter().map(|record| record.row(several, now)).collect();
            table::render(&key::COLUMNS, &rows, console)
        }
        Format::Json => {
            #[derive(Serialize)]
            struct Content<'a> {
                keys: &'a [KeyRecord],
                errors: &'a [ProviderFailure],
            }
            json::document(Content { keys: records, errors: failures })
        }
        Format::Jsonl => records.iter().map(json::line).collect(),
        Format::Csv | Format::RawCsv => {
            csv::document(&key::CSV_HEADER, records.iter().map(KeyRecord::csv), format == Format::RawCsv)
        }
    };
    console.print(&text)
}

/// Formats titles and values, one per line.
pub(crate) fn lines(lines: &[(&str, String)]) -> String {
    let width = lines.iter().map(|(title, _)| title.len()).max().unwrap_or(0) + 2;
    lines.iter().map(|(title, value)| format!("{title:width$}{value}\n")).collect()
}
