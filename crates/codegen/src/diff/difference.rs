//! Differences between two documents.

use std::collections::hash_map::{Entry, HashMap};

use serde::Serialize;

use super::edit::Edit;
use super::impact::Impact;
use crate::document::Node;
use crate::overlay::Stale;

/// A difference between the vendor's document and ours, after the overlay was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The affected operations; empty for all.
    pub operations: Vec<String>,
    /// The part of the operation.
    pub place: String,
    /// The difference.
    pub message: String,
    /// The impact on users of our client.
    pub impact: Impact,
    /// The location in our document, as a JSON pointer; `None` if it is absent.
    pub ours: Option<String>,
    /// The location in the vendor's document.
    pub upstream: Option<String>,
    /// The edit that would remove the difference, if it can be expressed.
    #[serde(skip)]
    pub(crate) edits: Vec<Edit>,
}

/// The locations in both documents.
pub(super) type Places<'p, 'd> = (Option<&'p Node<'d>>, Option<&'p Node<'d>>);

impl Difference {
    pub(super) fn new(
        operation: &str,
        place: impl Into<String>,
        message: impl Into<String>,
        impact: Impact,
        (ours, upstream): Places<'_, '_>,
    ) -> Self {
        let pointer = |node: &Node<'_>| node.pointer().to_owned();
        Self {
            operations: if operation.is_empty() { Vec::new() } else { vec![operation.to_owned()] },
            place: place.into(),
            message: message.into(),
            impact,
            ours: ours.map(pointer),
            upstream: upstream.map(pointer),
            edits: Vec::new(),
        }
    }
}

/// The comparison of two documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The name of our document.
    pub ours: String,
    /// The name of the vendor's document.
    pub upstream: String,
    /// The overlay that was applied to the vendor's document.
    pub overlay: Option<String>,
    /// The differences.
    pub differences: Vec<Difference>,
    /// Actions of the overlay that are no longer needed.
    pub stale: Vec<Stale>,
}

impl Comparison {
    /// The most severe impact. A stale action is compatible. `None` without differences and stale actions.
    pub fn impact(&self) -> Option<Impact> {
        let stale = self.stale.first().map(|_| Impact::Compatible);
        self.differences.iter().map(|difference| difference.impact).max().max(stale)
    }

    pub(super) fn count(&self, impact: Impact) -> usize {
        self.differences.iter().filter(|difference| difference.impact == impact).count()
    }
}

/// The differences of all operations. Equal ones of operations that share a schema are merged.
#[derive(Debug, Default)]
pub(super) struct Merged {
    differences: Vec<Difference>,
    /// The indices of differences, by what makes them equal.
    indices: HashMap<Identity, usize>,
}

/// The locations, the message and the impact.
type Identity = (Option<String>, Option<String>, String, Impact);

impl Merged {
    pub(super) fn add(&mut self, difference: Difference) {
        let Difference { operations, place, message, impact, ours, upstream, edits } = difference;
        if ours.is_none() && upstream.is_none() {
            self.differences.push(Difference { operations, place, message, impact, ours, upstream, edits });
            return;
        }
        match self.indices.entry((ours, upstream, message, impact)) {
            Entry::Occupied(known) => {
                let known = &mut self.differences[*known.get()];
                // Each operation may need its own edit.
                for edit in edits {
                    if !known.edits.contains(&edit) {
                        known.edits.push(edit);
                    }
                }
                for operation in operations {
                    // Those of one operation follow each other.
                    if known.operations.last() != Some(&operation) {
                        known.operations.push(operation);
                    }
                }
            }
            Entry::Vacant(new) => {
                let (ours, upstream, message, impact) = new.key().clone();
                self.differences.push(Difference {
                    operations,
                    place,
                    message,
                    impact,
                    ours,
                    upstream,
                    edits,
                });
                new.insert(self.differences.len() - 1);
            }
        }
    }

    pub(super) fn into_differences(self) -> Vec<Difference> {
        self.differences
    }
}
