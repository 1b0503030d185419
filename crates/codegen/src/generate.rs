//! Generation of clients.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use crate::document::{Document, Policy, read};
use crate::emit::emit;
use crate::error::Error;
use crate::format::format_all;
use crate::lower::{X_PAGINATION, lower};
use crate::methods;
use crate::overlay::Overlay;
use crate::pagination::Pagination;
use crate::problem::{Problem, Problems, Report, Topic};
use crate::selection::{Selection, select};
use crate::source::Source;

/// Options of [`generate`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use]
pub struct Options {
    strict: bool,
    overlays: Vec<(String, String)>,
    names: BTreeMap<String, String>,
    pagination: BTreeMap<String, Pagination>,
    selection: Selection,
    skip_unsupported: bool,
    full_types: bool,
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

    /// Adds an [OpenAPI Overlay](https://spec.openapis.org/overlay/), which is applied to the document after those
    /// added before. An action without an effect is a loss.
    pub fn overlay(mut self, Source { file, text }: Source<'_>) -> Self {
        self.overlays.push((file.to_owned(), text.to_owned()));
        self
    }

    /// Sets the names of operations, parameters, properties and schemas by their JSON pointers. The names are converted
    /// to the case of Rust; the extension `x-rust-name` in the document is equivalent.
    pub fn names(mut self, names: BTreeMap<String, String>) -> Self {
        self.names = names;
        self
    }

    /// Sets the pagination of operations by their ids or JSON pointers; the extension `x-pagination` in the document is
    /// equivalent. It replaces other declarations in the document.
    pub fn pagination(mut self, pagination: BTreeMap<String, Pagination>) -> Self {
        self.pagination = pagination;
        self
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

    /// Makes all types implement `Serialize` and `Deserialize`, with constructors for structs, so that tests can create
    /// responses and read requests. By default, types implement what the client needs. Secrets of responses are never
    /// serialized.
    pub fn full_types(mut self, full_types: bool) -> Self {
        self.full_types = full_types;
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
    /// The paths and contents of the files of a module. The root is `mod.rs`.
    pub files: Vec<(String, String)>,
    /// The differences from the document.
    pub report: Report,
}

/// Generates a client. The result depends on the arguments and on the rustfmt settings of the current directory only.
///
/// # Errors
///
/// Returns an error if the text is not an OpenAPI 3.0, 3.1 or 3.2 or Swagger 2.0 document, the document has problems, or rustfmt
/// cannot be run.
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
    let (document, ineffective) = if options.strict {
        (Document::parse(file, text)?, Vec::new())
    } else {
        let (mut root, ineffective) = overlaid(read(file, text)?, &options.overlays)?;
        set_names(file, &mut root, &options.names)?;
        set_pagination(file, &mut root, &options.pagination)?;
        let document = Document::of(file, root, Policy::Lenient)?;
        // The conversion of another version has moved the components.
        (document.edit(|root| select(root, &options.selection)), ineffective)
    };
    let mut api = lower(&document, options.skip_unsupported)?;
    if !options.strict {
        // The code does not depend on the directory of the document.
        if let Some(name) = Path::new(file).file_name() {
            api.file = name.to_string_lossy().into_owned();
        }
        if api.operations.is_empty() {
            document.root().note(Topic::Other, "there are no operations", "the client has no methods");
        }
    }
    if options.full_types {
        api.types.complete();
    }
    api.crate_name.clone_from(&options.crate_name);
    let mut files = emit(&api);
    format_all(&mut files)?;
    let mut report = document.report().deduplicated();
    report.losses.extend(ineffective);
    Ok(Generated { files, report })
}

/// Applies overlays to a document, and returns a problem for each action without an effect.
fn overlaid(mut root: Value, overlays: &[(String, String)]) -> Result<(Value, Vec<Problem>), Problem> {
    let mut ineffective = Vec::new();
    for (file, text) in overlays {
        let (changed, stale) = Overlay::parse(file, text)?.apply(root, &mut Vec::new());
        root = changed;
        ineffective.extend(stale.into_iter().map(|stale| Problem {
            pointer: stale.action.rsplit_once('#').unwrap_or_default().1.to_owned(),
            ..Problem::of_document(file, format!("the action has no effect: {}", stale.reason), "ignored")
        }));
    }
    Ok((root, ineffective))
}

/// Sets the names of parts of a document.
fn set_names(file: &str, root: &mut Value, names: &BTreeMap<String, String>) -> Result<(), Problems> {
    let mut problems = Vec::new();
    for (pointer, name) in names {
        match root.pointer_mut(pointer).and_then(Value::as_object_mut) {
            Some(object) => {
                object.insert("x-rust-name".to_owned(), name.as_str().into());
            }
            None => {
                let message = format!("there is nothing to name `{name}` at `{pointer}`");
                problems.push(Problem::of_document(file, message, "correct the JSON pointer"));
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
}

/// Sets the pagination of operations.
fn set_pagination(
    file: &str,
    root: &mut Value,
    paginations: &BTreeMap<String, Pagination>,
) -> Result<(), Problems> {
    let mut problems = Vec::new();
    for (operation, pagination) in paginations {
        let found = match operation.starts_with('/') {
            true => root.pointer_mut(operation).and_then(Value::as_object_mut),
            false => operation_with_id(root, operation),
        };
        match (found, serde_json::to_value(pagination)) {
            (Some(object), Ok(pagination)) => {
                object.insert(X_PAGINATION.to_owned(), pagination);
            }
            _ => {
                let message = format!("there is no operation `{operation}` to paginate");
                problems.push(Problem::of_document(file, message, "correct the id or the JSON pointer"));
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
}

fn operation_with_id<'v>(root: &'v mut Value, id: &str) -> Option<&'v mut Map<String, Value>> {
    let paths = root.get_mut("paths")?.as_object_mut()?.values_mut();
    let mut operations = paths.filter_map(Value::as_object_mut).flat_map(methods::operations_mut);
    operations
        .find(|(_, operation)| operation.get("operationId").is_some_and(|known| known == id))
        .map(|found| found.1)
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
        // Without optimization, nested schemas need more stack than the threads of tests have.
        let worker = std::thread::Builder::new().stack_size(16 << 20).spawn(generate_damaged_documents);
        worker.unwrap().join().unwrap();
    }

    fn generate_damaged_documents() {
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
