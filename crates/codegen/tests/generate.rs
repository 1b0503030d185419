//! Generation with both policies: problems, selections and determinism.

mod common;

use std::path::Path;
use std::{env, fs};

use api_keys_codegen::files::{Mode, ensure_file};
use api_keys_codegen::prepare::prepare;
use api_keys_codegen::{Error, Generated, Next, Options, Pagination, Problem, Selection, Source};
use common::{document, operation};
use serde_json::{Value, json};

fn generate(text: &str, options: &Options) -> Result<Generated, Error> {
    api_keys_codegen::generate(Source { file: "openapi/test.json", text }, options)
}

fn strict_problems(text: &str) -> Vec<Problem> {
    match generate(text, &Options::strict()) {
        Ok(_) => Vec::new(),
        Err(Error::Document(problems)) => problems.0,
        Err(error) => panic!("{error}"),
    }
}

/// `UPDATE_FEATURES=1` accepts the current problems.
#[test]
fn problems_are_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/problems");
    let text = fs::read_to_string(folder.join("documents.yaml")).unwrap();
    let mut all = String::new();
    for document in text.split("\n---\n") {
        let mut document: Value = serde_norway::from_str(document).unwrap();
        let object = document.as_object_mut().unwrap();
        let name = object.remove("name").unwrap();
        object.insert("openapi".to_owned(), "3.1.0".into());
        object.insert("info".to_owned(), json!({ "title": name, "version": "1" }));
        object.entry("paths").or_insert_with(|| json!({}));
        all += &format!("## {}\n", name.as_str().unwrap());
        for problem in strict_problems(&document.to_string()) {
            assert!(!problem.message.is_empty());
            all += &format!("{problem}\n");
        }
    }
    let is_update = env::var_os("UPDATE_FEATURES").is_some();
    let mode = if is_update { Mode::Write } else { Mode::Check };
    let change = ensure_file(&folder.join("problems.txt"), &all, mode).unwrap();
    assert!(is_update || change.is_none(), "set UPDATE_FEATURES=1 to accept\n{}", change.unwrap().diff);
}

