//! Tests of overlays: the effect of actions, and stale actions.

mod common;

use std::fs;

use api_keys_codegen::{Comparison, Source, diff};
use serde_json::{Value, json};

/// Creates a document with one operation whose response is an object with these properties.
fn response_with(properties: Value, required: Value) -> Value {
    let schema = json!({ "type": "object", "properties": properties, "required": required });
    let response = json!({ "description": "", "content": { "application/json": { "schema": schema } } });
    common::document(
        json!({ "/keys": { "get": { "operationId": "a", "responses": { "200": response } } } }),
        json!({}),
    )
}

const SCHEMA: &str = "$.paths['/keys'].get.responses['200'].content['application/json'].schema";

fn overlay(actions: Value) -> Value {
    json!({ "overlay": "1.1.0", "info": { "title": "Corrections", "version": "1" }, "actions": actions })
}

fn compare(ours: &Value, upstream: &Value, overlays: &[Value]) -> Comparison {
    let (ours, upstream) = (ours.to_string(), upstream.to_string());
    let files: Vec<_> = (0..overlays.len()).map(|index| format!("overlay-{index}.json")).collect();
    let texts: Vec<_> = overlays.iter().map(Value::to_string).collect();
    let overlays: Vec<_> = files.iter().zip(&texts).map(|(file, text)| Source { file, text }).collect();
    let (ours, upstream) =
        (Source { file: "ours.json", text: &ours }, Source { file: "theirs.json", text: &upstream });
    diff(ours, upstream, &overlays).unwrap()
}

/// Asserts that actions convert the second document to the first.
#[track_caller]
fn assert_makes(ours: &Value, upstream: &Value, actions: Value) {
    assert!(compare(ours, upstream, &[]).impact().is_some(), "there is nothing to do");
    let comparison = compare(ours, upstream, &[overlay(actions)]);
    assert_eq!(comparison.impact(), None, "{comparison}");
}

#[test]
fn update_merges_by_type() {
    let ours = response_with(
        json!({ "id": { "type": "string", "maxLength": 9, "enum": ["a", "b", "c", "d"] }, "new": { "type": "object" } }),
        json!(["id", "new"]),
    );
    let upstream =
        response_with(json!({ "id": { "type": "integer", "maxLength": 9, "enum": ["a"] } }), json!(["id"]));
    let at = |rest: &str| format!("{SCHEMA}{rest}");
    assert_makes(
        &ours,
        &upstream,
        json!([
            { "target": at(""), "update": { "properties": { "new": { "type": "object" } } } },
            { "target": at(".required"), "update": "new" },
            { "target": at(".properties.id"), "update": { "type": "string", "enum": ["b"] } },
            { "target": at(".properties.id.enum"), "update": ["c", "d"] },
        ]),
    );
    assert_makes(
        &response_with(json!({ "id": { "type": "string" } }), json!([])),
        &response_with(json!({ "id": { "type": "integer" } }), json!([])),
        json!([{ "target": at("..properties.id[?@ == 'integer']"), "update": "string" }]),
    );
}

#[test]
fn remove_removes_all_matches() {
    let upstream = response_with(
        json!({ "id": { "type": "string", "enum": ["a", "b", "c", "d"] }, "x": {}, "y": {} }),
        json!(["x", "id", "y"]),
    );
    let ours = response_with(json!({ "id": { "type": "string", "enum": ["b"] } }), json!(["id"]));
    assert_makes(
        &ours,
        &upstream,
        json!([
            { "target": format!("{SCHEMA}.properties.id.enum[3,0,2]"), "remove": true },
            { "target": format!("{SCHEMA}.properties['x','y']"), "remove": true },
            { "target": format!("{SCHEMA}.required[?@ != 'id']"), "remove": true },
        ]),
    );
}

#[test]
fn copy_uses_the_current_value() {
    let upstream = response_with(json!({ "a": { "type": "string" }, "b": {} }), json!([]));
    let ours = response_with(
        json!({ "a": { "type": "string" }, "b": { "type": "string", "format": "uuid" } }),
        json!([]),
    );
    assert_makes(
        &ours,
        &upstream,
        json!([
            { "target": format!("{SCHEMA}.properties.b"), "copy": format!("{SCHEMA}.properties.a") },
            { "target": format!("{SCHEMA}.properties.b"), "update": { "format": "uuid" } },
        ]),
    );
}

