//! Locations in the configuration file.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Location of the settings of one provider.
#[derive(Debug)]
pub(super) struct Location {
    pub(super) path: PathBuf,
    pub(super) text: Arc<str>,
    pub(super) start: usize,
    /// Name and range of every setting, including nested ones.
    pub(super) settings: Vec<(String, Range<usize>)>,
}

/// A line of a configuration file, counted from one.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) file: PathBuf,
    pub(crate) number: usize,
}

impl Location {
    /// Returns the line of the provider's header.
    pub(super) fn line(&self) -> Line {
        Line { file: self.path.clone(), number: position(&self.text, self.start).0 }
    }

    /// Formats the location of a setting, or of the provider if it has no such setting.
    pub(super) fn of(&self, setting: Option<&str>) -> String {
        let found = self.settings.iter().find(|(name, _)| Some(name.as_str()) == setting);
        format(&self.path, &self.text, found.map_or(self.start, |(_, range)| range.start))
    }
}

/// Formats the location of a byte offset.
pub(super) fn format(path: &Path, text: &str, offset: usize) -> String {
    let (line, column) = position(text, offset);
    format!("{}, line {line}, column {column}", path.display())
}

/// Returns line and column, counted from one.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    (line, before.chars().rev().take_while(|&c| c != '\n').count() + 1)
}
