//! Tasks of this repository.
//!
//! [`generate`] turns an OpenAPI document into a typed client, in three steps that know nothing of each other's
//! matter: the document is read as it is, lowered to a model of what it means, and the model is written as Rust.
//! Whatever the generator does not understand is a [`Problem`] with the place in the document. Nothing is skipped.

mod document;
mod emit;
mod format;
mod lower;
mod model;
mod problem;
mod write;

use std::fmt;
use std::io;
use std::path::Path;

pub use problem::{Problem, Problems};
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
    let api = lower::lower(&document)?;
    let mut files = emit::emit(&api);
    for (_, text) in &mut files {
        *text = format::rustfmt(text, settings)?;
    }
    Ok(files)
}
