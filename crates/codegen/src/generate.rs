//! Generation of clients.

use std::path::Path;

use crate::document::{Document, Policy, read};
use crate::emit::emit;
use crate::error::Error;
use crate::format::rustfmt;
use crate::lower::lower;
use crate::problem::{Problems, Report};
use crate::selection::{Selection, select};
use crate::source::Source;

/// Options of [`generate`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use]
pub struct Options {
    strict: bool,
    selection: Selection,
    skip_unsupported: bool,
    crate_name: Option<String>,
}

impl Options {
    /// Creates options with the lenient policy: what the generator cannot express becomes something more general and is
    /// reported.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates options with the strict policy: what the generator cannot express exactly, or has to assume, is a
    /// problem. Documents must be JSON.
    pub fn strict() -> Self {
        Self { strict: true, ..Self::default() }
    }

    /// Selects operations.
    pub fn selection(mut self, selection: Selection) -> Self {
        self.selection = selection;
        self
    }

    /// Omits operations that cannot be generated, instead of failing.
    pub fn skip_unsupported(mut self, skip_unsupported: bool) -> Self {
        self.skip_unsupported = skip_unsupported;
        self
    }

    /// Sets the package whose root exports the generated module. Examples of methods are compiled as doctests only if
    /// it is set.
    pub fn package(mut self, package: &str) -> Self {
        self.crate_name = Some(package.replace('-', "_"));
        self
    }
}

/// A generated client.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Generated {
    /// The names and contents of the files of a module. The root is `mod.rs`.
    pub files: Vec<(&'static str, String)>,
    /// The differences from the document.
    pub report: Report,
}

/// Generates a client. The result depends on the arguments and on the rustfmt settings of the current directory only.
///
/// # Errors
///
/// Returns an error if the text is not an OpenAPI 3.0 or 3.1 document, the document has problems, or rustfmt cannot be
/// run.
///
/// # Examples
///
/// ```
/// use api_keys_codegen::{Options, Source, generate};
///
/// let text = r#"
/// openapi: 3.1.0
/// info: { title: Things, version: "1" }
/// paths:
///   /things: { get: { operationId: listThings, responses: { 204: { description: Done. } } } }
/// "#;
/// let client = generate(Source { file: "things.yaml", text }, &Options::new())?;
/// assert!(client.files.iter().any(|(_, text)| text.contains("pub async fn list_things(&self)")));
/// assert!(client.report.losses.is_empty());
/// # Ok::<(), api_keys_codegen::Error>(())
/// ```
pub fn generate(source: Source<'_>, options: &Options) -> Result<Generated, Error> {
    let Source { file, text } = source;
    let document = if options.strict {
        Document::parse(file, text).map_err(Problems::from)?
    } else {
        let mut root = read(file, text).map_err(Problems::from)?;
        select(&mut root, &options.selection);
        Document::of(file, root, Policy::Lenient).map_err(Problems::from)?
    };
    let mut api = lower(&document, options.skip_unsupported)?;
    if !options.strict {
        // The code does not depend on the directory of the document.
        if let Some(name) = Path::new(file).file_name() {
            api.file = name.to_string_lossy().into_owned();
        }
        if api.operations.is_empty() {
            document.root().note("there are no operations", "the client has no methods");
        }
    }
    api.crate_name.clone_from(&options.crate_name);
    let mut files = emit(&api);
    for (_, text) in &mut files {
        *text = rustfmt(text)?;
    }
    Ok(Generated { files, report: document.report().deduplicated() })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Collects the JSON pointers of all values.
    fn pointers(value: &Value, pointer: String, found: &mut Vec<String>) {
        let key = |key: &str| format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
        match value {
            Value::Object(object) => {
                object.iter().for_each(|(name, value)| pointers(value, key(name), found))
            }
            Value::Array(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(index, value)| pointers(value, key(&index.to_string()), found));
            }
            _ => {}
        }
        found.push(pointer);
    }

    #[test]
    fn damaged_documents_do_not_panic() {
        let replacements =
            [json!(null), json!("#/components/schemas/Thing"), json!({}), json!([true]), json!("🔑 self")];
        let features = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/features");
        let mut damaged = 0;
        let mut rejected = 0;
        for feature in std::fs::read_dir(features).unwrap() {
            let path = feature.unwrap().path().join("document.yaml");
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let document = read("test.yaml", &text).unwrap();
            let mut found = Vec::new();
            pointers(&document, String::new(), &mut found);
            // A third, to save time.
            for pointer in found.into_iter().step_by(3) {
                let replacement = &replacements[damaged % replacements.len()];
                // Both policies in turn.
                let policy = [Policy::Strict, Policy::Lenient][damaged / replacements.len() % 2];
                damaged += 1;
                let mut document = document.clone();
                *document.pointer_mut(&pointer).unwrap() = replacement.clone();
                let api = Document::of("test.yaml", document, policy)
                    .map_err(Problems::from)
                    .and_then(|document| lower(&document, false));
                match api {
                    Ok(api) => {
                        for (name, text) in emit(&api) {
                            let location = format!("{}#{pointer}", path.display());
                            assert!(
                                syn::parse_file(&text).is_ok(),
                                "{replacement} at {location}: {name} is not valid Rust"
                            );
                        }
                    }
                    Err(Problems(problems)) => {
                        assert!(problems.iter().all(|problem| !problem.message.is_empty()));
                        rejected += 1;
                    }
                }
            }
        }
        assert!(damaged > 900 && rejected > 100, "{damaged}, {rejected}");
    }
}
