//! The impact of changed schemas, by direction.

use super::*;

#[test]
fn wider_request_is_compatible() {
    let text = || json!({ "type": "string" });
    for (narrow, wide) in [
        (text(), json!({ "type": ["string", "null"] })),
        (text(), json!({ "oneOf": [{ "type": "string" }, { "type": "boolean" }] })),
        (json!({ "type": "integer" }), json!({ "type": "number" })),
        (text(), json!({})),
        (json!({ "type": "array", "items": { "type": "string" } }), json!({ "type": "array" })),
        (json!({ "type": "string", "format": "uuid" }), text()),
        (json!({ "type": "integer", "format": "int32" }), json!({ "type": "integer", "format": "int64" })),
    ] {
        let wider = messages(narrow.clone(), wide.clone());
        assert!(wider.len() == 2 && wider[0].starts_with("request body"), "{wider:?}");
        assert!(wider[0].ends_with("compatible") && wider[1].ends_with("breaking"), "{wider:?}");
        let narrower = messages(wide, narrow);
        assert!(narrower.len() == 2, "{narrower:?}");
        assert!(narrower[0].ends_with("breaking") && narrower[1].ends_with("compatible"), "{narrower:?}");
    }
}

#[test]
fn bounds_matter_in_requests_only() {
    for (loose, tight) in [
        (json!({ "type": "string" }), json!({ "type": "string", "pattern": "^a" })),
        (json!({ "type": "string" }), json!({ "type": "string", "minLength": 1 })),
        (json!({ "type": "integer", "maximum": 9 }), json!({ "type": "integer", "maximum": 5 })),
        (json!({ "type": "array", "minItems": 1 }), json!({ "type": "array", "minItems": 2 })),
        (json!({ "type": "array" }), json!({ "type": "array", "uniqueItems": true })),
    ] {
        let tighter = messages(loose.clone(), tight.clone());
        assert!(tighter[0].ends_with("breaking") && tighter[1].ends_with("compatible"), "{tighter:?}");
        let looser = messages(tight, loose);
        assert!(looser.len() == 2 && looser.iter().all(|line| line.ends_with("compatible")), "{looser:?}");
    }
}

#[test]
fn response_enum_is_open() {
    let few = || json!({ "type": "string", "enum": ["a", "b"] });
    let other = json!({ "type": "string", "enum": ["a", "c"] });
    assert_eq!(
        messages(few(), other),
        [
            "request body, `it`: also \"c\": compatible",
            "request body, `it`: no longer \"b\": breaking",
            "response 200, `it`: also \"c\": compatible",
            "response 200, `it`: no longer \"b\": compatible",
        ]
    );
    assert_eq!(
        messages(json!({ "type": "string" }), few()),
        [
            "request body, `it`: only \"a\", \"b\", was any value: breaking",
            "response 200, `it`: only \"a\", \"b\", was any value: compatible",
        ]
    );
}

#[test]
fn changed_default_is_breaking() {
    let with = |value: Value| json!({ "type": "integer", "default": value });
    assert_eq!(
        messages(with(json!(10)), with(json!(20))),
        [
            "request body, `it`: default `20`, was `10`: breaking",
            "response 200, `it`: default `20`, was `10`: compatible",
        ]
    );
    assert_eq!(messages(with(json!(1)), with(json!(1.0))), [""; 0]);
}

#[test]
fn secret_marks_are_compared() {
    let (plain, marked) = (json!({ "type": "string" }), json!({ "type": "string", "format": "password" }));
    assert_eq!(messages(marked.clone(), plain.clone()), [""; 0]);
    assert_eq!(messages(plain, marked).len(), 2);
}

#[test]
fn response_fields_can_be_added() {
    let object = |names: &[&str], required: &[&str]| {
        let properties: serde_json::Map<_, _> =
            names.iter().map(|name| ((*name).to_owned(), json!({ "type": "string" }))).collect();
        json!({ "type": "object", "properties": properties, "required": required })
    };
    assert_eq!(
        messages(object(&["a", "b", "c"], &["a", "c"]), object(&["c", "d", "e"], &["d"])),
        [
            "request body, `it.a`: required field is gone: breaking",
            "request body, `it.b`: optional field is gone: breaking",
            "request body, `it.c`: optional, was required: compatible",
            "request body, `it.d`: new required field: string: breaking",
            "request body, `it.e`: new optional field: string: compatible",
            "response 200, `it.a`: required field is gone: breaking",
            "response 200, `it.b`: optional field is gone: compatible",
            "response 200, `it.c`: optional, was required: breaking",
            "response 200, `it.d`: new required field: string: compatible",
            "response 200, `it.e`: new optional field: string: compatible",
        ]
    );
}