#[test]
fn stale_action_has_a_reason() {
    let ours = response_with(json!({ "id": { "type": "string", "format": "uuid" } }), json!(["id"]));
    let at = |rest: &str| format!("{SCHEMA}{rest}");
    let comparison = compare(
        &ours,
        &ours,
        &[overlay(json!([
            { "target": at(".properties.gone"), "description": "It is a time.", "update": { "format": "date-time" } },
            { "target": at(".properties.id"), "update": { "format": "uuid" } },
            { "target": at(".required"), "update": ["id"] },
            { "target": at(".properties.id"), "update": { "type": ["string"] } },
            { "target": at(".properties.id"), "copy": "$.components.schemas.*" },
            { "target": "$", "remove": true },
        ]))],
    );
    let stale: Vec<_> = comparison.stale.iter().map(|stale| (&*stale.action, &*stale.reason)).collect();
    let id = "#/paths/~1keys/get/responses/200/content/application~1json/schema/properties/id";
    assert_eq!(
        stale,
        [
            ("overlay-0.json#/actions/0", "the target matches nothing"),
            ("overlay-0.json#/actions/1", "the document already contains the value"),
            ("overlay-0.json#/actions/2", "the document already contains the value"),
            (
                "overlay-0.json#/actions/3",
                &*format!("at {id}: `type`: a single value in the document, an array in the overlay"),
            ),
            ("overlay-0.json#/actions/4", "`copy` matches 0 locations instead of one"),
            ("overlay-0.json#/actions/5", "the action would remove the whole document"),
        ]
    );
    assert_eq!(comparison.stale[0].description, "It is a time.");
    assert!(comparison.impact().is_some() && comparison.differences.is_empty(), "{comparison}");
}

#[test]
fn changed_target_is_stale() {
    let ours = response_with(json!({ "id": { "type": "string", "format": "uuid" } }), json!([]));
    let actions = json!([{
        "target": format!("{SCHEMA}.properties.id"),
        "x-was": { "type": "string", "format": null },
        "update": { "format": "uuid" },
    }]);
    let as_it_was = response_with(json!({ "id": { "type": "string" } }), json!([]));
    assert_makes(&ours, &as_it_was, actions.clone());

    let another = response_with(json!({ "id": { "type": "string", "format": "ulid" } }), json!([]));
    let comparison = compare(&ours, &another, &[overlay(actions)]);
    assert!(comparison.stale[0].reason.ends_with("`format`: formerly absent, now present"), "{comparison}");
    assert_eq!(comparison.differences[0].message, "format `\"ulid\"`, was `\"uuid\"`");
}

#[test]
fn later_changes_are_reported() {
    let mut upstream = response_with(json!({}), json!([]));
    upstream["components"]["schemas"]["Key"] =
        json!({ "type": "object", "properties": { "key": { "type": "string" } }, "required": ["key"] });
    upstream["paths"]["/keys"]["get"]["parameters"] = json!([
        { "name": "a", "in": "query", "schema": { "type": "string" } },
        { "name": "b", "in": "query", "schema": { "type": "string" } },
    ]);
    let mut ours = response_with(json!({ "key": { "type": "string", "format": "uuid" } }), json!(["key"]));
    ours["paths"]["/keys"]["get"]["parameters"] =
        json!([{ "name": "b", "in": "query", "schema": { "type": "string" } }]);
    let corrections = overlay(json!([
        { "target": "$.components.schemas", "update": { "Issued": {} } },
        { "target": "$.components.schemas.Issued", "copy": "$.components.schemas.Key" },
        { "target": "$.components.schemas.Issued.properties.key", "update": { "format": "uuid" } },
        { "target": format!("{SCHEMA}"), "update": { "$ref": "#/components/schemas/Issued" } },
        { "target": "$.paths['/keys'].get.parameters[?@.name == 'a']", "remove": true },
    ]));
    assert_eq!(compare(&ours, &upstream, std::slice::from_ref(&corrections)).impact(), None);

    upstream["components"]["schemas"]["Key"]["properties"]["key"]["type"] = json!("integer");
    upstream["paths"]["/keys"]["get"]["parameters"][1]["required"] = json!(true);
    let comparison = compare(&ours, &upstream, &[corrections]);
    let places: Vec<_> = comparison.differences.iter().map(|one| one.upstream.as_deref().unwrap()).collect();
    assert_eq!(
        places,
        ["/paths/~1keys/get/parameters/1", "/components/schemas/Key/properties/key"],
        "{comparison}"
    );
}

