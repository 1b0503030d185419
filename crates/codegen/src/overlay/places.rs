//! Locations in a document: those that a path selects, and their original locations before an overlay was applied.

use serde_json::Value;
use serde_json_path::{JsonPath, PathElement};

use crate::document::escape;

/// One step of the path to a location. The order is that of the document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Index(usize),
    Name(String),
}

/// Returns the distinct locations that a path selects, in order.
pub(super) fn places(path: &JsonPath, document: &Value) -> Vec<Vec<Step>> {
    let step = |element: &PathElement<'_>| match element {
        PathElement::Name(name) => Step::Name((*name).to_owned()),
        PathElement::Index(index) => Step::Index(*index),
    };
    let located = path.query_located(document);
    let mut places: Vec<Vec<Step>> =
        located.locations().map(|location| location.iter().map(step).collect()).collect();
    places.sort();
    places.dedup();
    places
}

pub(super) fn pointer(steps: &[Step]) -> String {
    let mut pointer = String::new();
    for step in steps {
        pointer.push('/');
        match step {
            Step::Index(index) => pointer.push_str(&index.to_string()),
            Step::Name(name) => pointer.push_str(&escape(name)),
        }
    }
    pointer
}

/// A change that moved a location.
#[derive(Debug, Clone)]
pub(crate) enum Move {
    /// A location was renamed.
    Renamed { from: String, to: String },
    /// An item was removed from an array.
    Removed { array: String, index: usize },
    /// A value was copied to a location.
    Copied { from: String, to: String },
}

/// Returns the location before an overlay was applied. For a part that the overlay added it is the nearest enclosing
/// location.
pub(crate) fn original(pointer: &str, moves: &[Move], original: &Value) -> String {
    let mut pointer = pointer.to_owned();
    for step in moves.iter().rev() {
        match step {
            Move::Copied { from, to } | Move::Renamed { from, to } => {
                if let Some(rest) = within(&pointer, to) {
                    pointer = format!("{from}{rest}");
                }
            }
            Move::Removed { array, index } => {
                let Some(rest) = within(&pointer, array).and_then(|rest| rest.strip_prefix('/')) else {
                    continue;
                };
                let (item, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                if let Some(item) = item.parse::<usize>().ok().filter(|item| item >= index) {
                    pointer = format!("{array}/{}{rest}", item + 1);
                }
            }
        }
    }
    while original.pointer(&pointer).is_none() {
        let Some((around, _)) = pointer.rsplit_once('/') else { break };
        pointer = around.to_owned();
    }
    pointer
}

/// Returns the rest of a pointer after a prefix.
fn within<'p>(pointer: &'p str, place: &str) -> Option<&'p str> {
    pointer.strip_prefix(place).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}
