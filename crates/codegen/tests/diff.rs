//! Tests of the comparison: differences, locations and impact.

mod common;
#[path = "diff/schemas.rs"]
mod schemas;

use api_keys_codegen::{Comparison, Impact, Source, diff};
use insta::assert_snapshot;
use serde_json::{Value, json};

/// A document with one operation, `POST /keys`, that sends one schema and receives another.
fn keys(sent: Value, received: Value) -> Value {
    let content = |schema: Value| json!({ "application/json": { "schema": schema } });
    let operation = json!({
        "operationId": "createKey",
        "x-operation-class": "unsafe",
        "requestBody": { "required": true, "content": content(sent) },
        "responses": { "200": { "description": "Done.", "content": content(received) } },
    });
    common::document(json!({ "/keys": { "post": operation } }), json!({}))
}

/// A document with a field `it` in the request and in the response.
fn field(schema: Value) -> Value {
    let object = json!({ "type": "object", "properties": { "it": schema } });
    keys(object.clone(), object)
}

fn compare(ours: &Value, upstream: &Value) -> Comparison {
    let (ours, upstream) = (ours.to_string(), upstream.to_string());
    diff(Source { file: "ours.json", text: &ours }, Source { file: "theirs.json", text: &upstream }, &[])
        .unwrap()
}

#[track_caller]
fn assert_same(ours: &Value, upstream: &Value) {
    let comparison = compare(ours, upstream);
    assert_eq!(comparison.impact(), None, "{comparison}");
    let comparison = compare(upstream, ours);
    assert_eq!(comparison.impact(), None, "the other way: {comparison}");
}

/// Returns the messages for the request and the response, with their impact.
fn messages(ours: Value, upstream: Value) -> Vec<String> {
    let comparison = compare(&field(ours), &field(upstream));
    let line = |difference: &api_keys_codegen::Difference| {
        let impact = if difference.impact == Impact::Breaking { "breaking" } else { "compatible" };
        format!("{}: {}: {impact}", difference.place, difference.message)
    };
    comparison.differences.iter().map(line).collect()
}

#[test]
fn differences_are_reported_by_operation() {
    let ours = keys(
        json!({
            "type": "object",
            "properties": {
                "name": { "type": "string", "maxLength": 32 },
                "scopes": { "type": "array", "items": { "enum": ["read", "write"] } },
                "note": { "type": "string" },
            },
            "required": ["name"],
        }),
        json!({
            "type": "object",
            "properties": {
                "id": { "type": "string" },
                "state": { "type": "string", "enum": ["on", "off"] },
                "expires": { "type": "string", "format": "date-time" },
                "old": { "type": "integer" },
            },
            "required": ["id", "expires"],
        }),
    );
    let mut theirs = keys(
        json!({
            "type": "object",
            "properties": {
                "name": { "type": "string", "maxLength": 16 },
                "scopes": { "type": "array", "items": { "enum": ["read", "admin"] } },
                "owner": { "type": "string" },
                "kind": { "type": "string" },
            },
            "required": ["name", "owner"],
        }),
        json!({
            "type": "object",
            "properties": {
                "id": { "type": "integer" },
                "state": { "type": "string", "enum": ["on", "off", "paused"] },
                "expires": { "type": ["string", "null"], "format": "date-time" },
                "tags": { "type": "array", "items": { "type": "string" } },
            },
            "required": ["id"],
        }),
    );
    theirs["paths"]["/keys"]["post"]["responses"]["409"] = json!({ "description": "There is one already." });
    theirs["paths"]["/keys"]["post"]["parameters"] = json!([
        { "name": "dry", "in": "query", "schema": { "type": "boolean" } },
        { "name": "X-Tenant", "in": "header", "required": true, "schema": { "type": "string" } },
    ]);
    assert_snapshot!(compare(&ours, &theirs));
}