#[test]
fn matching_overlay_is_selected() {
    let ours = response_with(json!({ "id": { "type": "string" } }), json!([]));
    let to_string = |when: Option<&str>| {
        let mut overlay =
            overlay(json!([{ "target": format!("{SCHEMA}.properties.id"), "update": { "type": "string" } }]));
        if let Some(when) = when {
            overlay["x-applies-when"] = json!(when);
        }
        overlay
    };
    let old = to_string(Some("$..id[?@ == 'integer']"));
    let others = to_string(None);
    let chosen = |ty: &str| {
        let upstream = response_with(json!({ "id": { "type": ty } }), json!([]));
        compare(&ours, &upstream, &[others.clone(), old.clone()]).overlay
    };
    assert_eq!(chosen("integer").as_deref(), Some("overlay-1.json"));
    assert_eq!(chosen("boolean").as_deref(), Some("overlay-0.json"));
    // The only overlay is always applied.
    let upstream = response_with(json!({ "id": { "type": "boolean" } }), json!([]));
    assert_eq!(compare(&ours, &upstream, &[old]).overlay.as_deref(), Some("overlay-0.json"));
}

#[test]
fn overlay_ignores_path_prefixes() {
    let ours = response_with(json!({ "id": { "type": "string" } }), json!([]));
    let mut upstream = response_with(json!({ "id": { "type": "integer" } }), json!([]));
    upstream["paths"] = json!({ "/v1/keys": upstream["paths"]["/keys"].clone() });
    let actions = json!([{ "target": format!("{SCHEMA}.properties.id"), "update": { "type": "string" } }]);
    assert_makes(&ours, &upstream, actions);
    let comparison = compare(&ours, &upstream, &[]);
    let pointer = comparison.differences[0].upstream.as_deref().unwrap();
    assert!(upstream.pointer(pointer).is_some(), "{pointer}");
}

#[test]
fn invalid_overlay_has_a_location() {
    let document = response_with(json!({}), json!([])).to_string();
    let problem = |text: &str| {
        let source = |file| Source { file, text: &document };
        let overlay = Source { file: "overlay.json", text };
        diff(source("ours.json"), source("theirs.json"), &[overlay]).unwrap_err().to_string()
    };
    let with = |action: Value| problem(&overlay(json!([action])).to_string());
    assert!(problem("{").contains("not a JSON document"));
    assert!(problem("{}").starts_with("overlay.json#: `overlay` is missing"));
    assert!(
        problem(r#"{ "overlay": "2.0.0" }"#).starts_with("overlay.json#/overlay: not an overlay of version")
    );
    assert!(problem(&overlay(json!([])).to_string()).starts_with("overlay.json#/actions: no action"));
    assert!(with(json!({ "target": "$" })).starts_with("overlay.json#/actions/0: no change"));
    assert!(with(json!({ "target": "$", "update": {}, "copy": "$" })).contains("both `update` and `copy`"));
    assert!(
        with(json!({ "target": "$[", "remove": true }))
            .starts_with("overlay.json#/actions/0/target: not a JSONPath")
    );
    assert!(with(json!({ "target": "$", "udpate": {} })).starts_with("overlay.json#/actions/0/udpate: "));
}

#[test]
fn our_overlays_give_reasons() {
    let openapi = common::root().join("openapi");
    let folders = fs::read_dir(&openapi).unwrap().map(|entry| entry.unwrap().path());
    let files = folders.filter(|path| path.is_dir()).flat_map(|path| fs::read_dir(path).unwrap());
    let files = files.map(|entry| entry.unwrap().path());
    for path in files.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("overlay")) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let ours = fs::read_to_string(path.with_file_name("openapi.json")).unwrap();
        let source = Source { file: "ours", text: &ours };
        diff(source, source, &[Source { file: &name, text: &text }]).unwrap();

        let overlay: Value = serde_json::from_str(&text).unwrap();
        for action in overlay["actions"].as_array().unwrap() {
            assert!(
                action["description"].as_str().is_some_and(|text| text.ends_with('.')),
                "{name}: {action}"
            );
        }
        // One overlay applies to all other documents.
        assert_eq!(overlay.get("x-applies-when").is_some(), name != "overlay", "{name}");
    }
}
