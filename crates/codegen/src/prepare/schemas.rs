//! Conversion of OpenAPI 3.0 schemas to 3.1.

use serde_json::{Map, Value};

/// Rewrites every schema of a document.
pub(super) fn modernise(document: &mut Value) {
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas.values_mut().for_each(schema);
    }
    for part in ["/paths", "/components"] {
        document.pointer_mut(part).into_iter().for_each(outside);
    }
}

/// Finds the schemas outside of schemas.
fn outside(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match key.as_str() {
                    "schema" => schema(value),
                    // Data, or already converted.
                    "example" | "examples" | "schemas" => {}
                    _ => outside(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(outside),
        _ => {}
    }
}

fn schema(value: &mut Value) {
    let Some(object) = value.as_object_mut() else { return };
    for (key, value) in object.iter_mut() {
        match key.as_str() {
            "properties" | "patternProperties" | "$defs" | "dependentSchemas" => {
                value.as_object_mut().into_iter().flat_map(Map::values_mut).for_each(schema);
            }
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                value.as_array_mut().into_iter().flatten().for_each(schema);
            }
            "items" | "additionalProperties" | "not" => schema(value),
            _ => {}
        }
    }
    either_null(object);
    bound(object, "exclusiveMinimum", "minimum");
    bound(object, "exclusiveMaximum", "maximum");
    match object.remove("nullable") {
        Some(Value::Bool(true)) => nullable(object),
        // This is the default.
        Some(Value::Bool(false)) | None => {}
        Some(other) => {
            object.insert("nullable".to_owned(), other);
        }
    }
}

/// `true` next to a bound is converted to the bound.
fn bound(object: &mut Map<String, Value>, exclusive: &str, inclusive: &str) {
    match object.get(exclusive) {
        Some(Value::Bool(true)) => {
            if let Some(bound) = object.shift_remove(inclusive) {
                object.insert(exclusive.to_owned(), bound);
            }
        }
        Some(Value::Bool(false)) => {
            object.shift_remove(exclusive);
        }
        _ => {}
    }
}

/// A type or null is written as two types.
fn either_null(object: &mut Map<String, Value>) {
    for key in ["anyOf", "oneOf"] {
        let Some([one, other]) = object.get(key).and_then(Value::as_array).map(Vec::as_slice) else {
            continue;
        };
        let null = serde_json::json!({ "type": "null" });
        let inner = match (*one == null, *other == null) {
            (true, false) => other,
            (false, true) => one,
            _ => continue,
        };
        let Some(inner) = inner.as_object().filter(|inner| inner.get("type").is_some_and(Value::is_string))
        else {
            continue;
        };
        let is_note = |key: &String| ["description", "title"].contains(&key.as_str());
        if inner.contains_key("enum") || inner.keys().any(|key| object.contains_key(key) && !is_note(key)) {
            continue;
        }
        let mut inner = inner.clone();
        let name = inner.get("type").cloned().unwrap_or_default();
        inner.insert("type".to_owned(), serde_json::json!([name, "null"]));
        object.shift_remove(key);
        for (key, value) in inner {
            object.entry(key).or_insert(value);
        }
        return;
    }
}

fn nullable(object: &mut Map<String, Value>) {
    if let Some(Value::String(name)) = object.get("type") {
        let name = name.clone();
        object.insert("type".to_owned(), serde_json::json!([name, "null"]));
        if let Some(Value::Array(values)) = object.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
        return;
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(Value::Array(members)) = object.get_mut(key) {
            members.push(serde_json::json!({ "type": "null" }));
            return;
        }
    }
    // `$ref` and `allOf`. Annotations remain outside.
    let inner: Map<_, _> = ["$ref", "allOf"]
        .iter()
        .filter_map(|key| object.shift_remove(*key).map(|value| ((*key).to_owned(), value)))
        .collect();
    if !inner.is_empty() {
        object.insert("anyOf".to_owned(), serde_json::json!([inner, { "type": "null" }]));
    }
}
