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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use std::path::Path;

    use crate::document::{Document, Policy};
    use crate::import;
    use crate::problem::Problems;
    use crate::{emit, lower};

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
                let api = Document::of("test.yaml", document, policy)
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
