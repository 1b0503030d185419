//! `type` and the keywords of each type.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value;

use super::form::{Declared, Form, Member};
use crate::document::Node;
use crate::model::Type;
use crate::problem::{AS_ANY, Problem, Topic};

/// Returns the types that a schema lists, without null, and whether null is one of them.
pub(super) fn types<'d>(node: &Node<'d>) -> Result<(Vec<&'d str>, bool), Problem> {
    let Some(list) = node.get("type") else { return Ok((Vec::new(), false)) };
    let mut names = match list.value() {
        Value::String(name) => vec![name.as_str()],
        _ => list.items()?.iter().map(Node::text).collect::<Result<Vec<_>, _>>()?,
    };
    let all = names.len();
    names.retain(|name| *name != "null");
    if names.is_empty() {
        let problem = list.problem("the schema allows only null", "remove it");
        node.tolerate(problem, AS_ANY)?;
    }
    let null = names.len() < all;
    Ok((names, null))
}

pub(super) fn one_of_types<'d>(node: &Node<'d>, names: &[&'d str]) -> Form<'d> {
    let member = |name: &&'d str| Member { node: node.clone(), only: Some(name), base: None };
    Form::Declared(Declared::Union(names.iter().map(member).collect(), None))
}

/// Returns the form of a schema without `type`, from its other keywords.
pub(super) fn untyped<'d>(node: &Node<'d>) -> Result<Form<'d>, Problem> {
    if node.is_lenient() && (node.get("enum").is_some() || node.get("const").is_some()) {
        let mut names: Vec<&str> = Vec::new();
        for value in node.get("const").map_or_else(|| node.items_of("enum"), |value| Ok(vec![value]))? {
            names.extend(json_type(value.value()).filter(|name| !names.contains(name)));
        }
        return match names.as_slice() {
            [] => Ok(Form::Any),
            [name] => typed(node, name),
            several => Ok(one_of_types(node, several)),
        };
    }
    let implied = [
        ("properties", "object"),
        ("additionalProperties", "object"),
        ("unevaluatedProperties", "object"),
        ("patternProperties", "object"),
        ("required", "object"),
        ("items", "array"),
        ("prefixItems", "array"),
        ("enum", "string"),
        ("const", "string"),
        ("format", "string"),
    ];
    match implied.iter().find(|(keyword, _)| node.get(keyword).is_some()) {
        Some((_, name)) => typed(node, name),
        None => Ok(Form::Any),
    }
}

fn json_type(value: &Value) -> Option<&'static str> {
    match value {
        Value::Null => None,
        Value::Bool(_) => Some("boolean"),
        Value::Number(number) => Some(if number.is_f64() { "number" } else { "integer" }),
        Value::String(_) => Some("string"),
        Value::Array(_) => Some("array"),
        Value::Object(_) => Some("object"),
    }
}

pub(super) fn typed<'d>(node: &Node<'d>, name: &str) -> Result<Form<'d>, Problem> {
    if node.flag("writeOnly")? && name != "string" && !node.is_lenient() {
        return Err(node.problem("`writeOnly` is supported for strings only", "remove it"));
    }
    let format = node.text_of("format")?.unwrap_or_default();
    match name {
        "boolean" => Ok(Form::Scalar(Type::Bool)),
        "integer" if format == "int32" => Ok(Form::Scalar(Type::Int32)),
        "integer" if is_unsigned(node, format) => Ok(Form::Scalar(Type::UInt64)),
        "integer" => Ok(Form::Scalar(Type::Int64)),
        "number" => Ok(Form::Scalar(Type::Number)),
        "string" => match strings(node)? {
            values if !values.is_empty() => Ok(Form::Declared(Declared::Enum(values))),
            _ if format == "password" || node.flag("writeOnly")? => Ok(Form::Scalar(Type::Secret)),
            _ if ["date-time", "date-time-local"].contains(&format) => Ok(Form::Scalar(Type::DateTime)),
            _ => Ok(Form::Scalar(Type::String)),
        },
        "array" => list(node),
        "object" => object(node),
        other => Err(node.problem(
            format!("unknown type `{other}`"),
            "use one of string, integer, number, boolean, array, object, null",
        )),
    }
}

