//! Differences between two documents.

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

/// Merges equal differences of operations that share a schema.
pub(super) fn together(differences: Vec<Difference>) -> Vec<Difference> {
    let mut all: Vec<Difference> = Vec::new();
    for difference in differences {
        let is_same = |known: &&mut Difference| {
            known.ours == difference.ours
                && known.upstream == difference.upstream
                && known.message == difference.message
                && known.impact == difference.impact
                && (known.ours.is_some() || known.upstream.is_some())
        };
        match all.iter_mut().find(is_same) {
            Some(known) => {
                // Each operation may need its own edit.
                known.edits.extend(
                    difference
                        .edits
                        .into_iter()
                        .filter(|edit| !known.edits.contains(edit))
                        .collect::<Vec<_>>(),
                );
                for operation in difference.operations {
                    if !known.operations.contains(&operation) {
                        known.operations.push(operation);
                    }
                }
            }
            None => all.push(difference),
        }
    }
    all
}
