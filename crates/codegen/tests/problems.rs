//! Problems under the strict policy.

mod common;

use common::{document, operation, problems, problems_in_text, schemas};
use serde_json::{Value, json};

/// Asserts that a document has one problem, and parts of its message and help.
#[track_caller]
fn expect(document: &Value, pointer: &str, message: &str, help: &str) {
    let problems = problems(document);
    let [problem] = problems.as_slice() else { panic!("{problems:#?}") };
    assert_eq!(problem.file, "openapi/test/openapi.json");
    assert_eq!(problem.pointer, pointer, "{problem}");
    assert!(problem.message.contains(message), "{problem}");
    assert!(problem.help.contains(help), "{problem}");
}

/// Returns a document with a schema `Key` with a property `it`.
fn property(schema: Value) -> Value {
    schemas(json!({ "Key": { "type": "object", "properties": { "it": schema } } }))
}

const PROPERTY: &str = "/components/schemas/Key/properties/it";
const OPERATION: &str = "/paths/~1things/get";

#[test]
fn document_is_openapi_3_in_json() {
    for (text, message) in [
        ("", "not a JSON document: EOF"),
        ("openapi: 3.1.0", "not a JSON document"),
        ("[]", "`openapi` is missing"),
        (r#"{"swagger": "2.0"}"#, "Swagger 2.0"),
        (r#"{"openapi": "4.0.0"}"#, "OpenAPI 4.0.0"),
        (r#"{"openapi": "3.1.0", "a": {"x": 1, "x": 2}}"#, "duplicate key `x` at line 1 column 38"),
    ] {
        let problems = problems_in_text(text);
        let [problem] = problems.as_slice() else { panic!("{problems:#?}") };
        assert_eq!(problem.pointer, "");
        assert!(problem.message.contains(message), "{problem}");
    }
}

#[test]
fn wrong_json_types() {
    let mut document = schemas(json!({}));
    document["paths"] = json!([]);
    expect(&document, "/paths", "an array where an object is expected", "use an object");
    expect(
        &schemas(json!({ "Key": "string" })),
        "/components/schemas/Key",
        "a string where an object is expected",
        "",
    );
    let paths = json!({ "/things": { "get": null } });
    expect(&common::document(paths, json!({})), OPERATION, "null where an object is expected", "");
}

#[test]
fn display() {
    let problem = &problems(&property(json!({ "type": "text" })))[0];
    assert_eq!(
        problem.to_string(),
        "openapi/test/openapi.json#/components/schemas/Key/properties/it: unknown type `text`\n    \
         help: use one of string, integer, number, boolean, array, object, null"
    );
}

#[test]
fn all_problems_are_reported_once() {
    let reference = json!({ "$ref": "#/components/schemas/Bad" });
    let document = schemas(json!({
        "Bad": { "type": "object", "properties": { "a": { "type": "text" } } },
        "Worse": { "type": "object", "patternProperties": {} },
        "User": { "type": "object", "properties": { "one": reference, "other": reference } },
    }));
    let pointers: Vec<_> = problems(&document).into_iter().map(|problem| problem.pointer).collect();
    assert_eq!(
        pointers,
        ["/components/schemas/Worse/patternProperties", "/components/schemas/Bad/properties/a"]
    );
}

#[test]
fn invalid_references() {
    let dangling = json!({ "$ref": "#/components/schemas/Nothing" });
    expect(
        &property(dangling),
        &format!("{PROPERTY}/$ref"),
        "`#/components/schemas/Nothing` does not exist",
        "add",
    );
    let outside = json!({ "$ref": "other.json#/Key" });
    expect(&property(outside), &format!("{PROPERTY}/$ref"), "outside of the document", "copy");
    let anchor = json!({ "$ref": "#key" });
    expect(&property(anchor), &format!("{PROPERTY}/$ref"), "`#key` is not a JSON pointer", "");
}

#[test]
fn circular_references() {
    let document = schemas(json!({
        "A": { "$ref": "#/components/schemas/B" },
        "B": { "$ref": "#/components/schemas/A" },
    }));
    let problems = problems(&document);
    assert!(problems.iter().all(|problem| problem.message.contains("circular reference")), "{problems:#?}");
    let list =
        schemas(json!({ "List": { "type": "array", "items": { "$ref": "#/components/schemas/List" } } }));
    expect(&list, "/components/schemas/List/items", "contains only itself", "put an object in between");
    let own_part = schemas(json!({
        "Key": { "allOf": [{ "$ref": "#/components/schemas/Key" }, { "properties": { "a": { "type": "string" } } }] },
    }));
    expect(&own_part, "/components/schemas/Key/allOf/0", "`allOf` contains itself", "remove");
    let alone = schemas(json!({ "Key": { "allOf": [{ "$ref": "#/components/schemas/Key" }] } }));
    assert!(problems_of(&alone).contains("only itself"));
}

fn problems_of(document: &Value) -> String {
    problems(document).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn unknown_keywords() {
    let schema = json!({ "type": "object", "patternProperties": { "^a": {} } });
    expect(
        &property(schema),
        &format!("{PROPERTY}/patternProperties"),
        "`patternProperties` in a schema is not supported",
        "in another way",
    );
    for keyword in ["not", "if", "unevaluatedProperties", "$dynamicRef", "tpye"] {
        let mut schema = json!({ "type": "object" });
        schema[keyword] = json!({});
        expect(&property(schema), &format!("{PROPERTY}/{keyword}"), "not supported", "");
    }
    let sibling = json!({ "$ref": "#/components/schemas/Key", "maxProperties": 1 });
    expect(
        &property(sibling),
        &format!("{PROPERTY}/maxProperties"),
        "`maxProperties` alongside `$ref`",
        "move",
    );
    expect(&property(json!({ "type": "string", "readOnly": true })), PROPERTY, "`readOnly`", "two schemas");
    expect(&property(json!(false)), PROPERTY, "allows no value", "remove");
}

#[test]
fn mixed_enums_and_conflicting_parts() {
    expect(
        &property(json!({ "enum": ["a", 1] })),
        &format!("{PROPERTY}/enum/1"),
        "a number where a string",
        "",
    );
    let parts = json!({
        "allOf": [
            { "properties": { "a": { "type": "string" } } },
            { "properties": { "a": { "type": "integer" } } },
        ],
    });
    let second = format!("{PROPERTY}/allOf/1/properties/a");
    expect(&property(parts), &second, "`a` has another type in another part", "equally in all");
    let required = schemas(json!({ "Key": {
        "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a", "b"],
    } }));
    expect(&required, "/components/schemas/Key/required/1", "`b` is required but not described", "add it");
}

#[test]
fn unmarked_secrets() {
    let document = |name: &str, schema: Value| {
        let mut properties = json!({});
        properties[name] = schema;
        schemas(json!({ "Key": { "type": "object", "properties": properties } }))
    };
    for name in ["secret", "apiKey", "access_token", "credentials", "tokens"] {
        expect(
            &document(name, json!({ "type": "string" })),
            &format!("/components/schemas/Key/properties/{name}"),
            &format!("`{name}` looks like a secret but is not marked"),
            "add `\"format\": \"password\"` if it is one, or `\"x-not-secret\": true` if it is not",
        );
    }
    let list = document("token", json!({ "type": ["array", "null"], "items": { "type": "string" } }));
    expect(&list, "/components/schemas/Key/properties/token", "looks like a secret", "");
    let parameter = operation(json!({
        "parameters": [{ "name": "key", "in": "query", "schema": { "type": "string" } }],
    }));
    expect(&parameter, &format!("{OPERATION}/parameters/0/schema"), "`key` looks like a secret", "");

    let marked = json!({ "type": "string", "x-not-secret": true });
    let of_another_type = json!({ "type": "string", "format": "date-time" });
    for schema in [json!({ "type": "string", "format": "password" }), marked, of_another_type] {
        api_keys_codegen::generate("openapi/test/openapi.json", &document("token", schema).to_string())
            .unwrap();
    }
}

#[test]
fn secrets_that_cannot_be_sent() {
    let document = property(json!({ "type": "array", "items": { "type": "string", "format": "password" } }));
    expect(&document, "", "Key.it is a secret in a form that cannot be sent", "property");
    let parameter = operation(json!({
        "parameters": [{ "name": "key", "in": "query", "schema": { "type": "string", "format": "password" } }],
    }));
    expect(&parameter, &format!("{OPERATION}/parameters/0/schema"), "the parameter is a secret", "");
}

#[test]
fn operation_class() {
    let mut document = operation(json!({}));
    document["paths"]["/things"]["get"].as_object_mut().unwrap().remove("x-operation-class");
    expect(&document, OPERATION, "`x-operation-class` is missing", "\"safe\", \"idempotent\" or \"unsafe\"");
    let class = operation(json!({ "x-operation-class": "risky" }));
    expect(&class, &format!("{OPERATION}/x-operation-class"), "unknown class `risky`", "\"safe\"");
}

#[test]
fn operation_id() {
    let mut without = operation(json!({}));
    without["paths"]["/things"]["get"].as_object_mut().unwrap().remove("operationId");
    expect(&without, OPERATION, "`operationId` is missing", "add `operationId`");
    let mut twice = operation(json!({}));
    twice["paths"]["/others"] = twice["paths"]["/things"].clone();
    expect(&twice, "/paths/~1others/get", "another operation has the id `listThings`", "distinct");
}

#[test]
fn path_parameters() {
    let get = |parameters: Value| operation(json!({ "parameters": parameters }))["paths"]["/things"].clone();
    let id = json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } });

    let undescribed = document(json!({ "/things/{id}": get(json!([])) }), json!({}));
    expect(
        &undescribed,
        "/paths/~1things~1{id}/get",
        "`{id}` in the path is not described",
        "\"in\": \"path\"",
    );
    let absent = document(json!({ "/things": get(json!([id])) }), json!({}));
    expect(&absent, &format!("{OPERATION}/parameters/0"), "the path has no `{id}`", "add it to the path");
    let open = document(json!({ "/things/{id": get(json!([])) }), json!({}));
    expect(&open, "/paths/~1things~1{id/get", "a `{` without a `}`", "add the `}`");
    let twice = document(json!({ "/things/{id}": get(json!([id, id])) }), json!({}));
    expect(&twice, "/paths/~1things~1{id}/get/parameters/1", "described twice", "remove one");
}

