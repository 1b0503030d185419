//! Documents for tests.

#![allow(dead_code, reason = "each test uses a part")]

use std::path::Path;

use serde_json::{Value, json};

/// Returns the path of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Returns a document with paths and components.
pub(crate) fn document(paths: Value, components: Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Keys", "version": "1" },
        "paths": paths,
        "components": components,
    })
}

/// Returns a document with schemas and without operations.
pub(crate) fn schemas(schemas: Value) -> Value {
    document(json!({}), json!({ "schemas": schemas }))
}

/// Returns a document with the operation `listThings`, `GET /things`. `fields` override its defaults.
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
