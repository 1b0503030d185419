//! Our document of a vendor beside one that the vendor publishes.

mod compare;
mod edits;
mod impact;
mod keywords;
mod objects;
mod operation;
mod operations;
mod pairs;
mod parameters;
mod paths;
mod print;
mod schema;
mod security;
mod words;

use serde::Serialize;
use serde_json::Value;

pub(crate) use self::edits::Edit;
pub use self::impact::Impact;
use crate::document::{Document, Node, Policy, read};
use crate::overlay::{self, Move, Overlay, Stale};
use crate::problem::Problem;
use crate::source::Source;

/// One thing that the vendor's document says otherwise than ours, once the overlay is applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The operations that it is about; none if it is about all.
    pub operations: Vec<String>,
    /// What part of the operation.
    pub place: String,
    /// What is different.
    pub message: String,
    /// What it means for those who use our client.
    pub impact: Impact,
    /// Where it is in our document: a JSON pointer. None if it is not there.
    pub ours: Option<String>,
    /// Where it is in the vendor's document.
    pub upstream: Option<String>,
    /// What makes our document say the same, if that can be written down.
    #[serde(skip)]
    pub(crate) edits: Vec<Edit>,
}

/// Where something is in ours, and where in the vendor's.
type Places<'p, 'd> = (Option<&'p Node<'d>>, Option<&'p Node<'d>>);

impl Difference {
    fn new(
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

/// Two documents compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// What our document is called.
    pub ours: String,
    /// What the vendor's is called.
    pub upstream: String,
    /// The overlay that was applied to the vendor's.
    pub overlay: Option<String>,
    /// What is different.
    pub differences: Vec<Difference>,
    /// Actions of the overlay that have no use any more.
    pub stale: Vec<Stale>,
}

impl Comparison {
    /// The worst that a difference means. A stale action breaks nobody. None if there is nothing to tell.
    pub fn impact(&self) -> Option<Impact> {
        let stale = self.stale.first().map(|_| Impact::Compatible);
        self.differences.iter().map(|difference| difference.impact).max().max(stale)
    }

    fn count(&self, impact: Impact) -> usize {
        self.differences.iter().filter(|difference| difference.impact == impact).count()
    }
}

/// Compares our document with a vendor's, once an overlay is applied to that.
///
/// There may be several overlays, each for one form of the vendor's document. One that has `x-applies-when`, a JSONPath,
/// is for documents in which that selects something; one without is for the others.
///
/// # Errors
/// When a document is none of OpenAPI 3.0 or 3.1, an overlay is none of 1.0 or 1.1, or a place in one cannot be
/// understood.
pub fn diff(ours: Source<'_>, upstream: Source<'_>, overlays: &[Source<'_>]) -> Result<Comparison, Problem> {
    let ours = Document::parse(ours.file, ours.text)?;
    let upstream = Upstream::read(&ours, upstream, overlays)?;
    let differences = upstream.compare(&ours)?;
    Ok(upstream.comparison(&ours, differences))
}

/// A vendor's document with an overlay applied.
#[derive(Debug)]
pub(crate) struct Upstream {
    document: Document,
    original: Value,
    moves: Vec<Move>,
    overlay: Option<String>,
    stale: Vec<Stale>,
}

impl Upstream {
    pub(crate) fn read(
        ours: &Document,
        upstream: Source<'_>,
        overlays: &[Source<'_>],
    ) -> Result<Self, Problem> {
        let original = read(upstream.file, upstream.text)?;
        let overlays = overlays.iter().map(|source| Overlay::parse(source.file, source.text));
        let overlays = overlays.collect::<Result<Vec<_>, _>>()?;
        let theirs = Document::of(upstream.file, original.clone(), Policy::Lenient)?;
        let (mut document, mut moves) = paths::align(&ours.root(), &theirs.root())?;
        let overlay = match overlays.as_slice() {
            [only] => Some(only),
            several => Overlay::choose(several, &document),
        };
        let mut stale = Vec::new();
        if let Some(overlay) = overlay {
            (document, stale) = overlay.apply(document, &mut moves);
        }
        let document = Document::of(upstream.file, document, Policy::Lenient)?;
        let overlay = overlay.map(|overlay| overlay.file().to_owned());
        Ok(Self { document, original, moves, overlay, stale })
    }

    /// What is different, for one operation at a time.
    pub(crate) fn compare(&self, ours: &Document) -> Result<Vec<Difference>, Problem> {
        let mut differences = operations::compare(&ours.root(), &self.document.root())?;
        for pointer in differences.iter_mut().filter_map(|difference| difference.upstream.as_mut()) {
            *pointer = overlay::original(pointer, &self.moves, &self.original);
        }
        Ok(differences)
    }

    pub(crate) fn comparison(&self, ours: &Document, differences: Vec<Difference>) -> Comparison {
        Comparison {
            ours: ours.file().to_owned(),
            upstream: self.document.file().to_owned(),
            overlay: self.overlay.clone(),
            differences: together(differences),
            stale: self.stale.clone(),
        }
    }
}

/// Differences that are the same one, seen from several operations that share a schema, become one.
fn together(differences: Vec<Difference>) -> Vec<Difference> {
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
                // Each operation may need an edit of its own.
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
