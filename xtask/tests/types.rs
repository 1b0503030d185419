//! What schemas become: the snapshots are the specification.

mod common;

use common::{document, file, schemas};
use insta::assert_snapshot;
use serde_json::{Value, json};

fn types(components: Value) -> String {
    file(&schemas(components), "types.rs")
}

#[test]
fn an_object_becomes_a_struct_with_a_constructor_for_what_is_required_and_setters_for_the_rest() {
    assert_snapshot!(types(json!({
        "Key": {
            "type": "object",
            "description": "A key.",
            "properties": {
                "name": { "type": "string", "description": "Its name." },
                "uses": { "type": "integer" },
                "small": { "type": "integer", "format": "int32" },
                "share": { "type": "number" },
                "enabled": { "type": "boolean" },
                "scopes": { "type": "array", "items": { "type": "string" } },
                "anything": {},
                "is_active": { "type": "boolean" },
            },
            "required": ["name", "uses"],
        },
    })));
}

#[test]
fn a_field_may_be_missing_or_null_or_both() {
    assert_snapshot!(types(json!({
        "Key": {
            "type": "object",
            "properties": {
                "required": { "type": "string" },
                "required_nullable": { "type": ["string", "null"] },
                "optional": { "type": "string" },
                "optional_nullable": { "type": ["string", "null"] },
            },
            "required": ["required", "required_nullable"],
        },
    })));
}

#[test]
fn null_is_understood_however_it_is_written() {
    assert_snapshot!(types(json!({
        "Key": {
            "type": "object",
            "properties": {
                "old_style": { "type": "string", "nullable": true },
                "any_of": { "anyOf": [{ "type": "integer" }, { "type": "null" }] },
                "reference": { "oneOf": [{ "$ref": "#/components/schemas/Owner" }, { "type": "null" }] },
                "by_target": { "$ref": "#/components/schemas/MaybeOwner" },
                "items": { "type": "array", "items": { "type": ["string", "null"] } },
                "word": { "enum": ["a", "b", null] },
            },
            "required": ["old_style", "any_of", "reference", "by_target", "items", "word"],
        },
        "Owner": { "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"] },
        "MaybeOwner": {
            "type": ["object", "null"],
            "properties": { "id": { "type": "string" } },
            "required": ["id"],
        },
    })));
}

#[test]
fn a_secret_is_never_printed_cloned_or_compared_and_is_written_on_purpose_only() {
    assert_snapshot!(types(json!({
        "Issued": {
            "type": "object",
            "properties": {
                "secret": { "type": "string", "format": "password" },
                "old_secret": { "type": "string", "format": "password" },
                "next_secret": { "type": ["string", "null"], "format": "password" },
                "password": { "type": "string", "writeOnly": true },
                "token_hint": { "type": "string", "x-not-secret": true },
            },
            "required": ["secret", "next_secret"],
        },
        "Envelope": {
            "type": "object",
            "properties": { "data": { "$ref": "#/components/schemas/Issued" } },
            "required": ["data"],
        },
    })));
}

#[test]
fn a_string_enum_keeps_values_that_the_document_does_not_list() {
    assert_snapshot!(types(json!({
        "Status": { "type": "string", "description": "State of a key.", "enum": ["active", "revoked", "other", "2fa"] },
    })));
}

#[test]
fn a_word_is_an_enum_of_one() {
    assert_snapshot!(types(json!({
        "Key": { "type": "object", "properties": { "object": { "const": "api_key" } }, "required": ["object"] },
    })));
}

#[test]
fn times_are_kept_as_they_are_written() {
    assert_snapshot!(types(json!({
        "Key": {
            "type": "object",
            "properties": {
                "created_at": { "type": "string", "format": "date-time" },
                "local": { "type": "string", "format": "date-time-local" },
            },
            "required": ["created_at"],
        },
    })));
}

#[test]
fn objects_without_known_properties_are_maps() {
    assert_snapshot!(types(json!({
        "Key": {
            "type": "object",
            "properties": {
                "metadata": { "type": "object" },
                "counts": { "type": "object", "additionalProperties": { "type": "integer" } },
                "owners": {
                    "type": "object",
                    "additionalProperties": { "type": "object", "properties": { "id": { "type": "string" } } },
                },
            },
            "required": ["metadata"],
        },
    })));
}