#[test]
fn undefined_required_field_is_reported() {
    let object = |required: Value| json!({ "type": "object", "required": required });
    assert_eq!(
        messages(object(json!([])), object(json!(["tenant"]))),
        ["request body, `it.tenant`: required, and not described: breaking"]
    );
}

#[test]
fn read_and_write_only_fields_have_a_direction() {
    let only = |flag: &str| json!({ "type": "object", "properties": { "it": { "type": "string", flag: true } }, "required": ["it"] });
    let none = || json!({ "type": "object" });
    assert_eq!(
        messages(none(), only("readOnly")),
        ["response 200, `it.it`: new required field: string: compatible"]
    );
    assert_eq!(
        messages(none(), only("writeOnly")),
        ["request body, `it.it`: new required field: string: breaking"]
    );
}

#[test]
fn closed_object_is_breaking() {
    let object = |rest: Value| json!({ "type": "object", "properties": {}, "additionalProperties": rest });
    let closed = messages(object(json!(true)), object(json!(false)));
    assert_eq!(closed[0], "request body, `it`: no other fields are allowed: breaking");
    assert!(closed[1].ends_with("compatible"), "{closed:?}");
    let retyped = messages(object(json!({ "type": "string" })), object(json!({ "type": "integer" })));
    assert_eq!(retyped[0], "request body, `it.*`: integer, was string: breaking");
}

#[test]
fn alternatives_match_by_similarity() {
    let cat =
        |extra: &str| json!({ "type": "object", "properties": { "kind": { "const": "cat" }, extra: {} } });
    let dog = || json!({ "type": "object", "properties": { "kind": { "const": "dog" }, "bark": {} } });
    let ours = json!({ "oneOf": [cat("lives"), dog(), { "type": "string" }] });
    let theirs = json!({ "anyOf": [{ "type": "string" }, dog(), cat("age")] });
    assert_eq!(
        messages(ours, theirs),
        [
            "request body, `it.lives`: optional field is gone: breaking",
            "request body, `it.age`: new optional field: any JSON: compatible",
            "response 200, `it.lives`: optional field is gone: compatible",
            "response 200, `it.age`: new optional field: any JSON: compatible",
        ]
    );
}

#[test]
fn unknown_keywords_are_compared_literally() {
    let with = |value: Value| json!({ "type": "string", "not": value });
    let found = messages(with(json!({ "const": "a" })), with(json!({ "const": "b" })));
    assert_eq!(found[0], "request body, `it`: `not` is another: breaking");
}

#[test]
fn recursive_schemas_are_compared_once() {
    let tree = |ty: &str| {
        let node = json!({ "type": "object", "properties": {
            "value": { "type": ty },
            "children": { "type": "array", "items": { "$ref": "#/components/schemas/Tree" } },
            "either": { "oneOf": [{ "$ref": "#/components/schemas/Tree" }, { "type": "string" }] },
        } });
        let mut document = keys(json!({}), json!({ "$ref": "#/components/schemas/Tree" }));
        document["components"] = json!({ "schemas": { "Tree": node } });
        document
    };
    assert_same(&tree("string"), &tree("string"));
    let comparison = compare(&tree("string"), &tree("boolean"));
    assert_eq!(comparison.differences.len(), 1, "{comparison}");
    // A new recursive schema.
    let comparison = compare(&keys(json!({}), json!({ "type": "object" })), &tree("string"));
    assert_eq!(comparison.differences.len(), 3, "{comparison}");
}

#[test]
fn shared_schema_is_reported_once() {
    let shared = |ty: &str| {
        let response = json!({ "200": { "description": "", "content": { "application/json": { "schema": {
            "$ref": "#/components/schemas/Key"
        } } } } });
        let operation = |id: &str| json!({ "operationId": id, "responses": response.clone() });
        common::document(
            json!({ "/keys": { "get": operation("a"), "put": operation("b") } }),
            json!({ "schemas": { "Key": { "type": "object", "properties": { "id": { "type": ty } } } } }),
        )
    };
    let comparison = compare(&shared("string"), &shared("integer"));
    let [difference] = comparison.differences.as_slice() else { panic!("{comparison}") };
    assert_eq!(difference.operations, ["GET /keys", "PUT /keys"]);
    assert_eq!(difference.ours.as_deref(), Some("/components/schemas/Key/properties/id"));
}
