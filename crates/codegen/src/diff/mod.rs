//! Comparison of our document to the vendor's.

mod compare;
mod difference;
mod edit;
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

use serde_json::Value;

use self::difference::together;
pub use self::difference::{Comparison, Difference};
pub(crate) use self::edit::Edit;
pub use self::impact::Impact;
use crate::document::{Document, Policy, read};
use crate::overlay::{self, Move, Overlay, Stale};
use crate::problem::Problem;
use crate::source::Source;

/// Compares our document with a vendor's, to which an overlay is applied first.
///
/// If there are several overlays, each is for one form of the vendor's document. An overlay with `x-applies-when`, a
/// JSONPath, is for documents in which it selects something; one without is for all others.
///
/// # Errors
/// Returns an error if a document is not OpenAPI 3.0 or 3.1, an overlay is not 1.0 or 1.1, or a part of one of them is
/// invalid.
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

    /// Returns the differences of one operation.
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
