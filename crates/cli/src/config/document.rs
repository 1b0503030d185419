//! Parser of the configuration file. Errors contain positions, never content: a line may contain a token.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::entry::{ALL, Entry, resolve_paths};
use super::location::{self, Location};
use super::suggest::similar;
use crate::failure::Failure;
use crate::human::is_harmful;

/// Returns the providers in the order of the file.
pub(crate) fn parse(path: &Path, text: &str) -> Result<Vec<Entry>, Failure> {
    let document = DeTable::parse(text).map_err(|error| {
        // Messages of syntax errors contain no content of the file.
        let offset = error.span().map_or(0, |span| span.start);
        let message = error.message().replace(char::is_control, " ");
        Failure::new(format!("{} is not valid TOML", path.display()))
            .detail(format!("{}: {message}", location::format(path, text, offset)))
    })?;
    let text: Arc<str> = text.into();
    let mut entries = Vec::new();
    for (section, value) in document.get_ref() {
        let invalid = |message: &str, range: &Range<usize>| {
            Failure::new(message).detail(location::format(path, &text, range.start))
        };
        if section.get_ref() != "providers" {
            let failure = invalid("unknown section in the configuration file", &section.span());
            return Err(match similar(section.get_ref(), ["providers"]) {
                Some(similar) => failure.help(format!("did you mean `{similar}`?")),
                None => failure.help("use [providers.NAME]"),
            });
        }
        let DeValue::Table(providers) = value.get_ref() else {
            return Err(invalid("`providers` is not a table", &section.span()).help("use [providers.NAME]"));
        };
        for (name, value) in providers {
            let DeValue::Table(table) = value.get_ref() else {
                return Err(invalid("a provider is not a table", &name.span()).help("use [providers.NAME]"));
            };
            if name.get_ref().is_empty() || name.get_ref() == ALL || name.get_ref().contains(is_harmful) {
                return Err(invalid("invalid provider name", &name.span()).help("use another name"));
            }
            let mut settings = Vec::new();
            let mut values = object(table, &mut settings);
            if let Some(directory) = path.parent() {
                // Paths are relative to the configuration file, not to the working directory.
                resolve_paths(&mut values, directory);
            }
            let start = name.span().start;
            let location = Location { path: path.to_owned(), text: Arc::clone(&text), start, settings };
            entries.push((start, Entry::new(name.get_ref().to_string(), values, Some(location))?));
        }
    }
    entries.sort_by_key(|(start, _)| *start);
    Ok(entries.into_iter().map(|(_, entry)| entry).collect())
}

fn object(table: &DeTable<'_>, settings: &mut Vec<(String, Range<usize>)>) -> Map<String, Value> {
    let mut object = Map::new();
    for (name, value) in table {
        settings.push((name.get_ref().to_string(), name.span()));
        object.insert(name.get_ref().to_string(), json(value, settings));
    }
    object
}

fn json(value: &Spanned<DeValue<'_>>, settings: &mut Vec<(String, Range<usize>)>) -> Value {
    match value.get_ref() {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Boolean(value) => (*value).into(),
        DeValue::Integer(number) => {
            // A number out of range becomes a string, which no numeric setting accepts.
            let parsed = i64::from_str_radix(number.as_str(), number.radix());
            parsed.map_or_else(|_| number.as_str().into(), Value::from)
        }
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Datetime(time) => time.to_string().into(),
        DeValue::Array(values) => values.iter().map(|value| json(value, settings)).collect(),
        DeValue::Table(table) => object(table, settings).into(),
    }
}
