//! JSON, with times in UTC and field names that stay.

use serde::Serialize;

/// Counts up when a field changes its meaning or goes away.
pub(crate) const VERSION: u32 = 1;

/// A document of this version.
#[derive(Debug, Serialize)]
pub(crate) struct Document<T> {
    version: u32,
    #[serde(flatten)]
    content: T,
}

/// As a document for one reader.
pub(crate) fn document(content: impl Serialize) -> String {
    let document = Document { version: VERSION, content };
    // Cannot fail: there is no map with keys that are not strings.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// As one line of many.
pub(crate) fn line(content: impl Serialize) -> String {
    let mut text = serde_json::to_string(&content).unwrap_or_default();
    text.push('\n');
    text
}
