//! Documents that were not written for this project: what is filled in, and what is reported.

mod common;

use std::fs;

use api_keys_codegen::{Error, Imported, Problem, Selection, Wanted};
use common::{document, operation, schemas};
use serde_json::{Value, json};
use tempfile::tempdir;

fn import_text(text: &str, wanted: &Wanted) -> Result<Imported, Error> {
    api_keys_codegen::import("test.json", text, wanted)
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
fn what_no_type_can_say_is_any_value_and_reported_with_its_place() {
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
fn an_operation_that_cannot_be_expressed_fails_unless_it_may_be_left_out() {
    let mut document = operation(json!({}));
    document["paths"]["/open/{brace"] = json!({ "get": { "responses": {} } });
    let problems = problems(&document.to_string());
    assert!(problems[0].message.contains("a `{` without a `}`"), "{problems:?}");
    let wanted = Wanted { skip_unsupported: true, ..Wanted::default() };
    let Imported { files, report } = import_text(&document.to_string(), &wanted).unwrap();
    assert_eq!(report.losses[0].pointer, "/paths/~1open~1{brace/get");
    assert!(files.iter().any(|(_, text)| text.contains("fn list_things")));
}

#[test]
fn a_slice_holds_the_operations_that_are_wanted_and_what_they_refer_to() {
    let answer = |name: &str| {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        json!({ "200": { "description": "", "content": { "application/json": { "schema": schema } } } })
    };
    let object = |name: &str| json!({ "type": "object", "properties": { name: { "type": "string" } } });
    let document = document(
        json!({
            "/keys": { "get": { "tags": ["keys"], "responses": answer("Key") } },
            "/users": { "get": { "tags": ["users"], "responses": answer("User") } },
        }),
        json!({ "schemas": { "Key": object("a"), "User": object("b"), "Unused": object("c") } }),
    );
    for selection in [
        Selection { tags: vec!["keys".to_owned()], paths: vec![] },
        Selection { tags: vec![], paths: vec!["/key".to_owned()] },
    ] {
        let wanted = Wanted { selection, ..Wanted::default() };
        let Imported { files, .. } = import_text(&document.to_string(), &wanted).unwrap();
        let all: String = files.into_iter().map(|(_, text)| text).collect();
        assert!(all.contains("struct Key") && all.contains("fn get_keys"));
        assert!(!all.contains("User") && !all.contains("Unused"), "{all}");
    }
}

#[test]
fn yaml_says_what_json_says() {
    let document = operation(json!({ "responses": { "200": { "description": "no: yes" } } }));
    let yaml = serde_norway::to_string(&document).unwrap();
    let read = |text: &str| import_text(text, &Wanted::default()).unwrap();
    assert_eq!(read(&yaml), read(&document.to_string()));
}

#[test]
fn what_is_no_document_is_told_and_nothing_panics() {
    let nested = |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    for (text, message) in [
        ("\u{0}", "not a YAML document"),
        ("openapi: [", "not a YAML document"),
        ("a: 1\na: 2", "given twice"),
        ("just words", "no `openapi` version"),
        ("swagger: '2.0'", "Swagger 2.0"),
        ("openapi: 3.2.0", "OpenAPI 3.2.0"),
        (&nested("[", "]"), "recursion limit"),
        (&format!("a: {}", nested("[", "]")), "not a YAML document"),
    ] {
        let problems = problems(text);
        assert!(problems[0].message.contains(message), "{}", problems[0]);
        assert_eq!((problems[0].file.as_str(), problems[0].pointer.as_str()), ("test.json", ""));
        assert!(!problems[0].help.is_empty());
    }
}

#[test]
fn schemas_that_lead_deep_or_in_circles_end() {
    let reference = |name: String| json!({ "$ref": format!("#/components/schemas/{name}") });
    let mut deep = serde_json::Map::new();
    for index in 0..500 {
        deep.insert(
            format!("A{index}"),
            json!({ "type": "array", "items": reference(format!("A{}", index + 1)) }),
        );
    }
    deep.insert("A500".to_owned(), json!({ "allOf": [reference("A500".to_owned())] }));
    let Imported { report, .. } = import(&schemas(Value::Object(deep)));
    assert!(report.losses.iter().any(|loss| loss.pointer.starts_with("/components/schemas/A500")));
}

#[test]
fn a_crate_is_put_in_place_in_whole_or_not_at_all() {
    let parent = tempdir().unwrap();
    let directory = parent.path().join("client");
    let Imported { files, .. } = import(&operation(json!({})));
    api_keys_codegen::write_crate(&directory, "client", &files).unwrap();
    let manifest = fs::read_to_string(directory.join("Cargo.toml")).unwrap();
    assert!(manifest.contains("name = \"client\""));
    assert!(
        fs::read_to_string(directory.join("src/lib.rs")).unwrap().contains("pub use operations::Client;")
    );

    // What was added by hand stays, and what was generated is replaced.
    fs::write(directory.join("README.md"), "mine").unwrap();
    fs::write(directory.join("src/old.rs"), "").unwrap();
    api_keys_codegen::write_crate(&directory, "client", &files).unwrap();
    assert!(directory.join("README.md").exists() && !directory.join("src/old.rs").exists());
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1, "nothing is left over");

    let other = parent.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("mine.rs"), "").unwrap();
    let error = api_keys_codegen::write_crate(&other, "client", &files).unwrap_err();
    assert!(error.to_string().contains("holds something else"), "{error}");
    assert!(other.join("mine.rs").exists());
}
