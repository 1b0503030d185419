//! JSON output, with stable field names and times in UTC.

use std::fmt::Write as _;

use serde::Serialize;

use crate::human::is_harmful;

/// Incremented when a field is removed or changes its meaning.
pub(crate) const VERSION: u32 = 1;

/// A document with its version.
#[derive(Debug, Serialize)]
pub(crate) struct Document<T> {
    version: u32,
    #[serde(flatten)]
    content: T,
}

/// Formats a JSON document with a version.
pub(crate) fn document(content: impl Serialize) -> String {
    let document = Document { version: VERSION, content };
    // Cannot fail: all keys of maps are strings.
    escaped(&serde_json::to_string_pretty(&document).unwrap_or_default())
}

/// Formats one line of JSON Lines.
pub(crate) fn line(content: impl Serialize) -> String {
    escaped(&serde_json::to_string(&content).unwrap_or_default())
}

/// Escapes characters that control a terminal, in addition to those that JSON requires, and ends the line.
pub(crate) fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + 1);
    for c in json.chars() {
        if c != '\n' && is_harmful(c) {
            // All of them have one UTF-16 code unit.
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
    fn terminal_control_is_escaped_in_equal_json() {
        let name = "a\u{1b}[2J\u{9b}2J\n\u{202e}b é 🔑";
        let text = line(name);
        assert!(!text.trim_end().contains(is_harmful), "{text}");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), name);
        assert!(text.contains("é 🔑"));
    }
}