#[test]
fn names_and_descriptions_are_ignored() {
    let ours = json!({
        "openapi": "3.1.0",
        "info": { "title": "Keys", "version": "1" },
        "paths": { "/keys/{keyId}": { "get": {
            "operationId": "getKey",
            "parameters": [{ "$ref": "#/components/parameters/KeyId" }],
            "responses": { "200": { "description": "The key.", "content": { "application/json": { "schema": {
                "$ref": "#/components/schemas/Key"
            } } } } },
        } } },
        "components": {
            "parameters": { "KeyId": { "name": "keyId", "in": "path", "required": true, "schema": { "type": "string" } } },
            "schemas": { "Key": {
                "type": "object",
                "properties": {
                    "id": { "type": "string" },
                    "name": { "type": ["string", "null"], "description": "What people call it." },
                    "owner": { "oneOf": [{ "$ref": "#/components/schemas/Owner" }, { "type": "null" }] },
                    "place": { "type": ["string", "integer"] },
                    "uses": { "type": "number", "exclusiveMinimum": 0 },
                    "state": { "const": "on" },
                    "rest": {},
                },
                "required": ["id", "name"],
                "additionalProperties": true,
            }, "Owner": { "type": "object", "properties": { "id": { "type": "string" } } } },
        },
    });
    let theirs = json!({
        "openapi": "3.0.3",
        "info": { "title": "Everything", "version": "9" },
        "paths": { "/keys/{id}": {
            "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
            "get": {
                "operationId": "keys_get_1",
                "responses": { "200": { "description": "OK", "content": { "application/json; charset=utf-8": { "schema": {
                    "title": "Key",
                    "allOf": [{ "$ref": "#/components/schemas/Base" }, {
                        "properties": {
                            "name": { "type": "string", "nullable": true, "example": "nightly" },
                            "owner": {
                                "nullable": true,
                                "allOf": [{ "type": "object", "properties": { "id": { "type": "string" } } }],
                            },
                            "place": { "anyOf": [{ "type": "integer" }, { "type": "string" }] },
                            "uses": { "type": "number", "minimum": 0, "exclusiveMinimum": true },
                            "state": { "type": "string", "enum": ["on"] },
                            "rest": { "description": "Whatever else." },
                        },
                        "required": ["name"],
                    }],
                } } } } },
            },
        } },
        "components": { "schemas": {
            "Base": { "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"] }
        } },
    });
    assert_same(&ours, &theirs);
}

/// A document whose operations have no content.
fn bare(server: &str, operations: &[(&str, &str, &str)]) -> Value {
    let mut document = common::document(json!({}), json!({}));
    document["servers"] = json!([{ "url": server }]);
    for (method, path, tag) in operations {
        document["paths"][path][method] =
            json!({ "tags": [tag], "responses": { "204": { "description": "" } } });
    }
    document
}

#[test]
fn base_path_can_be_in_paths_or_server() {
    let ours = bare("https://api.example.com/v1", &[("get", "/keys", ""), ("get", "/keys/{key}", "")]);
    let theirs = bare("https://api.example.com", &[("get", "/v1/keys", ""), ("get", "/v1/keys/{id}", "")]);
    assert_same(&ours, &theirs);

    let moved = bare("https://api.example.com", &[("get", "/v2/keys", ""), ("get", "/v2/keys/{id}", "")]);
    assert_snapshot!(compare(&ours, &moved));
}

#[test]
fn variable_server_matches_any() {
    let ours = bare("{origin}/api", &[("get", "/keys", "")]);
    assert_eq!(compare(&ours, &bare("http://localhost:4000/api", &[("get", "/keys", "")])).impact(), None);
}

#[test]
fn adjacent_operations_are_reported() {
    let ours = bare("https://a.example", &[("get", "/auth/keys", ""), ("post", "/auth/keys/{id}", "")]);
    let theirs = bare(
        "https://a.example",
        &[
            ("get", "/auth/keys", "Keys"),
            ("delete", "/auth/keys/{key}", "Other"),
            ("post", "/tools/rotate", "Keys"),
            ("get", "/auth/keyshare", "Other"),
            ("get", "/users", "Users"),
        ],
    );
    assert_snapshot!(compare(&ours, &theirs));
}

