//! Tasks of this repository.
//!
//! [`generate`] turns an OpenAPI document into a typed client, in three steps that know nothing of each other's
//! matter: the document is read as it is, lowered to a model of what it means, and the model is written as Rust.
//! Whatever the generator does not understand is a [`Problem`] with the place in the document. Nothing is skipped.

mod capabilities;
mod diff;
mod document;
mod emit;
mod format;
mod import;
mod lower;
mod model;
mod new_vendor;
mod overlay;
mod problem;
mod slice;
mod sync;
mod write;

use std::fmt;
use std::io;
use std::path::Path;

pub use capabilities::capabilities;
pub use diff::{Comparison, Difference, Impact, Source, diff};
pub use import::{Imported, Wanted, import, write_crate};
pub use new_vendor::{Departure, NewVendor, Scaffold, new_vendor};
pub use overlay::Stale;
pub use problem::{Problem, Problems, Report};
pub use slice::Selection;
pub use sync::{Synced, sync};
pub use write::{Change, Mode, ensure};

/// Why there is no generated code.
#[derive(Debug)]
pub enum Error {
    /// The document cannot be generated from.
    Document(Problems),
    /// A file cannot be read or written, or rustfmt does not run.
    Io(io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document(problems) => problems.fmt(f),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<Problems> for Error {
    fn from(problems: Problems) -> Self {
        Self::Document(problems)
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Document(problem.into())
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Generates a client from the text of a document: the names and the contents of the files of one module.
///
/// `file` is how the document is called in problems and in the generated code. The result depends on nothing but the
/// two and the formatting settings in the `settings` directory.
///
/// # Errors
/// When the document holds something that the generator does not take, or rustfmt cannot be run.
pub fn generate(file: &str, text: &str, settings: &Path) -> Result<Vec<(&'static str, String)>, Error> {
    let document = document::Document::parse(file, text).map_err(Problems::from)?;
    let api = lower::lower(&document, false)?;
    let mut files = emit::emit(&api);
    for (_, text) in &mut files {
        *text = format::rustfmt(text, settings)?;
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::document::Policy;

    /// All places in a value, as JSON pointers.
    fn places(value: &Value, pointer: String, found: &mut Vec<String>) {
        let key = |key: &str| format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
        match value {
            Value::Object(object) => object.iter().for_each(|(name, value)| places(value, key(name), found)),
            Value::Array(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(index, value)| places(value, key(&index.to_string()), found));
            }
            _ => {}
        }
        found.push(pointer);
    }

    #[test]
    fn a_damaged_document_gives_a_problem_or_code_but_never_a_panic() {
        let damages =
            [json!(null), json!("#/components/schemas/Thing"), json!({}), json!([true]), json!("🔑 self")];
        let features = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/features");
        let mut damaged = 0;
        let mut refused = 0;
        for feature in std::fs::read_dir(features).unwrap() {
            let path = feature.unwrap().path().join("document.yaml");
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let document = import::read("test.yaml", &text).unwrap();
            let mut pointers = Vec::new();
            places(&document, String::new(), &mut pointers);
            // Not all, because that takes a while.
            for pointer in pointers.into_iter().step_by(3) {
                let damage = &damages[damaged % damages.len()];
                // In turn as a document of ours and as somebody else's.
                let policy = [Policy::Strict, Policy::Lenient][damaged / damages.len() % 2];
                damaged += 1;
                let mut document = document.clone();
                *document.pointer_mut(&pointer).unwrap() = damage.clone();
                let api = document::Document::of("test.yaml", document, policy)
                    .map_err(Problems::from)
                    .and_then(|document| lower::lower(&document, false));
                match api {
                    Ok(api) => {
                        for (name, text) in emit::emit(&api) {
                            let place = path.display();
                            assert!(
                                syn::parse_file(&text).is_ok(),
                                "{damage} at {place}#{pointer}: {name} is no Rust"
                            );
                        }
                    }
                    Err(Problems(problems)) => {
                        assert!(problems.iter().all(|problem| !problem.message.is_empty()));
                        refused += 1;
                    }
                }
            }
        }
        assert!(damaged > 900 && refused > 100, "{damaged}, {refused}");
    }
}
