//! The configuration file. Its lines are never shown: they may hold a token.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::entry::{Entry, files};
use super::{ALL, near};
use crate::failure::Failure;

/// Where the settings of one provider stand in the file.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    text: Arc<str>,
    start: usize,
    /// Every setting, those within others too, by the name that it has there.
    settings: Vec<(String, Range<usize>)>,
}

/// A line of a configuration file, counted from one.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) file: PathBuf,
    pub(crate) number: usize,
}

impl Place {
    /// The line that begins the provider.
    pub(super) fn line(&self) -> Line {
        Line { file: self.path.clone(), number: position(&self.text, self.start).0 }
    }

    /// The place of a setting, or else of the provider.
    pub(super) fn of(&self, setting: Option<&str>) -> String {
        let found = self.settings.iter().find(|(name, _)| Some(name.as_str()) == setting);
        place(&self.path, &self.text, found.map_or(self.start, |(_, range)| range.start))
    }
}

/// Reads the providers, in the order of the file.
pub(super) fn read(path: &Path, text: &str) -> Result<Vec<Entry>, Failure> {
    let document = DeTable::parse(text).map_err(|error| {
        // The message of a syntax error speaks of characters and rules only.
        let at = error.span().map_or(0, |span| span.start);
        Failure::new(format!("{} is not TOML", path.display()))
            .why(format!("{}: {}", place(path, text, at), error.message().replace(char::is_control, " ")))
            .advice("correct that line")
    })?;
    let text: Arc<str> = text.into();
    let mut entries = Vec::new();
    for (section, value) in document.get_ref() {
        let wrong = |what: &str, at: &Range<usize>| Failure::new(what).why(place(path, &text, at.start));
        if section.get_ref() != "providers" {
            let failure = wrong("the configuration has an unknown section", &section.span());
            return Err(match near(section.get_ref(), ["providers"]) {
                Some(near) => failure.advice(format!("did you mean `{near}`?")),
                None => failure.advice("there is only [providers.NAME]"),
            });
        }
        let DeValue::Table(providers) = value.get_ref() else {
            return Err(wrong("`providers` is not a table", &section.span()).advice("write [providers.NAME]"));
        };
        for (name, value) in providers {
            let DeValue::Table(table) = value.get_ref() else {
                return Err(wrong("a provider is not a table", &name.span()).advice("write [providers.NAME]"));
            };
            if name.get_ref().is_empty() || name.get_ref() == ALL {
                return Err(
                    wrong("a provider cannot have this name", &name.span()).advice("give it another name")
                );
            }
            let mut settings = Vec::new();
            let mut values = object(table, &mut settings);
            if let Some(directory) = path.parent() {
                files(&mut values).for_each(|file| *file = beside(directory, file));
            }
            let start = name.span().start;
            let place = Place { path: path.to_owned(), text: Arc::clone(&text), start, settings };
            entries.push((start, Entry::new(name.get_ref().to_string(), values, Some(place))?));
        }
    }
    entries.sort_by_key(|(start, _)| *start);
    Ok(entries.into_iter().map(|(_, entry)| entry).collect())
}

/// A path as it is meant in a file of the directory: whence the command is called is of no concern.
fn beside(directory: &Path, file: &str) -> String {
    directory.join(file).to_string_lossy().into_owned()
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
            // A number that fits nowhere stays a text, which is no number to whoever wants one.
            let parsed = i64::from_str_radix(number.as_str(), number.radix());
            parsed.map_or_else(|_| number.as_str().into(), Value::from)
        }
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Datetime(time) => time.to_string().into(),
        DeValue::Array(values) => values.iter().map(|value| json(value, settings)).collect(),
        DeValue::Table(table) => object(table, settings).into(),
    }
}

fn place(path: &Path, text: &str, at: usize) -> String {
    let (line, column) = position(text, at);
    format!("{}, line {line}, column {column}", path.display())
}

/// Line and column, counted from one.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    (line, before.chars().rev().take_while(|&c| c != '\n').count() + 1)
}
