//! Selection and order of the fields of keys.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use api_keys::Json;
use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::Value;

use super::key::KeyRecord;
use super::table::{Column, Field, always};

/// Fields by their names in JSON, with the titles of their columns.
const FIELDS: [(&str, Column); 16] = [
    ("provider", always("PROVIDER")),
    ("vendor", always("VENDOR")),
    ("id", always("ID")),
    ("name", always("NAME")),
    ("description", always("DESCRIPTION")),
    ("status", always("STATUS")),
    ("hint", always("HINT")),
    ("owner", always("OWNER")),
    ("scopes", always("SCOPES")),
    ("created_at", always("CREATED AT")),
    ("updated_at", always("UPDATED AT")),
    ("expiry", always("EXPIRY")),
    ("expires_at", always("EXPIRES AT")),
    ("last_used_at", always("LAST USED AT")),
    ("metadata", always("METADATA")),
    ("extra", always("EXTRA")),
];

/// Selection and order of the fields.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct ViewArgs {
    /// Fields of tables and CSV by their names in JSON, separated by commas
    #[arg(long, value_name = "FIELDS", value_delimiter = ',', value_parser = names(), hide_possible_values = true)]
    pub(crate) columns: Vec<String>,

    /// Field by which the keys are sorted, such as created_at, or -created_at for the reverse order. JSONL and CSV are
    /// printed when all keys have been listed
    #[arg(long, value_name = "FIELD", allow_hyphen_values = true, value_parser = sort)]
    pub(crate) sort: Option<Sort>,
}

/// A field and a direction.
#[derive(Debug, Clone)]
pub(crate) struct Sort {
    field: String,
    descending: bool,
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(FIELDS.iter().map(|(name, _)| *name))
}

fn sort(text: &str) -> Result<Sort, String> {
    let (descending, field) = match text.strip_prefix('-') {
        Some(field) => (true, field),
        None => (false, text),
    };
    if !FIELDS.iter().any(|(name, _)| *name == field) {
        let names: Vec<_> = FIELDS.iter().map(|(name, _)| *name).collect();
        return Err(format!("expected one of {}", names.join(", ")));
    }
    Ok(Sort { field: field.to_owned(), descending })
}

impl ViewArgs {
    /// Sorts the keys. Those without a value are last.
    pub(crate) fn sort(&self, records: &mut [KeyRecord]) {
        let Some(Sort { field, descending }) = &self.sort else { return };
        records.sort_by_cached_key(|record| Key { value: value(record, field), descending: *descending });
    }

    /// Returns the selected columns with a row for each key.
    pub(crate) fn table(&self, records: &[KeyRecord]) -> (Vec<Column>, Vec<Vec<Field>>) {
        let title = |name: &String| FIELDS.iter().find(|(field, _)| field == name).map(|(_, column)| *column);
        let columns = self.columns.iter().filter_map(title).collect();
        let rows = records.iter().map(|record| self.row(record).iter().map(Field::from).collect()).collect();
        (columns, rows)
    }

    /// Returns the values of the selected fields.
    pub(crate) fn row(&self, record: &KeyRecord) -> Vec<String> {
        self.columns.iter().map(|field| text(&value(record, field))).collect()
    }
}

/// Returns the value of a field, or its text if it cannot be represented.
fn value(record: &KeyRecord, field: &str) -> Value {
    let json = serde_json::to_string(record).unwrap_or_default();
    let fields: BTreeMap<String, Json> = serde_json::from_str(&json).unwrap_or_default();
    let value = |json: &Json| json.value().unwrap_or_else(|_| json.as_str().into());
    fields.get(field).map(value).unwrap_or_default()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

/// A value in the order of a column.
#[derive(PartialEq, Eq)]
struct Key {
    value: Value,
    descending: bool,
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        // Times of RFC 3339 in UTC are ordered as text, except for their fractions.
        let time = |value: &Value| value.as_str().and_then(|text| text.parse::<api_keys::Timestamp>().ok());
        let order = match (time(&self.value), time(&other.value)) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => text(&self.value).cmp(&text(&other.value)),
        };
        let order = if self.descending { order.reverse() } else { order };
        self.value.is_null().cmp(&other.value.is_null()).then(order)
    }
}
