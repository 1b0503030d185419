//! Variations of documented responses, as servers of other versions send them.

use serde_json::{Value, json};

use super::document::Response;
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
    each_and_all(value, &fields(schema, value, is_optional), "without", remove)
}

/// With null in each of the nullable fields, and in all of them.
pub fn with_nulls(schema: &Value, value: &Value) -> Vec<Variation> {
    each_and_all(value, &fields(schema, value, is_nullable), "null in", set_null)
}

/// With null in each of the optional fields that are never null by the document.
pub fn with_undocumented_nulls(schema: &Value, value: &Value) -> Vec<Variation> {
    let fields = fields(schema, value, is_optional_without_null);
    each_and_all(value, &fields, "undocumented null in", set_null)
}

/// With an unknown value in place of each enum value.
pub fn with_unknown_values(schema: &Value, value: &Value) -> Vec<Variation> {
    each_and_all(value, &fields(schema, value, is_enum), "unknown value in", |object, name| {
        object[name] = UNKNOWN_VALUE.into();
    })
}

/// With empty lists.
pub fn with_empty_lists(schema: &Value, value: &Value) -> Vec<Variation> {
    each_and_all(value, &fields(schema, value, is_list), "empty", |object, name| object[name] = json!([]))
}

/// Returns the value without each of its required fields that cannot be null, which violates the document.
pub fn without_required_fields(schema: &Value, value: &Value) -> Vec<Variation> {
    let mut broken = each_and_all(value, &fields(schema, value, is_required_without_null), "without", remove);
    broken.pop();
    broken
}

/// The object's pointer and the field's name.
type Field = (String, String);

/// A property of fields: of the schema of the object, the name and the schema of the field.
pub type Predicate = fn(&Value, &str, &Value) -> bool;

/// Reports whether a JSON body can have a matching field.
pub fn has_field(response: &Response, matches: Predicate) -> bool {
    fn has(schema: &Value, matches: Predicate) -> bool {
        let mut fields = properties(schema);
        let alternatives = ["oneOf", "anyOf"].iter().filter_map(|word| schema[*word].as_array()).flatten();
        fields.any(|(name, field)| matches(schema, name, field) || has(field, matches))
            || alternatives.chain(schema.get("items")).any(|schema| has(schema, matches))
    }
    response.json().is_some_and(|schema| has(schema, matches))
}

fn fields(schema: &Value, value: &Value, chosen: Predicate) -> Vec<Field> {
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

fn set_null(object: &mut Value, name: &str) {
    object[name] = Value::Null;
}

fn at<'a>(value: &'a mut Value, pointer: &str) -> &'a mut Value {
    value.pointer_mut(pointer).expect("the pointer was made from this value")
}

fn is_required(object: &Value, name: &str) -> bool {
    object["required"].as_array().is_some_and(|names| names.iter().any(|required| required == name))
}

/// Whether a field can be missing.
pub fn is_optional(object: &Value, name: &str, _: &Value) -> bool {
    !is_required(object, name)
}

/// Whether a field can be missing, but not null.
pub fn is_optional_without_null(object: &Value, name: &str, field: &Value) -> bool {
    !is_required(object, name) && !is_nullable(object, name, field)
}

/// Whether a field is required and cannot be null.
pub fn is_required_without_null(object: &Value, name: &str, field: &Value) -> bool {
    is_required(object, name) && !is_nullable(object, name, field)
}

/// Whether a field has one of several values.
pub fn is_enum(_: &Value, _: &str, field: &Value) -> bool {
    field.get("enum").is_some()
}

/// Whether a field is a list.
pub fn is_list(_: &Value, _: &str, field: &Value) -> bool {
    types(field).contains(&"array")
}

/// Whether a field can be null.
pub fn is_nullable(_: &Value, _: &str, field: &Value) -> bool {
    let types = types(field);
    // Without a type, anything goes.
    types.contains(&"null")
        || (types.is_empty() && field.get("oneOf").is_none() && field.get("anyOf").is_none())
}
