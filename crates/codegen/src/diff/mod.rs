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
mod schemas;
mod security;
mod words;

use std::collections::HashMap;

use serde_json::Value;

use self::difference::Merged;
pub use self::difference::{Comparison, Difference};
pub(crate) use self::edit::Edit;
pub use self::impact::Impact;
use crate::document::{Document, Policy, read};
use crate::overlay::{self, Move, Overlay, Stale};
use crate::problem::Problem;
use crate::source::Source;

/// Compares our document with a vendor's, to which an overlay is applied first.
///
/// A Swagger 2.0 document is converted to OpenAPI 3.0 first; locations are those in the document before.
///
/// If there are several overlays, each is for one form of the vendor's document. An overlay with `x-applies-when`, a
/// JSONPath, is for documents in which it selects something; one without is for all others.
///
/// # Errors
/// Returns an error if a document is not OpenAPI 3.0, 3.1 or 3.2 or Swagger 2.0, an overlay is not 1.0 or 1.1, or a part of one of
/// them is invalid.
pub fn diff(ours: Source<'_>, upstream: Source<'_>, overlays: &[Source<'_>]) -> Result<Comparison, Problem> {
    let ours = Document::of(ours.file, read(ours.file, ours.text)?, Policy::Lenient)?;
    let upstream = Upstream::read(&ours, upstream, overlays)?;
    let mut merged = Merged::default();
    upstream.compare(&ours, false, |differences| {
        for mut difference in differences {
            difference.ours = difference.ours.map(|pointer| ours.original(&pointer));
            merged.add(difference);
        }
    })?;
    Ok(upstream.comparison(&ours, merged))
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
        let overlays = overlays.iter().map(|source| Overlay::parse(source.file, source.text));
        let overlays = overlays.collect::<Result<Vec<_>, _>>()?;
        let theirs = Document::of(upstream.file, read(upstream.file, upstream.text)?, Policy::Lenient)?;
        let original = theirs.root().value().clone();
        let (mut document, mut moves) = paths::align(&ours.root(), &theirs.root())?;
        let overlay = match overlays.as_slice() {
            [only] => Some(only),
            several => Overlay::choose(several, &document),
        };
        let mut stale = Vec::new();
        if let Some(overlay) = overlay {
            (document, stale) = overlay.apply(document, &mut moves);
        }
        let document = theirs.edit(|root| *root = document);
        let overlay = overlay.map(|overlay| overlay.file().to_owned());
        Ok(Self { document, original, moves, overlay, stale })
    }

    /// Returns the differences of each operation, with edits of our document that would remove them.
    pub(crate) fn differences(&self, ours: &Document) -> Result<Vec<Difference>, Problem> {
        let mut all = Vec::new();
        self.compare(ours, true, |differences| all.extend(differences))?;
        Ok(all)
    }

    /// Passes on the differences of each operation.
    fn compare(
        &self,
        ours: &Document,
        with_edits: bool,
        mut add: impl FnMut(Vec<Difference>),
    ) -> Result<(), Problem> {
        let mut originals: HashMap<String, String> = HashMap::new();
        operations::compare(&ours.root(), &self.document.root(), with_edits, |mut differences| {
            for pointer in differences.iter_mut().filter_map(|difference| difference.upstream.as_mut()) {
                if let Some(original) = originals.get(pointer) {
                    pointer.clone_from(original);
                } else {
                    let original = overlay::original(pointer, &self.moves, &self.original);
                    let original = self.document.original(&original);
                    originals.insert(std::mem::replace(pointer, original.clone()), original);
                }
            }
            add(differences);
        })
    }

    /// Merges the differences of operations.
    pub(crate) fn merged(&self, ours: &Document, differences: Vec<Difference>) -> Comparison {
        let mut merged = Merged::default();
        differences.into_iter().for_each(|difference| merged.add(difference));
        self.comparison(ours, merged)
    }

    fn comparison(&self, ours: &Document, differences: Merged) -> Comparison {
        Comparison {
            ours: ours.file().to_owned(),
            upstream: self.document.file().to_owned(),
            overlay: self.overlay.clone(),
            differences: differences.into_differences(),
            stale: self.stale.clone(),
        }
    }
}
