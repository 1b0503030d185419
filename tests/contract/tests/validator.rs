//! Tests of the request validator: it accepts valid requests and reports each kind of violation.

use api_keys_contract_tests::document::Document;
use api_keys_contract_tests::validator::{About, Validator};
use serde_json::json;
use wiremock::Request;
use wiremock::http::{HeaderMap, HeaderName, HeaderValue};

/// A document with a bit of everything.
fn document() -> Document {
    let text = json!({ "type": "string", "minLength": 2 });
    let body = json!({
        "type": "object",
        "properties": {
            "name": { "$ref": "#/components/schemas/Name", "description": "A reference with a note." },
            "until": { "type": ["string", "null"], "format": "date-time" },
        },
        "required": ["name"],
        "additionalProperties": false,
    });
    let document = json!({
        "openapi": "3.1.0",
        "paths": {
            "/keys": {
                "get": {
                    "operationId": "list",
                    "x-operation-class": "safe",
                    "parameters": [
                        { "name": "owner", "in": "query", "required": true, "schema": text },
                        { "name": "limit", "in": "query", "schema": { "type": "integer", "maximum": 100 } },
                        { "$ref": "#/components/parameters/Version" },
                    ],
                    "responses": {},
                },
                "post": {
                    "operationId": "create",
                    "x-operation-class": "unsafe",
                    "requestBody": { "required": true, "content": { "application/json": { "schema": body } } },
                    "responses": {},
                },
            },
            "/keys/verify": {
                "get": { "operationId": "verify", "x-operation-class": "safe", "responses": {}, "security": [] },
            },
            "/keys/{id}": {
                "get": {
                    "operationId": "get",
                    "x-operation-class": "safe",
                    "parameters": [
                        { "name": "id", "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } },
                    ],
                    "security": [{ "header": [] }],
                    "responses": {},
                },
            },
        },
        "security": [{ "bearer": [] }, { "header": [] }],
        "components": {
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "header": { "type": "apiKey", "name": "x-api-key", "in": "header" },
            },
            "schemas": { "Name": text },
            "parameters": {
                "Version": {
                    "name": "Api-Version",
                    "in": "header",
                    "x-client-parameter": true,
                    "schema": { "type": "string", "pattern": "^[0-9]+$", "default": "1" },
                },
            },
        },
    });
    Document::parse(&document.to_string())
}

const BEARER: (&str, &str) = ("authorization", "Bearer token");
const HEADER: (&str, &str) = ("x-api-key", "token");
const VERSION: (&str, &str) = ("api-version", "1");
const JSON: (&str, &str) = ("content-type", "application/json");
const UUID: &str = "00000000-0000-4000-8000-0000000000aa";

fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Request {
    let header = |&(name, value): &(&str, &str)| {
        (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
    };
    let mut map = HeaderMap::new();
    for (name, value) in headers.iter().map(header) {
        map.append(name, value);
    }
    Request {
        url: format!("http://localhost{target}").parse().unwrap(),
        method: method.parse().unwrap(),
        headers: map,
        body: body.as_bytes().to_vec(),
    }
}

/// Returns the operation, or the subjects of the violations.
fn validated(request: &Request) -> Result<String, Vec<About>> {
    let document = document();
    let validator = Validator::new(&document, "/base/");
    let verdict = validator.validate(request).map(|operation| operation.id.clone());
    verdict.map_err(|violations| violations.into_iter().map(|violation| violation.about).collect())
}

#[track_caller]
fn passes(operation: &str, request: &Request) {
    assert_eq!(validated(request).as_deref(), Ok(operation));
}

#[track_caller]
fn fails(about: About, request: &Request) {
    assert_eq!(validated(request), Err(vec![about]));
}

fn list(target: &str) -> Request {
    request("GET", target, &[BEARER, VERSION], "")
}

fn create(body: &str) -> Request {
    request("POST", "/base/keys", &[BEARER, JSON], body)
}

#[test]
fn good_requests_pass() {
    passes("list", &list("/base/keys?owner=me"));
    passes("list", &list("/base/keys?owner=a%20b&limit=100"));
    passes("create", &create(r#"{ "name": "ci" }"#));
    passes("create", &create(r#"{ "name": "ci", "until": null }"#));
    passes("get", &request("GET", &format!("/base/keys/{UUID}"), &[HEADER], ""));
    let labelled = ("content-type", "application/json; charset=utf-8");
    passes("create", &request("POST", "/base/keys", &[HEADER, labelled], r#"{ "name": "ci" }"#));
}

#[test]
fn fixed_path_takes_precedence() {
    passes("verify", &request("GET", "/base/keys/verify", &[], ""));
}

#[test]
fn unknown_method_and_path_are_rejected() {
    fails(About::Operation, &request("DELETE", "/base/keys", &[BEARER], ""));
    fails(About::Operation, &list("/keys?owner=me"));
    fails(About::Operation, &list("/base/keys/?owner=me"));
    fails(About::Operation, &list("/base//keys?owner=me"));
    fails(About::Operation, &list("/basement/keys?owner=me"));
    fails(About::Operation, &request("GET", &format!("/base/keys/{UUID}/more"), &[HEADER], ""));
}

#[test]
fn path_parameter_is_validated() {
    fails(About::Path, &request("GET", "/base/keys/a%2Fb", &[HEADER], ""));
}

#[test]
fn query_parameters_are_validated() {
    fails(About::Query, &list("/base/keys"));
    fails(About::Query, &list("/base/keys?owner=me&more=1"));
    fails(About::Query, &list("/base/keys?owner=me&owner=you"));
    fails(About::Query, &list("/base/keys?owner=m"));
    fails(About::Query, &list("/base/keys?owner=me&limit=101"));
    fails(About::Query, &list("/base/keys?owner=me&limit=10.0"));
    fails(About::Query, &list("/base/keys?owner=me&limit="));
}

#[test]
fn client_header_is_validated() {
    fails(About::Header, &request("GET", "/base/keys?owner=me", &[BEARER], ""));
    fails(About::Header, &request("GET", "/base/keys?owner=me", &[BEARER, ("api-version", "one")], ""));
    fails(About::Header, &request("GET", "/base/keys?owner=me", &[BEARER, VERSION, VERSION], ""));
}

#[test]
fn credential_is_validated() {
    let with = |headers: &[(&str, &str)]| {
        let headers: Vec<_> = headers.iter().copied().chain([JSON]).collect();
        request("POST", "/base/keys", &headers, r#"{ "name": "ci" }"#)
    };
    passes("create", &with(&[HEADER]));
    fails(About::Security, &with(&[]));
    fails(About::Security, &with(&[("authorization", "token")]));
    fails(About::Security, &with(&[("authorization", "bearer token")]));
    fails(About::Security, &with(&[("authorization", "Bearer ")]));
    fails(About::Security, &with(&[("x-api-key", "Bearer token")]));
    fails(About::Security, &with(&[BEARER, BEARER]));
    fails(About::Security, &request("GET", &format!("/base/keys/{UUID}"), &[BEARER], ""));
}

#[test]
fn body_is_validated() {
    fails(About::Body, &create(""));
    fails(About::Body, &create("{"));
    fails(About::Body, &create("[]"));
    fails(About::Body, &create("{}"));
    fails(About::Body, &create(r#"{ "name": null }"#));
    fails(About::Body, &create(r#"{ "name": "c" }"#));
    fails(About::Body, &create(r#"{ "name": "ci", "until": "tomorrow" }"#));
    fails(About::Body, &create(r#"{ "name": "ci", "more": 1 }"#));
    let text = ("content-type", "text/plain");
    fails(About::ContentType, &request("POST", "/base/keys", &[BEARER, text], r#"{ "name": "ci" }"#));
    fails(About::ContentType, &request("POST", "/base/keys", &[BEARER], r#"{ "name": "ci" }"#));
    fails(About::ContentType, &request("POST", "/base/keys", &[BEARER, JSON, JSON], r#"{ "name": "ci" }"#));
}

#[test]
fn undocumented_body_is_rejected() {
    fails(About::Body, &request("GET", "/base/keys?owner=me", &[BEARER, VERSION], "{}"));
    fails(About::ContentType, &request("GET", "/base/keys?owner=me", &[BEARER, VERSION, JSON], ""));
}

#[test]
fn all_violations_are_reported() {
    let request = request("GET", "/base/keys?limit=x&more=1", &[], "{}");
    let about = [About::Query, About::Query, About::Query, About::Header, About::Security, About::Body];
    assert_eq!(validated(&request), Err(about.to_vec()));
}
