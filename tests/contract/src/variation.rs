//! Variations of documented responses, as servers of other versions send them.

use serde_json::{Value, json};

use super::sample::{Node, nodes, properties, types};

/// A value that differs a little from the one that it was made from.
#[derive(Debug)]
pub struct Variation {
    /// The difference.
    pub what: String,
    /// The value.
    pub value: Value,
}

/// The name of a field that no document has.
pub const UNKNOWN_FIELD: &str = "x_unknown_field";

/// The name of an enum value that no document has.
pub const UNKNOWN_VALUE: &str = "X-UNKNOWN-VALUE";

/// With a field too many in every object whose fields are documented.
pub fn with_unknown_fields(schema: &Value, value: &Value) -> Variation {
    let mut extended = value.clone();
    for node in documented_objects(schema, value) {
        at(&mut extended, &node.pointer)[UNKNOWN_FIELD] = json!({ "nested": [1, null] });
    }
    Variation { what: "unknown fields".to_owned(), value: extended }
}

/// Without each of the optional fields, and without all of them.
pub fn without_optional_fields(schema: &Value, value: &Value) -> Vec<Variation> {
    each_and_all(
        value,
        &fields(schema, value, |object, name, _| !is_required(object, name)),
        "without",
        remove,
    )
}

/// With null in each of the nullable fields, and in all of them.
pub fn with_nulls(schema: &Value, value: &Value) -> Vec<Variation> {
    each_and_all(
        value,
        &fields(schema, value, |_, _, field| is_nullable(field)),
        "null in",
        |object, name| {
            object[name] = Value::Null;
        },
    )
}

/// With null in each of the optional fields that are never null by the document.
pub fn with_undocumented_nulls(schema: &Value, value: &Value) -> Vec<Variation> {
    let optional =
        |object: &Value, name: &str, field: &Value| !is_required(object, name) && !is_nullable(field);
    each_and_all(value, &fields(schema, value, optional), "undocumented null in", |object, name| {
        object[name] = Value::Null;
    })
}

/// With an unknown value in place of each enum value.
pub fn with_unknown_values(schema: &Value, value: &Value) -> Vec<Variation> {
    let is_enum = |_: &Value, _: &str, field: &Value| field.get("enum").is_some();
    each_and_all(value, &fields(schema, value, is_enum), "unknown value in", |object, name| {
        object[name] = UNKNOWN_VALUE.into();
    })
}

/// With empty lists.
pub fn with_empty_lists(schema: &Value, value: &Value) -> Vec<Variation> {
    let is_list = |_: &Value, _: &str, field: &Value| types(field).contains(&"array");
    each_and_all(value, &fields(schema, value, is_list), "empty", |object, name| object[name] = json!([]))
}

/// Returns the value without each of its required fields that cannot be null, which violates the document.
pub fn without_required_fields(schema: &Value, value: &Value) -> Vec<Variation> {
    let needed = |object: &Value, name: &str, field: &Value| is_required(object, name) && !is_nullable(field);
    let mut broken = each_and_all(value, &fields(schema, value, needed), "without", remove);
    broken.pop();
    broken
}

/// The object's pointer and the field's name.
type Field = (String, String);

fn fields(schema: &Value, value: &Value, chosen: impl Fn(&Value, &str, &Value) -> bool) -> Vec<Field> {
    let mut fields = Vec::new();
    for Node { pointer, schema, value, .. } in documented_objects(schema, value) {
        for (name, field) in properties(schema) {
            if value.get(name).is_some() && chosen(schema, name, field) {
                fields.push((pointer.clone(), name.to_owned()));
            }
        }
    }
    fields
}

/// Returns a variation for each field and one for all fields; nothing without fields.
fn each_and_all(value: &Value, fields: &[Field], what: &str, change: fn(&mut Value, &str)) -> Vec<Variation> {
    let mut variations: Vec<_> = fields
        .iter()
        .map(|(pointer, name)| {
            let mut changed = value.clone();
            change(at(&mut changed, pointer), name);
            Variation { what: format!("{what} {pointer}/{name}"), value: changed }
        })
        .collect();
    if !fields.is_empty() {
        let mut changed = value.clone();
        // From the inside out: an outer field may be removed together with what it holds.
        for (pointer, name) in fields.iter().rev() {
            change(at(&mut changed, pointer), name);
        }
        variations.push(Variation { what: format!("{what} all of these"), value: changed });
    }
    variations
}

fn documented_objects<'a>(schema: &'a Value, value: &'a Value) -> impl Iterator<Item = Node<'a>> {
    nodes(schema, value)
        .into_iter()
        .filter(|node| node.value.is_object() && node.schema.get("properties").is_some())
}

fn remove(object: &mut Value, name: &str) {
    object.as_object_mut().expect("an object").remove(name);
}

fn at<'a>(value: &'a mut Value, pointer: &str) -> &'a mut Value {
    value.pointer_mut(pointer).expect("the pointer was made from this value")
}

fn is_required(object: &Value, name: &str) -> bool {
    object["required"].as_array().is_some_and(|names| names.iter().any(|required| required == name))
}

fn is_nullable(field: &Value) -> bool {
    let types = types(field);
    // Without a type, anything goes.
    types.contains(&"null")
        || (types.is_empty() && field.get("oneOf").is_none() && field.get("anyOf").is_none())
}
