//! A client from a document that keeps the conventions of the generator.

use crate::document::Document;
use crate::error::Error;
use crate::problem::Problems;
use crate::{emit, format, lower};

/// Generates a client from the text of a document: the names and the contents of the files of one module.
///
/// `file` is how the document is called in problems and in the generated code. The result depends on nothing but the
/// two and the settings of rustfmt that apply in the current directory.
///
/// # Errors
/// When the document holds something that the generator does not take, or rustfmt cannot be run.
pub fn generate(file: &str, text: &str) -> Result<Vec<(&'static str, String)>, Error> {
    let document = Document::parse(file, text).map_err(Problems::from)?;
    let api = lower::lower(&document, false)?;
    let mut files = emit::emit(&api);
    for (_, text) in &mut files {
        *text = format::rustfmt(text)?;
    }
    Ok(files)
}
