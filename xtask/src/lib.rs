//! Tasks of this repository.
//!
//! [`generate`] turns an OpenAPI document into a typed client, in three steps that know nothing of each other's
//! matter: the document is read as it is, lowered to a model of what it means, and the model is written as Rust.
//! Whatever the generator does not understand is a [`Problem`] with the place in the document. Nothing is skipped.

mod capabilities;
mod document;
mod emit;
mod format;
mod import;
mod lower;
mod model;
mod problem;
mod slice;
mod write;

use std::fmt;
use std::io;
use std::path::Path;

pub use capabilities::capabilities;
pub use import::{Imported, Wanted, import, write_crate};
pub use problem::{Problem, Problems, Report};
pub use slice::Selection;
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
        let text = include_str!("../tests/kitchen_sink/document.json");
        let document: Value = serde_json::from_str(text).unwrap();
        let mut pointers = Vec::new();
        places(&document, String::new(), &mut pointers);
        assert!(pointers.len() > 400, "{}", pointers.len());

        let damages =
            [json!(null), json!("#/components/schemas/Tree"), json!({}), json!([true]), json!("🔑 self")];
        let mut refused = 0;
        for (index, pointer) in pointers.iter().enumerate() {
            let damage = &damages[index % damages.len()];
            let mut damaged = document.clone();
            *damaged.pointer_mut(pointer).unwrap() = damage.clone();
            let api = document::Document::parse("test.json", &damaged.to_string())
                .map_err(Problems::from)
                .and_then(|document| lower::lower(&document, false));
            match api {
                Ok(api) => {
                    for (name, text) in emit::emit(&api) {
                        assert!(syn::parse_file(&text).is_ok(), "{damage} at {pointer}: {name} is no Rust");
                    }
                }
                Err(Problems(problems)) => {
                    assert!(problems.iter().all(|problem| !problem.message.is_empty()));
                    refused += 1;
                }
            }
        }
        assert!(refused > 100, "{refused}");
    }
}
