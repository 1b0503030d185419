//! Locations of JSON pointers in JSON and YAML texts.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use saphyr_parser::{Event, Parser, Span};

use crate::document::escape;

/// Returns the byte ranges of the keys, or of the items, that pointers refer to. A pointer to something that does not
/// exist has the range of the closest parent that exists; the root has none.
pub(crate) fn locate<'p>(
    text: &str,
    pointers: impl IntoIterator<Item = &'p str>,
) -> HashMap<&'p str, Range<usize>> {
    let pointers: HashSet<&str> = pointers.into_iter().collect();
    let wanted = pointers.iter().flat_map(|pointer| ancestors(pointer)).collect();
    let found = Walk { wanted, found: HashMap::new(), pointer: String::new(), open: Vec::new() }.run(text);
    let lines = Lines::of(text);
    let located = pointers.into_iter().filter_map(|pointer| {
        let span = ancestors(pointer).find_map(|ancestor| found.get(ancestor))?;
        Some((pointer, lines.offset(span.start)..lines.offset(span.end)))
    });
    located.collect()
}

/// Returns a pointer and its parents, without the root.
fn ancestors(pointer: &str) -> impl Iterator<Item = &str> {
    let parents = std::iter::successors(Some(pointer), |pointer| Some(pointer.rsplit_once('/')?.0));
    parents.filter(|pointer| !pointer.is_empty())
}

/// The lines and columns of a span, in characters.
#[derive(Debug, Clone, Copy)]
struct Position {
    start: (usize, usize),
    end: (usize, usize),
}

impl From<Span> for Position {
    fn from(Span { start, end }: Span) -> Self {
        Self { start: (start.line(), start.col()), end: (end.line(), end.col()) }
    }
}

/// A traversal of the events of a text.
struct Walk<'p> {
    wanted: HashSet<&'p str>,
    found: HashMap<String, Position>,
    /// The pointer of the current value.
    pointer: String,
    open: Vec<Collection>,
}

/// An object or array that has not ended.
struct Collection {
    /// The length of its pointer.
    len: usize,
    /// The index of the next item; none for an object.
    index: Option<usize>,
    /// The next value of an object is a key.
    expects_key: bool,
}

impl Walk<'_> {
    fn run(mut self, text: &str) -> HashMap<String, Position> {
        // An invalid text has no further locations.
        for (event, span) in Parser::new_from_str(text).map_while(Result::ok) {
            let is_key = self.open.last().is_some_and(|parent| parent.index.is_none() && parent.expects_key);
            match event {
                Event::Scalar(key, ..) if is_key => self.key(&key, span),
                Event::Scalar(..) | Event::Alias(_) => {
                    self.item(span);
                    self.value_ended();
                }
                Event::SequenceStart(..) => {
                    self.item(span);
                    self.open.push(Collection {
                        len: self.pointer.len(),
                        index: Some(0),
                        expects_key: false,
                    });
                }
                Event::MappingStart(..) => {
                    self.item(span);
                    self.open.push(Collection { len: self.pointer.len(), index: None, expects_key: true });
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    self.open.pop();
                    self.value_ended();
                }
                // Only the first document of a stream is read.
                Event::DocumentEnd => break,
                _ => {}
            }
        }
        self.found
    }

    fn key(&mut self, key: &str, span: Span) {
        if let Some(parent) = self.open.last_mut() {
            parent.expects_key = false;
        }
        self.enter(&escape(key), span);
    }

    /// Enters an item, if the value is one.
    fn item(&mut self, span: Span) {
        if let Some(Collection { index: Some(index), .. }) = self.open.last_mut() {
            let key = index.to_string();
            *index += 1;
            self.enter(&key, span);
        }
    }

    fn enter(&mut self, key: &str, span: Span) {
        self.pointer.push('/');
        self.pointer.push_str(key);
        if self.wanted.contains(self.pointer.as_str()) {
            self.found.insert(self.pointer.clone(), span.into());
        }
    }

    fn value_ended(&mut self) {
        if let Some(parent) = self.open.last_mut() {
            parent.expects_key = true;
            self.pointer.truncate(parent.len);
        }
    }
}

/// The lines of a text.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let ends = text.match_indices('\n').map(|(index, _)| index + 1);
        Self { text, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// Returns the byte offset of a line, counted from 1, and a column in characters.
    fn offset(&self, (line, column): (usize, usize)) -> usize {
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len());
        let rest = &self.text[start..];
        start + rest.char_indices().nth(column).map_or(rest.len(), |(index, _)| index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn located<'t>(text: &'t str, pointer: &str) -> Option<(usize, &'t str)> {
        let range = locate(text, [pointer]).remove(pointer)?;
        Some((text[..range.start].matches('\n').count() + 1, &text[range]))
    }

    #[test]
    fn yaml_and_json() {
        let yaml = "openapi: 3.1.0\npaths:\n  /größe/{id}:\n    get: &a\n      tags: [x, 'y']\n    put: *a\n";
        assert_eq!(located(yaml, "/openapi"), Some((1, "openapi")));
        assert_eq!(located(yaml, "/paths/~1größe~1{id}/get/tags/1"), Some((5, "'y'")));
        assert_eq!(located(yaml, "/paths/~1größe~1{id}/put"), Some((6, "put")));
        let json = "{\n\t\"a\": [ {},\n\t{ \"b~/c\": 1 } ]\n}";
        assert_eq!(located(json, "/a/1/b~0~1c"), Some((3, "\"b~/c\"")));
    }

    #[test]
    fn missing_parts_are_located_at_a_parent() {
        let text = "a:\n  b: 1\nc: 2\n";
        assert_eq!(located(text, "/a/b/d/e"), Some((2, "b")));
        assert_eq!(located(text, "/c/0"), Some((3, "c")));
        assert_eq!(located(text, "/x"), None);
        assert_eq!(located(text, ""), None);
        assert_eq!(located("a: [", "/a/b"), Some((1, "a")));
    }
}
