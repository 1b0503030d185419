//! Documents that cannot be generated from: each says where and what to do.

mod common;

use common::{document, operation, problems, problems_in_text, schemas};
use serde_json::{Value, json};

/// Makes sure that a document has exactly one problem, at a place, with these words in its message and its help.
#[track_caller]
fn expect(document: &Value, pointer: &str, message: &str, help: &str) {
    let problems = problems(document);
    let [problem] = problems.as_slice() else { panic!("{problems:#?}") };
    assert_eq!(problem.file, "openapi/test/openapi.json");
    assert_eq!(problem.pointer, pointer, "{problem}");
    assert!(problem.message.contains(message), "{problem}");
    assert!(problem.help.contains(help), "{problem}");
}

/// A document with one schema, `Key`, that is an object with one property, `it`.
fn property(schema: Value) -> Value {
    schemas(json!({ "Key": { "type": "object", "properties": { "it": schema } } }))
}

const PROPERTY: &str = "/components/schemas/Key/properties/it";
const OPERATION: &str = "/paths/~1things/get";

#[test]
fn a_document_must_be_openapi_3_in_json() {
    for (text, message) in [
        ("", "not a JSON document: EOF"),
        ("openapi: 3.1.0", "not a JSON document"),
        ("[]", "no `openapi` version"),
        (r#"{"swagger": "2.0"}"#, "Swagger 2.0"),
        (r#"{"openapi": "4.0.0"}"#, "OpenAPI 4.0.0"),
        (r#"{"openapi": "3.1.0", "a": {"x": 1, "x": 2}}"#, "key `x` is given twice at line 1 column 38"),
    ] {
        let problems = problems_in_text(text);
        let [problem] = problems.as_slice() else { panic!("{problems:#?}") };
        assert_eq!(problem.pointer, "");
        assert!(problem.message.contains(message), "{problem}");
    }
}

#[test]
fn a_deeply_nested_document_is_refused_and_not_fatal() {
    let text = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(problems_in_text(&text)[0].message.contains("recursion limit"));
}

#[test]
fn a_document_of_the_wrong_shape_is_refused() {
    let mut document = schemas(json!({}));
    document["paths"] = json!([]);
    expect(&document, "/paths", "an array where an object belongs", "write an object here");
    expect(
        &schemas(json!({ "Key": "string" })),
        "/components/schemas/Key",
        "a string where an object belongs",
        "",
    );
    let paths = json!({ "/things": { "get": null } });
    expect(&common::document(paths, json!({})), OPERATION, "null where an object belongs", "");
}

#[test]
fn a_problem_is_shown_with_file_pointer_message_and_help() {
    let problem = &problems(&property(json!({ "type": "text" })))[0];
    assert_eq!(
        problem.to_string(),
        "openapi/test/openapi.json#/components/schemas/Key/properties/it: unknown type `text`\n    \
         help: write one of string, integer, number, boolean, array, object, null"
    );
}

#[test]
fn all_problems_are_told_at_once_and_each_once() {
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
fn a_reference_must_lead_somewhere_in_the_document() {
    let dangling = json!({ "$ref": "#/components/schemas/Nothing" });
    expect(
        &property(dangling),
        &format!("{PROPERTY}/$ref"),
        "nothing is at `#/components/schemas/Nothing`",
        "add",
    );
    let outside = json!({ "$ref": "other.json#/Key" });
    expect(&property(outside), &format!("{PROPERTY}/$ref"), "outside of this document", "copy");
    let anchor = json!({ "$ref": "#key" });
    expect(&property(anchor), &format!("{PROPERTY}/$ref"), "`#key` is not a JSON pointer", "");
}

#[test]
fn a_reference_must_not_lead_back_to_itself() {
    let document = schemas(json!({
        "A": { "$ref": "#/components/schemas/B" },
        "B": { "$ref": "#/components/schemas/A" },
    }));
    let problems = problems(&document);
    assert!(problems.iter().all(|problem| problem.message.contains("leads back to itself")), "{problems:#?}");
    let list =
        schemas(json!({ "List": { "type": "array", "items": { "$ref": "#/components/schemas/List" } } }));
    expect(
        &list,
        "/components/schemas/List/items",
        "consists of nothing but itself",
        "put an object in between",
    );
    let own_part = schemas(json!({
        "Key": { "allOf": [{ "$ref": "#/components/schemas/Key" }, { "properties": { "a": { "type": "string" } } }] },
    }));
    expect(&own_part, "/components/schemas/Key/allOf/0", "`allOf` contains itself", "leave out");
    let alone = schemas(json!({ "Key": { "allOf": [{ "$ref": "#/components/schemas/Key" }] } }));
    assert!(problems_of(&alone).contains("nothing but itself"));
}

fn problems_of(document: &Value) -> String {
    problems(document).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_keyword_that_is_not_understood_is_never_skipped() {
    let schema = json!({ "type": "object", "patternProperties": { "^a": {} } });
    expect(
        &property(schema),
        &format!("{PROPERTY}/patternProperties"),
        "`patternProperties` in a schema is not supported",
        "teach the generator",
    );
    for keyword in ["not", "if", "unevaluatedProperties", "$dynamicRef", "tpye"] {
        let mut schema = json!({ "type": "object" });
        schema[keyword] = json!({});
        expect(&property(schema), &format!("{PROPERTY}/{keyword}"), "not supported", "");
    }
    let beside = json!({ "$ref": "#/components/schemas/Key", "maxProperties": 1 });
    expect(&property(beside), &format!("{PROPERTY}/maxProperties"), "`maxProperties` beside `$ref`", "move");
    expect(&property(json!({ "type": "string", "readOnly": true })), PROPERTY, "`readOnly`", "two schemas");
    expect(&property(json!(false)), PROPERTY, "no value fits", "leave out");
}

#[test]
fn enums_of_mixed_values_and_conflicting_parts_are_refused() {
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
    expect(&property(parts), &second, "`a` has another type in another part", "the same way");
    let required = schemas(json!({ "Key": {
        "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a", "b"],
    } }));
    expect(&required, "/components/schemas/Key/required/1", "`b` is required and not described", "add it");
}

#[test]
fn what_sounds_like_a_secret_must_be_marked_one_way_or_the_other() {
    let document = |name: &str, schema: Value| {
        let mut properties = json!({});
        properties[name] = schema;
        schemas(json!({ "Key": { "type": "object", "properties": properties } }))
    };
    for name in ["secret", "apiKey", "access_token", "credentials"] {
        expect(
            &document(name, json!({ "type": "string" })),
            &format!("/components/schemas/Key/properties/{name}"),
            &format!("`{name}` sounds like a secret and is not marked as one"),
            "write `\"format\": \"password\"` if it is, or `\"x-not-secret\": true` if it is not",
        );
    }
    let list = document("token", json!({ "type": ["array", "null"], "items": { "type": "string" } }));
    expect(&list, "/components/schemas/Key/properties/token", "sounds like a secret", "");
    let parameter = operation(json!({
        "parameters": [{ "name": "key", "in": "query", "schema": { "type": "string" } }],
    }));
    expect(&parameter, &format!("{OPERATION}/parameters/0/schema"), "`key` sounds like a secret", "");

    let marked = json!({ "type": "string", "x-not-secret": true });
    let of_another_type = json!({ "type": "string", "format": "date-time" });
    for schema in [json!({ "type": "string", "format": "password" }), marked, of_another_type] {
        api_keys_codegen::generate("openapi/test/openapi.json", &document("token", schema).to_string())
            .unwrap();
    }
}

#[test]
fn a_secret_that_a_request_could_not_hold_is_refused() {
    let document = property(json!({ "type": "array", "items": { "type": "string", "format": "password" } }));
    expect(&document, "", "Key.it is a secret in a form that cannot be written into a request", "of its own");
    let parameter = operation(json!({
        "parameters": [{ "name": "key", "in": "query", "schema": { "type": "string", "format": "password" } }],
    }));
    expect(&parameter, &format!("{OPERATION}/parameters/0/schema"), "does not belong into a URL", "");
}

#[test]
fn an_operation_must_say_what_repeating_it_does() {
    let mut document = operation(json!({}));
    document["paths"]["/things"]["get"].as_object_mut().unwrap().remove("x-operation-class");
    expect(&document, OPERATION, "`x-operation-class` is missing", "\"safe\", \"idempotent\" or \"unsafe\"");
    let class = operation(json!({ "x-operation-class": "risky" }));
    expect(&class, &format!("{OPERATION}/x-operation-class"), "unknown class `risky`", "\"safe\"");
}

#[test]
fn an_operation_must_have_an_id_of_its_own() {
    let mut without = operation(json!({}));
    without["paths"]["/things"]["get"].as_object_mut().unwrap().remove("operationId");
    expect(&without, OPERATION, "`operationId` is missing", "add `operationId`");
    let mut twice = operation(json!({}));
    twice["paths"]["/others"] = twice["paths"]["/things"].clone();
    expect(&twice, "/paths/~1others/get", "another operation is called `listThings` too", "of its own");
}

#[test]
fn the_path_and_its_parameters_must_agree() {
    let get = |parameters: Value| operation(json!({ "parameters": parameters }))["paths"]["/things"].clone();
    let id = json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } });

    let undescribed = document(json!({ "/things/{id}": get(json!([])) }), json!({}));
    expect(&undescribed, "/paths/~1things~1{id}/get", "nothing describes `{id}`", "\"in\": \"path\"");
    let absent = document(json!({ "/things": get(json!([id])) }), json!({}));
    expect(&absent, &format!("{OPERATION}/parameters/0"), "the path has no `{id}`", "add it to the path");
    let open = document(json!({ "/things/{id": get(json!([])) }), json!({}));
    expect(&open, "/paths/~1things~1{id/get", "a `{` without a `}`", "close it");
    let twice = document(json!({ "/things/{id}": get(json!([id, id])) }), json!({}));
    expect(&twice, "/paths/~1things~1{id}/get/parameters/1", "described twice", "take one");
}

#[test]
fn parameters_that_cannot_be_written_are_refused() {
    let refused = [
        (json!({ "in": "body", "schema": { "type": "string" } }), "", "in the body"),
        (json!({ "in": "header", "style": "deepObject", "schema": { "type": "object" } }), "", "style"),
        (json!({ "in": "query", "x-client-parameter": true, "schema": {} }), "", "only a header"),
        (json!({ "in": "query", "content": {} }), "", "without a schema"),
    ];
    for (mut parameter, place, message) in refused {
        parameter["name"] = json!("filter");
        let document = operation(json!({ "parameters": [parameter] }));
        expect(&document, &format!("{OPERATION}/parameters/0{place}"), message, "");
    }
}

#[test]
fn bodies_that_cannot_be_written_or_told_apart_are_refused() {
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
fn responses_need_statuses_and_one_of_success() {
    let none = operation(json!({ "responses": { "404": { "description": "" } } }));
    expect(&none, &format!("{OPERATION}/responses"), "no status of success", "2XX");
    let unknown = operation(json!({ "responses": { "20": { "description": "" } } }));
    expect(&unknown, &format!("{OPERATION}/responses/20"), "`20` is no status", "`4XX`");
}

#[test]
fn credentials_that_a_client_cannot_send_are_refused() {
    let refused = [
        (json!({ "type": "http", "scheme": "digest" }), "`digest`"),
        (json!({ "type": "apiKey", "in": "body", "name": "key" }), "in the body"),
        (json!({ "type": "mutualTLS" }), "`mutualTLS`"),
    ];
    for (scheme, message) in refused {
        let document = document(json!({}), json!({ "securitySchemes": { "auth": scheme } }));
        expect(&document, "/components/securitySchemes/auth", message, "");
    }
    let own = operation(json!({ "security": [{ "other": [] }] }));
    expect(&own, &format!("{OPERATION}/security"), "security of its own", "whole document");
}