#[test]
fn unsupported_parameters() {
    let parameters = [
        (json!({ "in": "body", "schema": { "type": "string" } }), "", "in `body`"),
        (json!({ "in": "header", "style": "deepObject", "schema": { "type": "object" } }), "", "style"),
        (json!({ "in": "query", "x-client-parameter": true, "schema": {} }), "", "only headers"),
        (json!({ "in": "query", "content": {} }), "", "no schema"),
    ];
    for (mut parameter, place, message) in parameters {
        parameter["name"] = json!("filter");
        let document = operation(json!({ "parameters": [parameter] }));
        expect(&document, &format!("{OPERATION}/parameters/0{place}"), message, "");
    }
}

#[test]
fn unsupported_bodies() {
    let xml = operation(json!({
        "requestBody": { "content": { "application/xml": { "schema": { "type": "string" } } } },
    }));
    expect(&xml, &format!("{OPERATION}/requestBody/content"), "not JSON", "`application/json`");
    let two = json!({
        "application/json": { "schema": { "type": "string" } },
        "application/vnd.api+json": { "schema": { "type": "integer" } },
    });
    let request = operation(json!({ "requestBody": { "content": two } }));
    let second = "content/application~1vnd.api+json";
    expect(&request, &format!("{OPERATION}/requestBody/{second}"), "another schema", "one schema");
    let answer = operation(json!({ "responses": { "200": { "description": "", "content": two } } }));
    expect(&answer, &format!("{OPERATION}/responses/200/{second}"), "another schema", "`oneOf`");
}

#[test]
fn response_statuses() {
    let none = operation(json!({ "responses": { "404": { "description": "" } } }));
    expect(&none, &format!("{OPERATION}/responses"), "no successful response", "2XX");
    let unknown = operation(json!({ "responses": { "20": { "description": "" } } }));
    expect(&unknown, &format!("{OPERATION}/responses/20"), "`20` is not a status", "`4XX`");
}

#[test]
fn unsupported_security() {
    let schemes = [
        (json!({ "type": "http", "scheme": "digest" }), "`digest`"),
        (json!({ "type": "apiKey", "in": "body", "name": "key" }), "in `body`"),
        (json!({ "type": "mutualTLS" }), "`mutualTLS`"),
    ];
    for (scheme, message) in schemes {
        let document = document(json!({}), json!({ "securitySchemes": { "auth": scheme } }));
        expect(&document, "/components/securitySchemes/auth", message, "");
    }
    let own = operation(json!({ "security": [{ "other": [] }] }));
    expect(&own, &format!("{OPERATION}/security"), "security requirements of an operation", "whole document");
}
