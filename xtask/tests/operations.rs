//! What operations become: the snapshots are the specification.

mod common;

use common::{document, file, operation};
use insta::assert_snapshot;
use serde_json::{Value, json};

/// The code of a document with one operation, `GET /things`.
fn operations(fields: Value) -> String {
    file(&operation(fields), "operations.rs")
}

fn content(schema: Value) -> Value {
    json!({ "application/json": { "schema": schema } })
}

#[test]
fn required_parameters_are_arguments_and_optional_ones_are_options() {
    let paths = json!({
        "/owners/{ownerID}/keys": {
            "parameters": [
                { "name": "ownerID", "in": "path", "required": true, "description": "Whose keys.",
                  "schema": { "type": "string", "pattern": "^u_" } },
                { "name": "limit", "in": "query", "description": "Replaced below.", "schema": { "type": "string" } },
            ],
            "get": {
                "operationId": "listKeys",
                "summary": "List keys",
                "description": "Lists the keys of an owner.",
                "x-operation-class": "safe",
                "parameters": [
                    { "name": "page[size]", "in": "query", "required": true, "schema": { "type": "integer" } },
                    { "name": "states", "in": "query", "required": true,
                      "schema": { "type": "array", "items": { "$ref": "#/components/schemas/State" } } },
                    { "name": "words", "in": "query", "required": true,
                      "schema": { "type": "array", "items": { "type": "string" } } },
                    { "name": "body", "in": "query", "required": true, "schema": { "type": "boolean" } },
                    { "name": "X-Tenant", "in": "header", "required": true, "schema": { "type": "string" } },
                    { "name": "limit", "in": "query", "description": "How many.",
                      "schema": { "type": "integer", "default": 10 } },
                    { "name": "type", "in": "query", "schema": { "type": "string" } },
                    { "name": "state", "in": "query", "schema": { "$ref": "#/components/schemas/State" } },
                    { "name": "tag", "in": "query", "schema": { "type": "array", "items": { "type": "string" } } },
                    { "name": "X-Trace", "in": "header", "schema": { "type": "string" } },
                    { "name": "Accept", "in": "header", "schema": { "type": "string" } },
                ],
                "responses": { "200": { "description": "Keys.", "content": content(json!({
                    "type": "array", "items": { "type": "object", "properties": { "id": { "type": "string" } } },
                })) } },
            },
        },
    });
    let components = json!({ "schemas": { "State": { "type": "string", "enum": ["on", "off"] } } });
    assert_snapshot!(file(&document(paths, components), "operations.rs"));
}

#[test]
fn a_body_is_an_argument_and_an_optional_one_may_be_left_out() {
    let body = |required: bool| {
        json!({
            "description": "The key.",
            "required": required,
            "content": content(json!({ "type": "object", "properties": { "name": { "type": "string" } } })),
        })
    };
    let answer = json!({ "204": { "description": "Done." } });
    let paths = json!({
        "/keys": {
            "post": { "operationId": "createKey", "x-operation-class": "unsafe", "requestBody": body(true), "responses": answer },
            "put": { "operationId": "replaceKey", "x-operation-class": "idempotent", "requestBody": body(false), "responses": answer },
        },
    });
    assert_snapshot!(file(&document(paths, json!({})), "operations.rs"));
}

#[test]
fn success_with_and_without_a_body_is_optional() {
    assert_snapshot!(operations(json!({
        "responses": {
            "200": { "description": "A name.", "content": content(json!({ "type": "string" })) },
            "204": { "description": "No name." },
        },
    })));
}

#[test]
fn success_with_the_same_body_under_several_statuses_is_that_body() {
    let object = json!({ "type": "object", "properties": { "id": { "type": "string" } } });
    assert_snapshot!(operations(json!({
        "responses": {
            "200": { "description": "Found.", "content": content(object.clone()) },
            "201": { "description": "Created.", "content": content(object) },
        },
    })));
}

