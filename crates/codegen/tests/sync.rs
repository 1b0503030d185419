//! Applying the additions of a vendor's document.

mod common;

use std::fs;

use api_keys_codegen::{Options, Source, Synced, diff, sync};
use insta::assert_snapshot;
use serde_json::{Value, json};

fn pretty(document: &Value) -> String {
    serde_json::to_string_pretty(document).unwrap() + "\n"
}

/// A document with two operations: one lists keys, one creates a key.
fn document() -> Value {
    let key = json!({ "$ref": "#/components/schemas/Key" });
    let content = |schema: &Value| json!({ "application/json": { "schema": schema } });
    let list = json!({
        "operationId": "listKeys",
        "x-operation-class": "safe",
        "parameters": [{ "name": "page", "in": "query", "schema": { "type": "integer", "minimum": 1 } }],
        "responses": {
            "200": { "description": "The keys.", "content": content(&json!({ "type": "array", "items": key })) },
            "404": { "description": "There is nobody." },
        },
    });
    let create = json!({
        "operationId": "createKey",
        "x-operation-class": "unsafe",
        "requestBody": { "required": true, "content": content(&json!({ "$ref": "#/components/schemas/NewKey" })) },
        "responses": { "200": { "description": "The key.", "content": content(&key) } },
    });
    let schemas = json!({
        "NewKey": {
            "type": "object",
            "description": "What the key should be.",
            "properties": { "name": { "type": "string", "description": "Its name.", "maxLength": 10 } },
            "required": ["name"],
        },
        "Key": {
            "type": "object",
            "description": "A key.",
            "properties": {
                "id": { "type": "string", "description": "Its id." },
                "state": { "type": "string", "enum": ["on", "off"] },
            },
            "required": ["id"],
        },
    });
    common::document(json!({ "/keys": { "get": list, "post": create } }), json!({ "schemas": schemas }))
}

fn synced(ours: &str, upstream: &Value) -> Synced {
    let upstream = upstream.to_string();
    let ours = Source { file: "openapi/test/openapi.json", text: ours };
    sync(ours, Source { file: "theirs.json", text: &upstream }, &[], &Options::strict()).unwrap()
}

#[test]
fn additions_keep_the_remaining_text() {
    let ours = pretty(&document());
    let mut upstream = document();
    let schemas = &mut upstream["components"]["schemas"];
    schemas["NewKey"]["properties"]["owner"] = json!({ "type": "string", "nullable": true, "description": "Whose it is.", "example": "me", "title": "Owner" });
    schemas["NewKey"]["properties"]["name"]["maxLength"] = json!(20);
    schemas["Key"]["properties"]["state"]["enum"] = json!(["on", "off", "paused"]);
    schemas["Key"]["properties"]["place"] = json!({ "$ref": "#/components/schemas/Place" });
    schemas["Place"] =
        json!({ "type": "object", "properties": { "city": { "type": "string", "default": "Bern" } } });
    let list = &mut upstream["paths"]["/keys"]["get"];
    list["parameters"].as_array_mut().unwrap().push(json!({
        "name": "state", "in": "query", "description": "Only these.", "schema": { "type": "string" }
    }));
    list["responses"]["403"] =
        json!({ "description": "Not yours.", "headers": { "X-Why": { "schema": { "type": "string" } } } });
    let synced = synced(&ours, &upstream);
    let diff = similar::TextDiff::from_lines(ours.as_str(), &synced.text)
        .unified_diff()
        .context_radius(2)
        .to_string();
    assert_snapshot!(format!("{synced}\n{diff}"));
    // An absent response field has no value.
    let [left] = synced.left.differences.as_slice() else { panic!("{synced}") };
    assert_eq!(left.message, "default `\"Bern\"`, was none");
    // Also in the client.
    assert!(synced.files.iter().any(|(_, text)| text.contains("place: Option<")));
}

#[test]
fn breaking_changes_remain() {
    let ours = pretty(&document());
    let mut upstream = document();
    upstream["components"]["schemas"]["NewKey"]["properties"]["owner"] = json!({ "type": "string" });
    upstream["components"]["schemas"]["NewKey"]["required"] = json!(["name", "owner"]);
    upstream["components"]["schemas"]["Key"]["properties"]["id"]["type"] = json!("integer");
    upstream["components"]["schemas"]["Key"]["properties"].as_object_mut().unwrap().remove("state");
    upstream["paths"]["/keys"]["delete"] = json!({ "responses": { "204": { "description": "" } } });
    let synced = synced(&ours, &upstream);
    assert_eq!(synced.text, ours);
    assert_snapshot!(synced);
}

