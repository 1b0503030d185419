//! Small documents for tests.

#![allow(dead_code, reason = "each test uses some of this")]

use std::path::Path;

use api_keys_codegen::{Error, Problem};
use serde_json::{Value, json};

/// The repository, for its formatting settings.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// A document with these paths and components.
pub(crate) fn document(paths: Value, components: Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Keys", "version": "1" },
        "paths": paths,
        "components": components,
    })
}

/// A document with these schemas and no operations.
pub(crate) fn schemas(schemas: Value) -> Value {
    document(json!({}), json!({ "schemas": schemas }))
}

/// A document with one operation, `GET /things`, that is called `listThings` and answers 204 unless said otherwise.
pub(crate) fn operation(fields: Value) -> Value {
    let mut operation = json!({
        "operationId": "listThings",
        "x-operation-class": "safe",
        "responses": { "204": { "description": "Done." } },
    });
    for (key, value) in fields.as_object().unwrap() {
        operation[key] = value.clone();
    }
    document(json!({ "/things": { "get": operation } }), json!({}))
}

/// What is wrong with a document.
pub(crate) fn problems(document: &Value) -> Vec<Problem> {
    problems_in_text(&document.to_string())
}

pub(crate) fn problems_in_text(text: &str) -> Vec<Problem> {
    match api_keys_codegen::generate("openapi/test/openapi.json", text) {
        Err(Error::Document(problems)) => problems.0,
        other => panic!("{other:?}"),
    }
}