#[test]
fn responses_are_compared() {
    let responses = |responses: Value| {
        common::document(
            json!({ "/keys": { "get": { "operationId": "a", "responses": responses } } }),
            json!({}),
        )
    };
    let json_ = |schema: Value| json!({ "application/json": { "schema": schema } });
    let ours = responses(json!({
        "200": {
            "description": "",
            "headers": { "X-Left": { "required": true, "schema": { "type": "integer" } } },
            "content": json_(json!({ "type": "string" })),
        },
        "404": { "description": "", "content": json_(json!({ "type": "string" })) },
        "409": { "description": "" },
        "500": { "description": "", "content": json_(json!({ "type": "string" })) },
    }));
    let theirs = responses(json!({
        "202": { "description": "", "content": json_(json!({ "type": "string" })) },
        "404": { "description": "", "content": { "text/xml": { "schema": { "type": "string" } } } },
        "500": { "description": "" },
        "default": { "description": "", "content": json_(json!({})) },
    }));
    assert_snapshot!(compare(&ours, &theirs));
    let mut without_header = ours.clone();
    without_header["paths"]["/keys"]["get"]["responses"]["200"]["headers"] = json!({});
    assert_eq!(compare(&ours, &without_header).impact(), Some(Impact::Breaking));
}

#[test]
fn credentials_are_compared_by_type() {
    let secured = |schemes: Value, security: Value| {
        let mut document = bare("https://a.example", &[("get", "/keys", "")]);
        document["components"]["securitySchemes"] = schemes;
        document["security"] = security;
        document
    };
    let bearer = |name: &str| json!({ name: { "type": "http", "scheme": "bearer" } });
    let ours = secured(bearer("token"), json!([{ "token": [] }]));
    assert_same(&ours, &secured(bearer("HTTPBearer"), json!([{ "HTTPBearer": [] }])));
    let both = json!({ "a": { "type": "http", "scheme": "Bearer" }, "b": { "type": "apiKey", "in": "header", "name": "X-Key" } });
    let wider = compare(&ours, &secured(both.clone(), json!([{ "a": [] }, { "b": [] }])));
    assert_eq!(wider.impact(), Some(Impact::Compatible), "{wider}");
    let stricter = compare(&ours, &secured(both, json!([{ "a": [], "b": [] }])));
    assert_eq!(stricter.impact(), Some(Impact::Breaking), "{stricter}");
}

#[test]
fn parameters_match_by_location_and_name() {
    let with = |parameters: Value| {
        let mut document = bare("https://a.example", &[("get", "/keys", "")]);
        document["paths"]["/keys"]["get"]["parameters"] = parameters;
        document
    };
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let ours = with(json!([
        { "name": "X-Team", "in": "header", "schema": { "type": "string" } },
        { "name": "ids", "in": "query", "schema": list.clone() },
        { "name": "page", "in": "query", "style": "form", "explode": false, "schema": { "type": "integer" } },
    ]));
    let theirs = with(json!([
        { "name": "x-team", "in": "header", "required": true, "schema": { "type": "string" } },
        { "name": "Authorization", "in": "header", "required": true, "schema": { "type": "string" } },
        { "name": "ids", "in": "query", "explode": false, "schema": list },
        { "name": "page", "in": "query", "schema": { "type": "integer" } },
    ]));
    assert_snapshot!(compare(&ours, &theirs));
}

