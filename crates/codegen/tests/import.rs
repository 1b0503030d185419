//! Documents under the lenient policy.

mod common;

use api_keys_codegen::{Error, Imported, Problem, Selection, Wanted};
use common::{document, operation, schemas};
use serde_json::{Value, json};

fn import_text(text: &str, options: &Wanted) -> Result<Imported, Error> {
    api_keys_codegen::import("test.json", text, options)
}

fn import(document: &Value) -> Imported {
    import_text(&document.to_string(), &Wanted::default()).unwrap()
}

fn problems(text: &str) -> Vec<Problem> {
    match import_text(text, &Wanted::default()) {
        Err(Error::Document(problems)) => problems.0,
        other => panic!("{other:?}"),
    }
}

#[test]
fn schemas_without_a_type_are_losses() {
    let Imported { report, .. } = import(&schemas(json!({ "Key": { "type": "object", "properties": {
        "a": { "if": { "type": "string" }, "then": { "minLength": 1 } },
        "b": { "$ref": "other.json#/Key" },
        "c": { "$ref": "#/components/schemas/Nothing" },
        "d": { "type": "text" },
        "e": { "type": "string", "tpye": "string" },
        "f": { "not": { "type": "string" } },
    } } })));
    let losses: Vec<_> =
        report.losses.iter().map(|loss| loss.pointer.rsplit("properties/").next().unwrap()).collect();
    assert_eq!(losses, ["a/if", "b/$ref", "c/$ref", "d", "e/tpye"]);
    assert!(report.losses.iter().all(|loss| !loss.help.is_empty()));
    assert_eq!(report.notes[0].pointer, "/components/schemas/Key/properties/f/not");
}

#[test]
fn unsupported_operations_can_be_skipped() {
    let mut document = operation(json!({}));
    document["paths"]["/open/{brace"] = json!({ "get": { "responses": {} } });
    let problems = problems(&document.to_string());
    assert!(problems[0].message.contains("a `{` without a `}`"), "{problems:?}");
    let options = Wanted { skip_unsupported: true, ..Wanted::default() };
    let Imported { files, report } = import_text(&document.to_string(), &options).unwrap();
    assert_eq!(report.losses[0].pointer, "/paths/~1open~1{brace/get");
    assert!(files.iter().any(|(_, text)| text.contains("fn list_things")));
}

#[test]
fn selection_keeps_referenced_schemas() {
    let response = |name: &str| {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        json!({ "200": { "description": "", "content": { "application/json": { "schema": schema } } } })
    };
    let object = |name: &str| json!({ "type": "object", "properties": { name: { "type": "string" } } });
    let document = document(
        json!({
            "/keys": { "get": { "tags": ["keys"], "responses": response("Key") } },
            "/users": { "get": { "tags": ["users"], "responses": response("User") } },
        }),
        json!({ "schemas": { "Key": object("a"), "User": object("b"), "Unused": object("c") } }),
    );
    for selection in [
        Selection { tags: vec!["keys".to_owned()], paths: vec![] },
        Selection { tags: vec![], paths: vec!["/key".to_owned()] },
    ] {
        let options = Wanted { selection, ..Wanted::default() };
        let Imported { files, .. } = import_text(&document.to_string(), &options).unwrap();
        let all: String = files.into_iter().map(|(_, text)| text).collect();
        assert!(all.contains("struct Key") && all.contains("fn get_keys"));
        assert!(!all.contains("User") && !all.contains("Unused"), "{all}");
    }
}

#[test]
fn yaml_equals_json() {
    let document = operation(json!({ "responses": { "200": { "description": "no: yes" } } }));
    let yaml = serde_norway::to_string(&document).unwrap();
    let read = |text: &str| import_text(text, &Wanted::default()).unwrap();
    assert_eq!(read(&yaml), read(&document.to_string()));
}
