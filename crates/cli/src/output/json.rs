//! JSON, with times in UTC and field names that stay.

use std::fmt::Write as _;

use serde::Serialize;

use crate::human::is_harmful;

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
    escaped(&serde_json::to_string_pretty(&document).unwrap_or_default())
}

/// As one line of many.
pub(crate) fn line(content: impl Serialize) -> String {
    escaped(&serde_json::to_string(&content).unwrap_or_default())
}

/// The same JSON, as a line or lines that can be looked at on a terminal: only the control characters of ASCII have to
/// be escaped in JSON.
pub(crate) fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + 1);
    for c in json.chars() {
        if c != '\n' && is_harmful(c) {
            // None of them is beyond the first plane.
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        } else {
            text.push(c);
        }
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_drive_a_terminal_is_escaped_and_the_same_json() {
        let name = "a\u{1b}[2J\u{9b}2J\n\u{202e}b é 🔑";
        let text = line(name);
        assert!(!text.trim_end().contains(is_harmful), "{text}");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), name);
        assert!(text.contains("é 🔑"));
    }
}