/// Returns whether integers are never negative and may exceed `i64`.
fn is_unsigned(node: &Node<'_>, format: &str) -> bool {
    let bound = |key: &str| node.get(key).and_then(|bound| bound.value().as_f64());
    format == "uint64" || bound("minimum") >= Some(0.0) && bound("maximum") > Some(i64::MAX as f64)
}

/// Returns the strings in `enum` or `const`.
pub(super) fn strings<'d>(node: &Node<'d>) -> Result<Vec<Cow<'d, str>>, Problem> {
    let listed = match node.get("const") {
        Some(value) => vec![value],
        None => node.items_of("enum")?,
    };
    let is_mixed = node.get("type").is_none() || node.get("type").is_some_and(|list| list.value().is_array());
    let mut values = Vec::new();
    let mut seen = HashSet::new();
    for value in listed.iter().filter(|value| !value.value().is_null()) {
        let text = match value.text() {
            Ok(text) => Cow::Borrowed(text),
            // Values of other types belong to other types of the schema.
            Err(_) if is_mixed && node.is_lenient() => continue,
            Err(problem) => {
                value.pass_over(problem, "it is treated as a string")?;
                Cow::Owned(value.value().to_string())
            }
        };
        if seen.insert(text.clone()) {
            values.push(text);
        }
    }
    Ok(values)
}

fn list<'d>(node: &Node<'d>) -> Result<Form<'d>, Problem> {
    let items = node.get("items");
    let old_style = items.as_ref().is_some_and(|items| items.value().is_array());
    let prefix = match (node.get("prefixItems"), &items) {
        (Some(prefix), _) => prefix,
        // JSON Schema before 2020.
        (None, Some(prefix)) if old_style => prefix.clone(),
        _ => return Ok(Form::List(items)),
    };
    let members = prefix.items()?;
    let number = |key: &str| node.get(key).and_then(|value| value.value().as_u64());
    let is_closed = items.is_some_and(|items| items.value() == &Value::Bool(false))
        || number("maxItems") == Some(members.len() as u64);
    let is_full = number("minItems").is_none_or(|least| least >= members.len() as u64);
    if is_closed && is_full && (2..=12).contains(&members.len()) {
        return Ok(Form::Tuple(members));
    }
    let problem = prefix.problem("`prefixItems` of an array with other items is not supported", "");
    prefix.tolerate(problem, "its items are treated as any JSON value")?;
    Ok(Form::List(None))
}

fn object<'d>(node: &Node<'d>) -> Result<Form<'d>, Problem> {
    let additional = additional(node)?;
    let closed = undeclared(node).is_some_and(|schema| schema.value() == &Value::Bool(false));
    if !node.entries_of("properties")?.is_empty() || (closed && additional.is_none()) {
        return Ok(Form::structure(vec![node.clone()]));
    }
    if let Some(first) = node.items_of("required")?.first() {
        let problem = first.problem("a required property is not described", "add it to `properties`");
        node.pass_over(problem, "it becomes an entry of the map")?;
    }
    Ok(Form::Map(additional))
}

/// Returns the schema of undeclared properties.
fn undeclared<'d>(node: &Node<'d>) -> Option<Node<'d>> {
    node.get("additionalProperties").or_else(|| node.get("unevaluatedProperties"))
}

/// Returns the schema of undeclared properties, if they are declared to be allowed.
pub(super) fn additional<'d>(node: &Node<'d>) -> Result<Option<Node<'d>>, Problem> {
    let open = undeclared(node).filter(|schema| schema.value() != &Value::Bool(false));
    let Some(patterns) = node.get("patternProperties") else { return Ok(open) };
    let entries = patterns.entries()?;
    let problem = patterns.problem(
        "`patternProperties` in a schema is not supported",
        "describe the properties in another way",
    );
    match (entries.as_slice(), open) {
        ([(_, only)], None) => {
            patterns.pass_over(
                problem.about(Topic::Constraints),
                "names are not validated against the pattern",
            )?;
            Ok(Some(only.clone()))
        }
        (_, open) => {
            patterns.tolerate(problem, "`additionalProperties` applies")?;
            Ok(open)
        }
    }
}
