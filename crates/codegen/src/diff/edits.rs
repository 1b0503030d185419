//! Edits that add parts of the vendor's document to ours, following our conventions.

use serde_json::{Map, Value, json};

use super::compare::{Form, SchemaPair};
use super::impact::Direction;
use super::schemas::Schemas;
use crate::document::Node;

/// Returns the vendor's schema without references, in 3.1, with the vendor's description. A schema that equals a named
/// one of ours becomes a reference. `None` if it cannot be expressed.
pub(super) fn schema(node: &Node<'_>, direction: Direction, ours: &Node<'_>) -> Option<Value> {
    Copy { direction, ours: ours.clone(), way: Vec::new() }.schema(node)
}

/// Returns the vendor's response, likewise.
pub(super) fn response(node: &Node<'_>, ours: &Node<'_>) -> Option<Value> {
    let node = node.resolve().ok()?;
    let description = node.get("description").map_or_else(|| json!(""), |text| text.value().clone());
    let mut response = Map::from_iter([("description".to_owned(), description)]);
    for (name, header) in node.entries_of("headers").ok()? {
        let header = header_or_parameter(&header, Direction::Received, ours)?;
        response.entry("headers").or_insert_with(|| json!({}))[name] = header;
    }
    for (media, content) in node.entries_of("content").ok()? {
        let content = content.resolve().ok()?;
        let mut copy = Map::new();
        for key in ["schema", "itemSchema"] {
            if let Some(node) = content.get(key) {
                copy.insert(key.to_owned(), schema(&node, Direction::Received, ours)?);
            }
        }
        response.entry("content").or_insert_with(|| json!({}))[media] = copy.into();
    }
    Some(Value::Object(response))
}

/// Returns the vendor's header or parameter, likewise.
pub(super) fn header_or_parameter(node: &Node<'_>, direction: Direction, ours: &Node<'_>) -> Option<Value> {
    let node = node.resolve().ok()?;
    let mut copy = Map::new();
    for (key, entry) in node.entries().ok()? {
        let value = match key {
            "schema" => schema(&entry, direction, ours)?,
            "content" => return None,
            "example" | "examples" => continue,
            _ if key.starts_with("x-") => continue,
            _ => entry.value().clone(),
        };
        copy.insert(key.to_owned(), value);
    }
    Some(Value::Object(copy))
}

struct Copy<'d> {
    direction: Direction,
    ours: Node<'d>,
    way: Vec<String>,
}

impl Copy<'_> {
    fn schema(&mut self, node: &Node<'_>) -> Option<Value> {
        if node.value().is_boolean() {
            return Some(node.value().clone());
        }
        if self.way.iter().any(|pointer| pointer == node.pointer()) {
            return None;
        }
        self.way.push(node.pointer().to_owned());
        let mut copy = Map::new();
        if node.get("$ref").is_some() {
            let target = node.resolve().ok()?;
            match self.named(&target) {
                Some(name) => {
                    copy =
                        Map::from_iter([("$ref".to_owned(), json!(format!("#/components/schemas/{name}")))])
                }
                None => copy = self.schema(&target)?.as_object()?.clone(),
            }
        }
        for (key, entry) in node.entries().ok()? {
            if let Some(value) = self.keyword(key, &entry) {
                copy.insert(key.to_owned(), value?);
            }
        }
        for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            if let Some(Value::Bool(excludes)) = copy.get(exclusive).cloned() {
                copy.shift_remove(exclusive);
                if excludes && let Some(value) = copy.shift_remove(bound) {
                    copy.insert(exclusive.to_owned(), value);
                }
            }
        }
        let is_nullable = node.value().get("nullable") == Some(&Value::Bool(true));
        self.way.pop();
        Some(with_null(copy, is_nullable))
    }

    /// The conversion of a keyword: omitted, a value, or not expressible.
    fn keyword(&mut self, key: &str, entry: &Node<'_>) -> Option<Option<Value>> {
        Some(match key {
            "$ref" | "nullable" | "example" | "examples" | "xml" | "externalDocs" | "title" => return None,
            // A field that is not sent has no value.
            "default" if self.direction == Direction::Received => return None,
            _ if key.starts_with("x-") => return None,
            "properties" => {
                let entries = entry.entries().unwrap_or_default();
                let copies =
                    entries.iter().map(|(name, node)| Some(((*name).to_owned(), self.schema(node)?)));
                copies.collect::<Option<Map<_, _>>>().map(Value::Object)
            }
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                let items = entry.items().unwrap_or_default();
                items.iter().map(|node| self.schema(node)).collect::<Option<Vec<_>>>().map(Value::Array)
            }
            "items" | "additionalProperties" => self.schema(entry),
            _ => Some(entry.value().clone()),
        })
    }

    /// Returns the name of our schema that accepts the same values.
    fn named(&self, node: &Node<'_>) -> Option<String> {
        node.get("properties")?;
        let schemas = self.ours.get("components")?.get("schemas")?;
        schemas.entries().ok()?.into_iter().find_map(|(name, candidate)| {
            candidate.get("properties")?;
            let pair = SchemaPair {
                form: Form::Schemas,
                direction: self.direction,
                ours: vec![candidate],
                upstream: vec![node.clone()],
            };
            Schemas::are_equal(pair).ok()?.then(|| name.to_owned())
        })
    }
}

/// Makes a schema nullable in the notation of 3.1: in the list of types, if it has one type.
fn with_null(mut schema: Map<String, Value>, mut is_nullable: bool) -> Value {
    let null = json!({ "type": "null" });
    for keyword in ["anyOf", "oneOf"] {
        let Some(Value::Array(members)) = schema.get_mut(keyword) else { continue };
        let before = members.len();
        members.retain(|member| *member != null);
        is_nullable |= members.len() < before;
        if let [Value::Object(only)] = members.as_slice() {
            let only = only.clone();
            schema.shift_remove(keyword);
            for (key, value) in only {
                schema.entry(key).or_insert(value);
            }
        }
    }
    if !is_nullable {
        return Value::Object(schema);
    }
    match schema.get_mut("type") {
        Some(Value::Array(types)) if !types.contains(&json!("null")) => types.push(json!("null")),
        Some(Value::Array(_)) => {}
        Some(ty) => *ty = json!([ty.clone(), "null"]),
        None => {
            for keyword in ["anyOf", "oneOf"] {
                if let Some(Value::Array(members)) = schema.get_mut(keyword) {
                    members.push(null);
                    return Value::Object(schema);
                }
            }
            if !schema.is_empty() {
                return json!({ "anyOf": [schema, null] });
            }
        }
    }
    Value::Object(schema)
}