#[test]
fn properties_beyond_the_known_ones_are_kept_where_the_document_allows_them() {
    assert_snapshot!(types(json!({
        "Open": {
            "type": "object",
            "properties": { "id": { "type": "string" } },
            "required": ["id"],
            "additionalProperties": true,
        },
        "Typed": {
            "type": "object",
            "properties": { "id": { "type": "string" } },
            "required": ["id"],
            "additionalProperties": { "type": "integer" },
        },
        "Closed": { "type": "object", "additionalProperties": false },
    })));
}

#[test]
fn all_of_is_one_struct_with_the_properties_of_all() {
    assert_snapshot!(types(json!({
        "Base": { "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"] },
        "Key": {
            "description": "A key.",
            "allOf": [
                { "$ref": "#/components/schemas/Base" },
                { "type": "object", "properties": { "name": { "type": "string" } } },
            ],
            "required": ["name"],
        },
        "Holder": {
            "type": "object",
            "properties": {
                "key": { "description": "The key it holds.", "allOf": [{ "$ref": "#/components/schemas/Key" }] },
            },
        },
    })));
}

#[test]
fn alternatives_of_different_json_types_are_read_by_type() {
    assert_snapshot!(types(json!({
        "Detail": {
            "description": "What is wrong.",
            "oneOf": [
                { "type": "string", "title": "Text", "description": "In words." },
                { "type": "array", "title": "Faults", "items": { "$ref": "#/components/schemas/Fault" } },
                { "$ref": "#/components/schemas/Fault" },
                { "type": "integer" },
                { "type": "boolean" },
            ],
        },
        "Fault": { "type": "object", "properties": { "msg": { "type": "string" } } },
    })));
}

#[test]
fn a_list_of_types_is_a_union() {
    assert_snapshot!(types(json!({
        "Fault": {
            "type": "object",
            "properties": { "loc": { "type": "array", "items": { "type": ["string", "integer"] } } },
        },
    })));
}

#[test]
fn alternatives_of_one_json_type_are_tried_in_order() {
    assert_snapshot!(types(json!({
        "Body": {
            "anyOf": [
                { "$ref": "#/components/schemas/Wrapped" },
                { "$ref": "#/components/schemas/PlainBody", "title": "Plain" },
                { "type": "object", "title": "Inline", "properties": { "x": { "type": "integer" } } },
            ],
        },
        "Wrapped": {
            "type": "object",
            "properties": { "request": { "$ref": "#/components/schemas/PlainBody" } },
            "required": ["request"],
        },
        "PlainBody": { "type": "object", "properties": { "name": { "type": "string" } } },
    })));
}

#[test]
fn a_type_that_contains_itself_is_boxed_where_it_must_be() {
    assert_snapshot!(types(json!({
        "Tree": {
            "type": "object",
            "properties": {
                "parent": { "$ref": "#/components/schemas/Tree" },
                "children": { "type": "array", "items": { "$ref": "#/components/schemas/Tree" } },
                "leaf": { "$ref": "#/components/schemas/Leaf" },
            },
            "required": ["children", "leaf"],
        },
        "Leaf": { "type": "object", "properties": { "tree": { "$ref": "#/components/schemas/Tree" } } },
    })));
}

#[test]
fn schemas_that_nobody_named_are_named_by_their_place_and_equal_ones_are_one_type() {
    let owner = json!({ "type": "object", "properties": { "id": { "type": "string" } } });
    assert_snapshot!(types(json!({
        "Key": {
            "type": "object",
            "properties": {
                "owner": owner,
                "creator": owner,
                "entries": {
                    "type": "array",
                    "items": { "type": "object", "properties": { "n": { "type": "integer" } } },
                },
                "status": { "type": "string", "enum": ["on", "off"] },
            },
        },
    })));
}