#[test]
fn yaml_document_is_accepted() {
    let ours = keys(json!({ "type": "object" }), json!({ "type": "string" })).to_string();
    let theirs = "
openapi: 3.0.3
info: { title: Keys, version: '1' }
paths:
  /keys:
    post:
      requestBody:
        required: true
        content: { application/json: { schema: { type: object } } }
      responses:
        200:
          description: Done.
          content:
            application/json:
              schema: { type: string, nullable: true }
";
    let theirs = Source { file: "theirs.yaml", text: theirs };
    let comparison = diff(Source { file: "ours.json", text: &ours }, theirs, &[]).unwrap();
    assert_eq!(comparison.differences.len(), 1, "{comparison}");
    assert_eq!(comparison.differences[0].message, "may be null, was never");
}

#[test]
fn invalid_document_has_a_location() {
    let ours = keys(json!({}), json!({})).to_string();
    let problem = |theirs: &Value| {
        let text = theirs.to_string();
        let upstream = Source { file: "theirs.json", text: &text };
        diff(Source { file: "ours.json", text: &ours }, upstream, &[]).unwrap_err().to_string()
    };
    assert!(problem(&json!({ "swagger": "1.2" })).contains("version of Swagger"));
    let place = "theirs.json#/paths/~1keys/post/responses/200/content/application~1json/schema";
    let dangling = problem(&keys(json!({}), json!({ "$ref": "#/components/schemas/None" })));
    assert!(dangling.contains("`#/components/schemas/None` does not exist"), "{dangling}");
    assert!(dangling.starts_with(place), "{dangling}");
    let circle = json!({ "allOf": [{ "$ref": format!("#{}", place.split_once('#').unwrap().1) }] });
    let circle = problem(&keys(json!({}), circle));
    assert!(circle.contains("contains only itself"), "{circle}");
}

