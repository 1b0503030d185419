//! Doc comments without rustdoc warnings.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Docs;

/// The maximum width of a line, including indentation and `/// `.
const WIDTH: usize = 110;

/// Returns doc comments for a depth of indentation: the description or a fallback, and the relevant notes.
pub(super) fn docs(docs: &Docs, fallback: &str, depth: usize) -> TokenStream {
    let mut text = if docs.text.trim().is_empty() { fallback.to_owned() } else { markdown(&docs.text) };
    let notes: Vec<_> = relevant_notes(docs).collect();
    if !notes.is_empty() {
        text.push_str("\n\n");
        text.push_str(&notes.join(" "));
    }
    comment(&text, depth)
}

/// Returns the notes that the description does not contain.
pub(super) fn relevant_notes(docs: &Docs) -> impl Iterator<Item = &str> {
    docs.notes.iter().map(String::as_str).filter(|note| !repeats(&docs.text, note))
}

/// Returns whether a description contains all numbers and code of a note.
fn repeats(description: &str, note: &str) -> bool {
    let values = |text: &str| -> Vec<String> {
        let parts = text.split(|c: char| !c.is_alphanumeric() && !"`-+_:/".contains(c));
        let values = parts.map(|part| part.trim_end_matches(':').to_owned());
        values.filter(|part| part.starts_with('`') || part.parse::<f64>().is_ok()).collect()
    };
    let (noted, described) = (values(note), values(description));
    !noted.is_empty() && noted.iter().all(|value| described.contains(value))
}