#[test]
fn names_are_made_fit_for_rust() {
    assert_snapshot!(types(json!({
        "api-key_v2": {
            "type": "object",
            "properties": {
                "type": { "type": "string" },
                "self": { "type": "string" },
                "new": { "type": "string" },
                "createdAt": { "type": "string" },
                "created_at": { "type": "string" },
                "2fa": { "type": "boolean" },
                "@id": { "type": "string" },
            },
            "required": ["type"],
        },
        "Option": { "type": "object", "properties": { "maxUses": { "type": "integer" } } },
        "Sort": { "type": "string", "enum": ["ASC", "asc", "+1", "-1", "", "self"] },
    })));
}

#[test]
fn plain_schemas_and_lists_with_names_are_written_out_where_they_are_used() {
    assert_snapshot!(types(json!({
        "Id": { "type": "string", "description": "An identifier.", "maxLength": 32 },
        "Ids": { "type": "array", "items": { "$ref": "#/components/schemas/Id" } },
        "Key": {
            "type": "object",
            "properties": {
                "id": { "$ref": "#/components/schemas/Id" },
                "others": { "$ref": "#/components/schemas/Ids" },
                "within": { "$ref": "#/components/schemas/Key/properties/id" },
            },
            "required": ["id", "others"],
        },
    })));
}

#[test]
fn descriptions_and_bounds_are_in_the_docs_and_do_not_upset_rustdoc() {
    assert_snapshot!(types(json!({
        "Key": {
            "type": "object",
            "description": "A Key<T> for [this], see https://keys.example/docs.\n\n- one\n- two\n\n```\nlet x = 1;\n```",
            "properties": {
                "name": {
                    "type": "string",
                    "description": "A description that is so long that it does not fit on one line of a source file \
                                    and therefore goes on in the next one.",
                    "minLength": 1,
                    "maxLength": 255,
                    "pattern": "^[a-z`]+$",
                    "default": "x",
                },
                "limit": { "type": "integer", "minimum": 1, "maximum": 100, "default": 10, "deprecated": true },
                "share": { "type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5 },
                "old": { "type": "number", "minimum": 0, "exclusiveMinimum": true },
                "id": { "type": "string", "format": "uuid" },
                "level": { "type": "integer", "enum": [1, 2] },
                "ips": { "type": "array", "items": { "type": "string" }, "maxItems": 1, "uniqueItems": true },
            },
        },
    })));
}

#[test]
fn what_is_only_sent_is_not_read_and_what_is_only_read_is_not_sent() {
    let reference = |name: &str| {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        json!({ "application/json": { "schema": schema } })
    };
    let word = json!({ "type": "object", "properties": { "word": { "$ref": "#/components/schemas/Word" } } });
    let paths = json!({
        "/keys": {
            "post": {
                "operationId": "createKey",
                "x-operation-class": "unsafe",
                "requestBody": { "required": true, "content": reference("Sent") },
                "responses": {
                    "200": { "description": "Done.", "content": reference("Received") },
                    "400": { "description": "Failed.", "content": reference("Failed") },
                },
            },
        },
    });
    let components = json!({
        "schemas": {
            "Sent": word,
            "Received": { "type": "object", "properties": { "id": { "type": "string" } } },
            "Failed": { "type": "object", "properties": { "code": { "type": "string" } } },
            "Word": { "type": "string", "enum": ["a"] },
        },
    });
    assert_snapshot!(file(&document(paths, components), "types.rs"));
}

#[test]
fn json_of_any_form_is_kept_as_it_came_where_it_is_only_read_and_serde_still_has_the_text() {
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let content = |name: &str| json!({ "application/json": { "schema": reference(name) } });
    let paths = json!({
        "/keys": {
            "post": {
                "operationId": "createKey",
                "x-operation-class": "unsafe",
                "requestBody": { "required": true, "content": content("Sent") },
                "responses": { "200": { "description": "Done.", "content": content("Received") } },
            },
        },
    });
    let object = |properties: Value| json!({ "type": "object", "properties": properties });
    let components = json!({
        "schemas": {
            "Sent": object(json!({ "anything": {} })),
            "Received": object(json!({
                "anything": {},
                "list": { "type": "array", "items": {} },
                "map": { "type": "object", "additionalProperties": true },
                "either": { "oneOf": [reference("One"), reference("Other")] },
            })),
            "One": object(json!({ "one": {} })),
            "Other": object(json!({ "other": {} })),
        },
    });
    assert_snapshot!(file(&document(paths, components), "types.rs"));
}