/// Returns the JSON pointers of all values.
fn places(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let key = key.replace('~', "~0").replace('/', "~1");
                places(value, &format!("{pointer}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                places(value, &format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
    found.push(pointer.to_owned());
}

#[test]
fn damaged_document_does_not_panic() {
    let text = std::fs::read_to_string(common::root().join("openapi/fastapi/openapi.json")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let mut pointers = Vec::new();
    places(&document, "", &mut pointers);
    pointers.retain(|pointer| !pointer.contains("/example") && !pointer.ends_with("/description"));
    let damages =
        [json!(null), json!("#/components/schemas/ApiKey"), json!({}), json!([true]), json!({ "type": 1 })];
    let (mut rejected, mut different) = (0, 0);
    for (index, pointer) in pointers.iter().enumerate().step_by(3) {
        let mut damaged = document.clone();
        *damaged.pointer_mut(pointer).unwrap() = damages[index % damages.len()].clone();
        let damaged = damaged.to_string();
        let source = |text| Source { file: "fastapi.json", text };
        match diff(source(&text), source(&damaged), &[]) {
            Ok(comparison) => {
                different += usize::from(comparison.impact().is_some());
                for place in comparison.differences.iter().filter_map(|difference| difference.ours.as_ref()) {
                    assert!(document.pointer(place).is_some(), "{place}");
                }
            }
            Err(problem) => {
                assert!(!problem.message.is_empty());
                rejected += 1;
            }
        }
    }
    assert!(rejected > 5 && different > 50, "{rejected} rejected, {different} different");
    assert_same(&document, &document);
}

#[test]
fn swagger_is_compared_with_its_own_locations() {
    let swagger = |ty: &str| {
        let parameters = json!([
            { "name": "key", "in": "body", "schema": { "$ref": "#/definitions/Key" } },
            { "name": "limit", "in": "query", "type": ty },
        ]);
        json!({
            "swagger": "2.0",
            "info": { "title": "Keys", "version": "1" },
            "paths": {
                "/keys": { "post": {
                    "operationId": "addKey",
                    "x-operation-class": "unsafe",
                    "parameters": parameters,
                    "responses": { "204": { "description": "" } },
                } },
            },
            "definitions": { "Key": { "type": "object", "properties": { "size": { "type": ty } } } },
        })
        .to_string()
    };
    let (ours, theirs) = (swagger("integer"), swagger("string"));
    let (ours, theirs) =
        (Source { file: "ours.json", text: &ours }, Source { file: "theirs.json", text: &theirs });
    assert!(diff(ours, ours, &[]).unwrap().differences.is_empty());
    let comparison = diff(ours, theirs, &[]).unwrap();
    for pointer in ["/definitions/Key/properties/size", "/paths/~1keys/post/parameters/1"] {
        let is_there = |found: &Option<String>| found.as_deref().is_some_and(|at| at.starts_with(pointer));
        let found =
            comparison.differences.iter().filter(|one| is_there(&one.ours) && is_there(&one.upstream));
        assert_eq!(found.count(), 1, "{pointer} in {comparison}");
    }
}

#[test]
fn openapi_3_2_is_compared() {
    let operation = json!({
        "operationId": "findKeys",
        "x-operation-class": "safe",
        "responses": { "200": { "content": { "application/json": { "$ref": "#/components/mediaTypes/Key" } } } },
    });
    let document = |method: &str, schema: Value| {
        let mut document = common::document(json!({ "/keys": {} }), json!({}));
        document["openapi"] = "3.2.0".into();
        document["components"]["mediaTypes"]["Key"]["schema"] = schema;
        document["paths"]["/keys"] = match method {
            "query" => json!({ "query": operation }),
            method => json!({ "additionalOperations": { method: operation } }),
        };
        document
    };
    let text = || json!({ "type": "string" });
    assert_same(&document("query", text()), &document("query", text()));
    let messages = |ours: Value, theirs: Value| {
        let differences = compare(&ours, &theirs).differences.into_iter();
        differences.map(|it| (it.operations.join(" "), it.message)).collect::<Vec<_>>()
    };
    let other_method = messages(document("query", text()), document("Find", text()));
    let of = |operation: &str, message: &str| (operation.to_owned(), message.to_owned());
    assert_eq!(other_method, [of("QUERY /keys", "gone"), of("Find /keys", "new")]);
    let other_type = messages(document("query", text()), document("query", json!({ "type": "integer" })));
    assert!(other_type.iter().any(|(operation, _)| operation == "QUERY /keys"), "{other_type:?}");
}

/// A document whose operations receive the same schema, `S0`.
fn shared(operations: usize, schemas: Value) -> Value {
    let content = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/S0" } } });
    let paths = (0..operations).map(|index| {
        let responses = json!({ "200": { "description": "", "content": content } });
        (format!("/keys/{index}"), json!({ "get": { "responses": responses } }))
    });
    common::document(paths.collect(), json!({ "schemas": schemas }))
}

#[test]
fn shared_schemas_are_reported_once() {
    let schema = |maximum: usize| json!({ "S0": { "type": "string", "maxLength": maximum } });
    let comparison = compare(&shared(12, schema(8)), &shared(12, schema(9)));
    let [difference] = comparison.differences.as_slice() else { panic!("{comparison}") };
    assert_eq!(difference.operations.len(), 12);
    let text = comparison.to_string();
    assert!(text.starts_with("GET /keys/0, GET /keys/1, "), "{text}");
    assert!(text.lines().next().unwrap().ends_with("GET /keys/9 and 2 others"), "{text}");
}

#[test]
fn nested_compositions_are_compared_or_rejected() {
    let chain = |levels: usize, members: usize| -> Value {
        let next = |level: usize| json!({ "$ref": format!("#/components/schemas/S{}", level + 1) });
        let all_of = |level: usize| json!({ "allOf": vec![next(level); members] });
        let last = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
        let schemas = (0..levels).map(|level| (format!("S{level}"), all_of(level)));
        schemas.chain([(format!("S{levels}"), last)]).collect()
    };
    let wide = shared(1, chain(40, 2));
    assert_same(&wide, &wide);
    let deep = shared(1, chain(10_000, 1)).to_string();
    let source = Source { file: "deep.json", text: &deep };
    let problem = diff(source, source, &[]).unwrap_err();
    assert_eq!(problem.message, "too many nested schemas to compare");
}