#[test]
fn success_with_different_bodies_is_an_enum_by_status() {
    assert_snapshot!(operations(json!({
        "responses": {
            "200": { "description": "Done.", "content": content(json!({ "type": "string" })) },
            "202": { "description": "Started.", "content": content(json!({ "type": "integer" })) },
            "204": { "description": "Nothing to do." },
        },
    })));
}

#[test]
fn an_answer_that_is_not_json_is_bytes() {
    assert_snapshot!(operations(json!({
        "responses": { "200": { "description": "A table.", "content": { "text/csv": { "schema": { "type": "string" } } } } },
    })));
}

#[test]
fn each_documented_status_is_a_variant_of_the_error() {
    let error = json!({ "type": "object", "properties": { "message": { "type": "string" } } });
    let document = operation(json!({
        "responses": {
            "204": { "description": "Done." },
            "default": { "description": "Anything else.", "content": content(json!({ "type": "object" })) },
            "4XX": { "description": "Our fault.", "content": content(error.clone()) },
            "503": { "description": "Down, says JSON or a gateway.", "content": {
                "application/problem+json": { "schema": error.clone() },
                "text/plain": { "schema": { "type": "string" } },
            } },
            "429": { "description": "Too fast; JSON whatever the label says.", "content": { "text/plain": { "schema": error.clone() } } },
            "404": { "description": "Not there." },
            "400": { "description": "Wrong.", "content": content(error) },
        },
    }));
    assert_snapshot!(file(&document, "errors.rs"));
    assert_snapshot!("the_docs_of_an_operation_link_to_the_variants", file(&document, "operations.rs"));
}

#[test]
fn errors_without_bodies_need_none() {
    assert_snapshot!(file(
        &operation(json!({
            "responses": {
                "204": { "description": "Done." },
                "404": { "description": "Not there." },
                "5XX": { "description": "Down." },
            },
        })),
        "errors.rs"
    ));
}

#[test]
fn equal_error_bodies_without_a_name_are_one_type() {
    let error = json!({
        "type": "object",
        "properties": { "errors": { "type": "array", "items": { "type": "object", "properties": { "code": { "type": "string" } } } } },
    });
    let document = operation(json!({
        "responses": {
            "204": { "description": "Done." },
            "400": { "description": "Wrong.", "content": content(error.clone()) },
            "404": { "description": "Not there.", "content": content(error) },
        },
    }));
    assert_snapshot!(file(&document, "types.rs"));
}

#[test]
fn the_module_names_all_that_is_there_for_a_client() {
    let mut document = operation(json!({
        "parameters": [
            { "name": "Api-Version", "in": "header", "x-client-parameter": true, "description": "Version of the API.",
              "schema": { "type": "string", "default": "2026-05-12" } },
            { "name": "limit", "in": "query", "schema": { "type": "integer" } },
        ],
    }));
    document["info"]["description"] = json!("Keys, and nothing else.");
    document["servers"] = json!([{ "url": "https://api.keys.example/v1/" }, { "url": "http://localhost:1" }]);
    document["components"]["securitySchemes"] = json!({
        "bearerAuth": { "type": "http", "scheme": "bearer", "description": "The token of a user." },
        "apiKey": { "type": "apiKey", "in": "header", "name": "x-api-key" },
    });
    assert_snapshot!(file(&document, "mod.rs"));
    assert_snapshot!("credentials_and_headers_of_a_client", file(&document, "operations.rs"));
}

#[test]
fn types_may_be_called_like_what_the_client_is_made_of() {
    let reference = |name: &str| content(json!({ "$ref": format!("#/components/schemas/{name}") }));
    let object = json!({ "type": "object", "properties": { "id": { "type": "string" } } });
    let paths = json!({
        "/requests": {
            "post": {
                "operationId": "new",
                "x-operation-class": "unsafe",
                "requestBody": { "required": true, "content": reference("Request") },
                "responses": {
                    "200": { "description": "Done.", "content": reference("Response") },
                    "400": { "description": "Failed.", "content": reference("Error") },
                },
            },
        },
    });
    let document =
        document(paths, json!({ "schemas": { "Request": object, "Response": object, "Error": object } }));
    assert_snapshot!(file(&document, "operations.rs"));
}