pub(super) fn comment(text: &str, depth: usize) -> TokenStream {
    let lines = wrapped(text, depth);
    quote!(#(#[doc = #lines])*)
}

pub(super) fn file_comment(text: &str) -> TokenStream {
    let lines = wrapped(text, 0);
    quote!(#(#![doc = #lines])*)
}

fn wrapped(text: &str, depth: usize) -> Vec<String> {
    let width = WIDTH - 4 * depth - "/// ".len();
    let mut lines = Vec::new();
    for block in blocks(text) {
        match block {
            Block::Verbatim(line) => lines.push(line),
            Block::Paragraph { indent, first, words } => wrap(&first, &indent, &words, width, &mut lines),
        }
    }
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines.into_iter().map(|line| if line.is_empty() { line } else { format!(" {line}") }).collect()
}

#[derive(Debug)]
enum Block {
    Verbatim(String),
    /// Words to wrap, with the prefixes of the first line and the other lines.
    Paragraph {
        first: String,
        indent: String,
        words: Vec<String>,
    },
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut fenced = false;
    let mut open = false;
    // rustc rejects other line endings and bidirectional control characters.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.replace(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'), "");
    for line in text.lines() {
        let trimmed = line.trim();
        if let Some(language) = trimmed.strip_prefix("```") {
            fenced = !fenced;
            // rustdoc would run other blocks as tests.
            let is_plain = fenced && (language.is_empty() || language.starts_with("rust"));
            blocks.push(Block::Verbatim(if is_plain { "```text".to_owned() } else { trimmed.to_owned() }));
            open = false;
        } else if fenced {
            blocks.push(Block::Verbatim(line.trim_end().to_owned()));
        } else if trimmed.is_empty() {
            if !matches!(blocks.last(), Some(Block::Verbatim(line)) if line.is_empty()) && !blocks.is_empty()
            {
                blocks.push(Block::Verbatim(String::new()));
            }
            open = false;
        } else if trimmed.starts_with(['#', '|']) {
            blocks.push(Block::Verbatim(trimmed.to_owned()));
            open = false;
        } else {
            let (marker, rest) = split_marker(trimmed);
            let words = rest.split_whitespace().map(str::to_owned);
            match blocks.last_mut() {
                Some(Block::Paragraph { words: known, .. }) if open && marker.is_empty() => {
                    known.extend(words)
                }
                _ => blocks.push(Block::Paragraph {
                    first: marker.to_owned(),
                    indent: " ".repeat(marker.len()),
                    words: words.collect(),
                }),
            }
            open = true;
        }
    }
    if fenced {
        blocks.push(Block::Verbatim("```".to_owned()));
    }
    blocks
}

fn split_marker(line: &str) -> (&str, &str) {
    let length = match line.as_bytes() {
        [b'-' | b'*' | b'+', b' ', ..] => 2,
        bytes => match bytes.iter().position(|byte| !byte.is_ascii_digit()) {
            Some(digits @ 1..=3) if line[digits..].starts_with(". ") => digits + 2,
            _ => 0,
        },
    };
    line.split_at(length)
}

fn wrap(first: &str, indent: &str, words: &[String], width: usize, lines: &mut Vec<String>) {
    let mut line = first.to_owned();
    let mut is_empty = true;
    for word in words {
        let fits = line.chars().count() + 1 + word.chars().count() <= width;
        if is_empty {
            line.push_str(word);
        } else if fits || is_markup_at_start(word) {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(std::mem::replace(&mut line, format!("{indent}{word}")));
        }
        is_empty = false;
    }
    lines.push(line);
}

/// Returns whether a word at the start of a line is Markdown syntax.
fn is_markup_at_start(word: &str) -> bool {
    let number = word.trim_start_matches(|c: char| c.is_ascii_digit());
    ["-", "+", "*"].contains(&word)
        || word.starts_with(['#', '>', '|', '='])
        || word.starts_with("--")
        || word.starts_with("```")
        || (number.len() < word.len() && [".", ")"].contains(&number))
}

/// Escapes links to items and HTML in Markdown of a document.
pub(super) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '`' => code(rest, &mut out),
            '[' => link(rest, &mut out),
            '<' | ']' => {
                out.push('\\');
                out.push(first);
                1
            }
            '\\' => {
                // An escape sequence, or a plain backslash.
                let next = rest[1..].chars().next().filter(char::is_ascii_punctuation);
                out.push('\\');
                out.extend(next);
                1 + next.map_or(0, char::len_utf8)
            }
            'h' if rest.starts_with("http://") || rest.starts_with("https://") => {
                let end = rest
                    .find(|c: char| c.is_whitespace() || "<>\"'`()[]{}".contains(c))
                    .unwrap_or(rest.len());
                let url = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?']);
                out.push_str(&format!("<{url}>"));
                url.len()
            }
            other => {
                out.push(other);
                other.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    out
}

/// Copies a code span or fence, or escapes unpaired backticks. Returns the length that was read.
fn code(rest: &str, out: &mut String) -> usize {
    let run = rest.len() - rest.trim_start_matches('`').len();
    let fence = &rest[..run];
    let mut from = run;
    while let Some(found) = rest[from..].find(fence) {
        let start = from + found;
        let length = rest[start..].len() - rest[start..].trim_start_matches('`').len();
        if length == run {
            out.push_str(&rest[..start + run]);
            return start + run;
        }
        from = start + length;
    }
    out.push_str(&"\\`".repeat(run));
    run
}

/// Copies a link to a URL, or escapes the bracket. Returns the length that was read.
fn link(rest: &str, out: &mut String) -> usize {
    if let Some((text, after)) = rest[1..].split_once("](") {
        let target = after.split_once(')').map(|(target, _)| target);
        if let Some(target) =
            target.filter(|target| target.starts_with("http") && !text.contains(['[', ']', '<', '`']))
        {
            let link = &rest[..text.len() + target.len() + "[]()".len()];
            out.push_str(link);
            return link.len();
        }
    }
    out.push_str("\\[");
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_escaped() {
        assert_eq!(markdown("a Vec<T> or [x]"), r"a Vec\<T> or \[x\]");
        assert_eq!(markdown("`Vec<T>[0]` stays"), "`Vec<T>[0]` stays");
        assert_eq!(markdown("``a`b<c>`` and ` alone"), r"``a`b<c>`` and \` alone");
        assert_eq!(markdown("see https://a.example/b_c."), "see <https://a.example/b_c>.");
        assert_eq!(
            markdown("[docs](https://a.example) and [gone](#x)"),
            r"[docs](https://a.example) and \[gone\](#x)"
        );
        assert_eq!(markdown(r"\[done\] and \d"), r"\[done\] and \d");
    }

    #[test]
    fn notes_in_the_description_are_repeated() {
        assert!(repeats("Its name, at most 255 characters.", "At most 255 characters."));
        assert!(repeats("3 to 25 characters", "3 to 25 characters."));
        assert!(repeats("By default `name`", "Default: `name`."));
        assert!(!repeats("Its 255 names", "3 to 255 characters."));
        assert!(!repeats("Its name", "Items are unique."));
    }

    #[test]
    fn wrapped_lines_contain_no_markup() {
        let words = format!("{} - tail", "word ".repeat(21).trim());
        let lines = wrapped(&words, 0);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].ends_with("word -"), "{lines:?}");
        assert_eq!(lines[1], " tail");
    }

    #[test]
    fn lists_and_fences() {
        let lines = wrapped("Intro\nlines\n\n- one\n- two\n  more\n\n```\nlet x;\n```", 0);
        assert_eq!(lines, [" Intro lines", "", " - one", " - two more", "", " ```text", " let x;", " ```"]);
    }
}
