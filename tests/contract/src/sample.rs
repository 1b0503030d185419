//! Values made from a schema.

use std::iter;

use serde_json::{Map, Value, json};

use super::validator::violations_in_response;

/// Values with every property that the schema names. Together they take every alternative and every enum value.
///
/// Texts and numbers are all different, so that a value can be found again in what was made of it.
pub fn samples(schema: &Value) -> Vec<Value> {
    Sampler { count: 1000 }.all(schema, "value")
}

struct Sampler {
    count: u64,
}

impl Sampler {
    fn all(&mut self, schema: &Value, name: &str) -> Vec<Value> {
        if let Some(alternatives) = alternatives(schema) {
            return alternatives.iter().flat_map(|schema| self.all(schema, name)).collect();
        }
        if let Some(values) = schema["enum"].as_array() {
            return values.clone();
        }
        if types(schema) == ["null"] {
            return vec![Value::Null];
        }
        self.count += 1;
        match main_type(schema) {
            Some("string") => vec![self.text(schema, name).into()],
            Some("integer") => vec![self.within(schema, self.count).into()],
            // The fraction distinguishes it from an integer.
            Some("number") => vec![(self.count as f64 + 0.5).into()],
            Some("boolean") => vec![true.into(), false.into()],
            Some("array") => vec![self.all(&schema["items"], name).into()],
            Some("object") => self.objects(schema),
            None => vec![
                json!({ "free": [self.count] }),
                json!(["free", self.count]),
                json!(self.count),
                json!("free"),
            ],
            Some(other) => panic!("the type {other} is not known here"),
        }
    }

    fn objects(&mut self, schema: &Value) -> Vec<Value> {
        let mut properties: Vec<(String, Vec<Value>)> =
            properties(schema).map(|(name, schema)| (name.to_owned(), self.all(schema, name))).collect();
        match &schema["additionalProperties"] {
            Value::Object(further) => {
                let further = Value::Object(further.clone());
                properties.extend(["one", "two"].map(|name| (name.to_owned(), self.all(&further, name))));
            }
            Value::Bool(true) if properties.is_empty() => {
                properties.push(("free".to_owned(), vec![json!({ "form": [self.count] })]));
            }
            _ => {}
        }
        let count = properties.iter().map(|(_, values)| values.len()).max().unwrap_or(1);
        let nth = |n: usize| -> Map<String, Value> {
            properties.iter().map(|(name, values)| (name.clone(), values[n % values.len()].clone())).collect()
        };
        (0..count).map(|n| nth(n).into()).collect()
    }

    fn text(&self, schema: &Value, name: &str) -> String {
        let count = self.count;
        match (schema["pattern"].as_str(), schema["format"].as_str()) {
            (Some(pattern), _) => patterned(pattern, count),
            (_, Some("date-time")) => format!("2026-01-02T03:04:05.{count}Z"),
            (_, Some("date-time-local")) => format!("2026-01-02T03:04:05.{count}"),
            (_, Some("uuid")) => format!("00000000-0000-4000-8000-{count:012}"),
            (_, Some("email")) => format!("user{count}@example.com"),
            (_, Some("password")) => format!("secret-{count}-never-to-be-shown"),
            (_, None) => format!("{name}-{count}"),
            (_, Some(other)) => panic!("the format {other} is not known here"),
        }
    }

    fn within(&self, schema: &Value, number: u64) -> u64 {
        let bound = |name: &str, other: u64| schema[name].as_u64().unwrap_or(other);
        number.clamp(bound("minimum", 0), bound("maximum", u64::MAX))
    }
}

/// A text that matches a pattern of the documents.
fn patterned(pattern: &str, count: u64) -> String {
    match pattern {
        r"^(user|org|mch|scim)_\w{27}$" => format!("org_{count:027}"),
        r"^user_\w{27}$" => format!("user_{count:027}"),
        r"^ak_[0-9A-Fa-f]{32}$" | r"^(ak|api_key)_[0-9A-Fa-f]{32}$" => format!("ak_{count:032}"),
        r"^[a-zA-Z]+_[a-zA-Z0-9]+$" => format!("tok_{count}"),
        r"^(\S(.*\S)?)?$" | r"^[a-zA-Z0-9_-]+$" | r"^[a-z][a-z0-9:_\-]*$" => format!("text-{count}"),
        other => panic!("add a text that matches the pattern {other}"),
    }
}

/// A value and the schema that it follows.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    /// The location as a JSON pointer.
    pub pointer: String,
    /// The name under which it stands, if in an object.
    pub name: Option<&'a str>,
    /// Its schema, of several alternatives the one that it follows.
    pub schema: &'a Value,
    /// Itself.
    pub value: &'a Value,
}

/// A value and everything in it that the schema describes, from the outside in.
pub fn nodes<'a>(schema: &'a Value, value: &'a Value) -> Vec<Node<'a>> {
    let mut nodes = Vec::new();
    collect(Node { pointer: String::new(), name: None, schema, value }, &mut nodes);
    nodes
}

fn collect<'a>(node: Node<'a>, into: &mut Vec<Node<'a>>) {
    if let Some(alternatives) = alternatives(node.schema) {
        let schema = followed(alternatives, node.value);
        return collect(Node { schema, ..node }, into);
    }
    let (pointer, schema, value) = (node.pointer.clone(), node.schema, node.value);
    into.push(node);
    match value {
        Value::Object(object) => {
            for (name, schema) in properties(schema) {
                if let Some(value) = object.get(name) {
                    collect(
                        Node { pointer: format!("{pointer}/{name}"), name: Some(name), schema, value },
                        into,
                    );
                }
            }
        }
        Value::Array(items) if schema.get("items").is_some() => {
            for (index, value) in items.iter().enumerate() {
                let pointer = format!("{pointer}/{index}");
                collect(Node { pointer, name: None, schema: &schema["items"], value }, into);
            }
        }
        _ => {}
    }
}

/// The alternative that a value follows: the one of its type or, of several such, the one that has nothing against it.
fn followed<'a>(alternatives: &'a [Value], value: &Value) -> &'a Value {
    let of_type: Vec<_> =
        alternatives.iter().filter(|schema| types(schema).contains(&type_of(value))).collect();
    match of_type.as_slice() {
        [one] => one,
        several => {
            let fitting = several.iter().find(|schema| violations_in_response(schema, value).is_empty());
            fitting.unwrap_or_else(|| panic!("{value} follows no alternative"))
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The secrets in a value.
pub fn secrets(schema: &Value, value: &Value) -> Vec<String> {
    let nodes = nodes(schema, value);
    let secrets = nodes.iter().filter(|node| node.schema["format"] == "password");
    secrets.filter_map(|node| node.value.as_str().map(str::to_owned)).collect()
}

fn alternatives(schema: &Value) -> Option<&Vec<Value>> {
    assert!(schema.get("allOf").is_none(), "`allOf` is not known here");
    ["oneOf", "anyOf"].iter().find_map(|word| schema[*word].as_array())
}

/// The properties that a schema names.
pub fn properties(schema: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let properties = schema["properties"].as_object();
    properties.into_iter().flatten().map(|(name, schema)| (name.as_str(), schema))
}

/// The types that a schema allows; none when it allows all.
pub fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => iter::once(one).filter_map(Value::as_str).collect(),
    }
}

/// The type in addition to null.
fn main_type(schema: &Value) -> Option<&str> {
    types(schema).into_iter().find(|name| *name != "null")
}