#[test]
fn strict_documents_are_openapi_3_in_json() {
    for (text, message) in [
        ("", "not a JSON document: EOF"),
        ("openapi: 3.1.0", "not a JSON document"),
        ("[]", "`openapi` is missing"),
        (r#"{"swagger": "1.2"}"#, "version of Swagger"),
        (r#"{"openapi": "4.0.0"}"#, "OpenAPI 4.0.0"),
        (r#"{"openapi": "3.1.0", "a": {"x": 1, "x": 2}}"#, "duplicate key `x` at line 1 column 38"),
        (&"[".repeat(100_000), "recursion limit"),
    ] {
        let problems = strict_problems(text);
        let [problem] = problems.as_slice() else { panic!("{problems:#?}") };
        assert_eq!(problem.pointer, "");
        assert!(problem.message.contains(message), "{problem}");
    }
}

#[test]
fn unsupported_operations_can_be_skipped() {
    let mut document = operation(json!({}));
    document["paths"]["/open/{brace"] = json!({ "get": { "responses": {} } });
    let error = generate(&document.to_string(), &Options::new()).unwrap_err();
    assert!(error.to_string().contains("a `{` without a `}`"), "{error}");
    let client = generate(&document.to_string(), &Options::new().skip_unsupported(true)).unwrap();
    assert_eq!(client.report.losses[0].pointer, "/paths/~1open~1{brace/get");
    assert!(client.files.iter().any(|(_, text)| text.contains("fn list_things")));
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
        let client = generate(&document.to_string(), &Options::new().selection(selection)).unwrap();
        let all: String = client.files.into_iter().map(|(_, text)| text).collect();
        assert!(all.contains("struct Key") && all.contains("fn get_keys"));
        assert!(!all.contains("User") && !all.contains("Unused"), "{all}");
    }
}

#[test]
fn yaml_equals_json() {
    let document = operation(json!({ "responses": { "200": { "description": "no: yes" } } }));
    let read = |text: &str| generate(text, &Options::new()).unwrap();
    assert_eq!(read(&serde_norway::to_string(&document).unwrap()), read(&document.to_string()));
}

#[test]
fn generation_is_deterministic() {
    let text = operation(json!({})).to_string();
    let client = generate(&text, &Options::strict()).unwrap();
    assert_eq!(generate(&text, &Options::strict()).unwrap(), client);
    for (name, text) in client.files {
        let first = text.lines().next().unwrap();
        let expected = "// Generated by api-keys-codegen from `openapi/test.json`; do not edit.";
        assert_eq!(first, expected, "{name}");
    }
}

#[test]
fn examples_are_doctests_of_a_known_package() {
    let text = json!({
        "openapi": "3.1.0",
        "info": { "title": "Things", "version": "1" },
        "paths": { "/things/{id}": { "delete": {
            "operationId": "deleteThing",
            "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
            "responses": { "204": { "description": "Done." } },
        } } },
    })
    .to_string();
    let client = |options: &Options| {
        let files = generate(&text, options).unwrap().files;
        files.into_iter().find(|(name, _)| *name == "client.rs").unwrap().1
    };
    let known = client(&Options::new().package("my-things"));
    assert!(known.contains("/// ```no_run\n") && known.contains("client: my_things::Client"), "{known}");
    assert!(known.contains("/// client.delete_thing(\"id\").await?;\n"), "{known}");
    let unknown = client(&Options::new());
    assert!(unknown.contains("/// ```ignore\n") && !unknown.contains("no_run"), "{unknown}");
}

#[test]
fn selection_covers_openapi_3_2() {
    let operation = |tag: &str| {
        let schema = json!({ "$ref": format!("https://example.com/api#/components/schemas/{tag}") });
        json!({
            "tags": [tag],
            "responses": { "200": { "content": { "application/json": { "schema": schema } } } },
        })
    };
    let object = |name: &str| json!({ "type": "object", "properties": { name: { "type": "string" } } });
    let mut document = document(
        json!({
            "/things": {
                "query": operation("A"),
                "additionalOperations": { "COPY": operation("B"), "MOVE": operation("C") },
            },
            "/others": { "additionalOperations": { "COPY": operation("C") } },
        }),
        json!({ "schemas": { "A": object("a"), "B": object("b"), "C": object("c") } }),
    );
    document["openapi"] = "3.2.0".into();
    document["$self"] = "https://example.com/api".into();
    let selection = Selection { tags: vec!["A".to_owned(), "B".to_owned()], paths: vec![] };
    let client = generate(&document.to_string(), &Options::new().selection(selection)).unwrap();
    let all: String = client.files.into_iter().map(|(_, text)| text).collect();
    assert!(all.contains("fn query_things") && all.contains("fn copy_things") && !all.contains("_others"));
    assert!(all.contains("struct A") && all.contains("struct B") && !all.contains("struct C {"));
    assert!(client.report.losses.is_empty(), "{}", client.report);
}

#[test]
fn prepared_document_keeps_openapi_3_2() {
    let mut document = document(
        json!({ "/keys": { "query": { "responses": { "204": {} } } } }),
        json!({ "securitySchemes": { "Key": { "type": "http", "scheme": "bearer" } } }),
    );
    document["openapi"] = "3.2.1".into();
    document["$self"] = "https://example.com/api".into();
    document["security"] = json!([{ "https://example.com/api#/components/securitySchemes/Key": [] }]);
    let prepared = prepare("keys.json", &document.to_string(), &Selection::default()).unwrap().document;
    assert_eq!((&prepared["openapi"], prepared.get("$self")), (&json!("3.2.0"), None));
    assert_eq!(prepared["paths"]["/keys"]["query"]["x-operation-class"], "safe");
    generate(&prepared.to_string(), &Options::strict()).unwrap();
}

#[test]
fn pagination_of_swagger() {
    let document = json!({
        "swagger": "2.0",
        "info": { "title": "Volumes", "version": "1" },
        "paths": { "/volumes": { "get": {
            "operationId": "listVolumes",
            "x-ms-pageable": { "nextLinkName": "nextLink" },
            "responses": { "200": { "description": "A page.", "schema": { "$ref": "#/definitions/Page" } } },
        } } },
        "definitions": { "Page": { "type": "object", "properties": {
            "value": { "type": "array", "items": { "type": "string" } },
            "nextLink": { "type": "string" },
            "previousLink": { "type": "string" },
        } } },
    });
    let code = |options: &Options| {
        let client = generate(&document.to_string(), options).unwrap();
        assert!(client.report.losses.is_empty(), "{}", client.report);
        client.files.into_iter().map(|(_, text)| text).collect::<String>()
    };
    assert!(code(&Options::new()).contains("NextPage::Url(page.next_link.clone())"));
    for operation in ["listVolumes", "/paths/~1volumes/get"] {
        let pagination = Pagination::new(Next::Url("/previousLink".to_owned())).items("/value");
        let options = Options::new().pagination([(operation.to_owned(), pagination)].into());
        assert!(code(&options).contains("NextPage::Url(page.previous_link.clone())"));
    }
}

#[test]
fn method_must_be_a_token() {
    let mut document = operation(json!({}));
    document["paths"]["/things"]["additionalOperations"] = json!({ "A B": { "responses": {} } });
    let error = generate(&document.to_string(), &Options::new()).unwrap_err().to_string();
    assert!(error.contains("/additionalOperations/A B: `A B` is not a method"), "{error}");
}