#[test]
fn secret_names_are_marked_and_reported() {
    let ours = pretty(&document());
    let mut upstream = document();
    upstream["components"]["schemas"]["Key"]["properties"]["access_token"] = json!({ "type": "string" });
    let synced = synced(&ours, &upstream);
    let document: Value = serde_json::from_str(&synced.text).unwrap();
    assert_eq!(document["components"]["schemas"]["Key"]["properties"]["access_token"]["format"], "password");
    assert!(synced.to_string().contains("marked as a secret"), "{synced}");
}

#[test]
fn shared_schema_remains_unchanged() {
    let ours = pretty(&document());
    let mut upstream = document();
    upstream["paths"]["/keys"]["post"]["responses"]["200"]["content"]["application/json"]["schema"] = json!({
        "allOf": [
            { "$ref": "#/components/schemas/Key" },
            { "type": "object", "properties": { "once": { "type": "boolean" } } },
        ],
    });
    let synced = synced(&ours, &upstream);
    assert_eq!(synced.text, ours);
    assert!(synced.to_string().contains("our schema is shared, and then GET /keys would differ"), "{synced}");
}

#[test]
fn unsupported_additions_are_omitted() {
    let ours = pretty(&document());
    let mut upstream = document();
    upstream["components"]["schemas"]["Key"]["properties"]["odd"] = json!({ "type": "object", "patternProperties": { "^a": { "type": "string" }, "^b": { "type": "integer" } } });
    upstream["components"]["schemas"]["Key"]["properties"]["even"] = json!({ "type": "integer" });
    let synced = synced(&ours, &upstream);
    assert!(synced.to_string().contains("the generator rejects it: "), "{synced}");
    assert!(synced.text.contains("\"even\"") && !synced.text.contains("\"odd\""));
}

#[test]
fn sync_is_idempotent() {
    let mut upstream = document();
    upstream["components"]["schemas"]["Key"]["properties"]["place"] =
        json!({ "type": "string", "nullable": true });
    let once = synced(&pretty(&document()), &upstream);
    let twice = synced(&once.text, &upstream);
    assert!(twice.applied.is_empty());
    assert_eq!(twice.text, once.text);
}

#[test]
fn files_are_written_atomically() {
    let repository = tempfile::tempdir().unwrap();
    let path = |name: &str| repository.path().join(name);
    let generated = path("crates/test/src/generated");
    fs::create_dir_all(path("openapi/test")).unwrap();
    fs::create_dir_all(&generated).unwrap();
    let ours = pretty(&document());
    fs::write(path("openapi/test/openapi.json"), &ours).unwrap();
    fs::write(generated.join("mod.rs"), "// old").unwrap();
    let mut upstream = document();
    upstream["components"]["schemas"]["Key"]["properties"]["place"] = json!({ "type": "string" });
    let synced = synced(&ours, &upstream);

    // A directory blocks the file.
    let (name, _) = synced.files.last().unwrap();
    fs::create_dir_all(generated.join(name)).unwrap();
    synced.write(repository.path(), "test").unwrap_err();
    assert_eq!(fs::read_to_string(path("openapi/test/openapi.json")).unwrap(), ours);
    assert_eq!(fs::read_to_string(generated.join("mod.rs")).unwrap(), "// old");
    assert_eq!(fs::read_dir(&generated).unwrap().count(), 2);

    fs::remove_dir(generated.join(name)).unwrap();
    synced.write(repository.path(), "test").unwrap();
    assert_eq!(fs::read_to_string(path("openapi/test/openapi.json")).unwrap(), synced.text);
    assert_eq!(fs::read_dir(&generated).unwrap().count(), synced.files.len());
}

#[test]
fn our_documents_are_formatted() {
    for entry in fs::read_dir(common::root().join("openapi")).unwrap() {
        let path = entry.unwrap().path().join("openapi.json");
        if path.is_file() {
            let text = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
            let document: Value = serde_json::from_str(&text).unwrap();
            assert!(pretty(&document) == text, "{}", path.display());
        }
    }
}

#[test]
fn sync_and_diff_agree() {
    let text = pretty(&document());
    let source = Source { file: "openapi/test/openapi.json", text: &text };
    assert_eq!(diff(source, source, &[]).unwrap().impact(), None);
    assert!(synced(&text, &document()).applied.is_empty());
}

#[test]
fn swagger_is_not_edited() {
    let text =
        json!({ "swagger": "2.0", "info": { "title": "Keys", "version": "1" }, "paths": {} }).to_string();
    let source = Source { file: "keys.json", text: &text };
    let error = sync(source, source, &[], &Options::strict()).unwrap_err().to_string();
    assert!(error.contains("a Swagger 2.0 document cannot be edited"), "{error}");
}
