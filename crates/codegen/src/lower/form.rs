//! What kind of thing a schema describes.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value;

use super::keywords::{self, only_annotations_beside};
use super::{all_of, alternatives};
use crate::document::Node;
use crate::model::Type;
use crate::problem::Problem;

/// What a schema describes, null aside.
#[derive(Debug)]
pub(super) enum Form<'d> {
    Any,
    Scalar(Type),
    /// What another schema describes.
    Same(Node<'d>),
    List(Option<Node<'d>>),
    Tuple(Vec<Node<'d>>),
    Map(Option<Node<'d>>),
    /// Something that gets a declaration of its own.
    Declared(Declared<'d>),
}

/// What a declared type is made from.
#[derive(Debug)]
pub(super) enum Declared<'d> {
    /// An object with known properties, gathered from these schemas.
    Struct(Vec<Node<'d>>),
    Enum(Vec<Cow<'d, str>>),
    /// One of several, and the `discriminator` that tells which.
    Union(Vec<Member<'d>>, Option<Node<'d>>),
}

/// One of the alternatives of a union.
#[derive(Debug, Clone)]
pub(super) struct Member<'d> {
    pub(super) node: Node<'d>,
    /// Which of the schema's several types this is, where `type` lists them.
    pub(super) only: Option<&'d str>,
    /// The schema around `oneOf` or `anyOf`, where it says something about all members.
    pub(super) base: Option<Node<'d>>,
}

impl<'d> Member<'d> {
    pub(super) fn form(&self) -> Result<Form<'d>, Problem> {
        match (&self.base, self.only) {
            (Some(base), _) => all_of::with_base(base, &self.node),
            (None, Some(name)) => typed(&self.node, name),
            (None, None) => Ok(form(&self.node)?.0),
        }
    }
}

/// The form of a schema, and whether it lets null through itself; a schema that it refers to may do so too.
pub(super) fn form<'d>(node: &Node<'d>) -> Result<(Form<'d>, bool), Problem> {
    match node.value() {
        Value::Bool(true) => return Ok((Form::Any, true)),
        Value::Bool(false) => {
            let problem = node.problem("no value fits the schema `false`", "leave out what it is for");
            node.tolerate(problem, "it is taken as any JSON value")?;
            return Ok((Form::Any, true));
        }
        _ => keywords::expect(node)?,
    }
    if let Some(condition) = keywords::CONDITIONS.iter().find_map(|key| node.get(key)) {
        let problem = condition.problem("a schema that depends on values is not supported", "");
        node.tolerate(problem, "the value is taken as any JSON value")?;
        return Ok((Form::Any, true));
    }
    let nullable = node.flag("nullable")?;

    if node.get("$ref").is_some() {
        if keywords::STRUCTURE.iter().any(|key| node.get(key).is_some())
            && only_annotations_beside(node, "$ref").is_err()
        {
            only_annotations_beside(node, "$ref").or_else(|problem| node.pass_over(problem, "both count"))?;
            let (form, null) = all_of::all_of(node)?;
            return Ok((form, null || nullable));
        }
        only_annotations_beside(node, "$ref")
            .or_else(|problem| node.pass_over(problem, "values are not checked against it"))?;
        return Ok((Form::Same(node.clone()), nullable));
    }
    if node.get("oneOf").is_some() || node.get("anyOf").is_some() {
        let (form, null) = alternatives::unions(node, alternatives::lists(node)?)?;
        return Ok((form, null || nullable));
    }
    if node.get("allOf").is_some() {
        let (form, null) = all_of::all_of(node)?;
        return Ok((form, null || nullable));
    }

    let (names, null) = types(node)?;
    let form = match names.as_slice() {
        [] => untyped(node)?,
        [name] => typed(node, name)?,
        several => one_of_types(node, several),
    };
    let null_listed = node.items_of("enum")?.iter().any(|value| value.value().is_null());
    Ok((form, null || nullable || null_listed))
}

/// The types that a schema names, and whether null is one of them.
pub(super) fn types<'d>(node: &Node<'d>) -> Result<(Vec<&'d str>, bool), Problem> {
    let Some(list) = node.get("type") else { return Ok((Vec::new(), false)) };
    let mut names = match list.value() {
        Value::String(name) => vec![name.as_str()],
        _ => list.items()?.iter().map(Node::text).collect::<Result<Vec<_>, _>>()?,
    };
    let all = names.len();
    names.retain(|name| *name != "null");
    if names.is_empty() {
        let problem = list.problem("only null fits this schema", "leave out what it is for");
        node.tolerate(problem, "it is taken as any JSON value")?;
    }
    let null = names.len() < all;
    Ok((names, null))
}

fn one_of_types<'d>(node: &Node<'d>, names: &[&'d str]) -> Form<'d> {
    let member = |name: &&'d str| Member { node: node.clone(), only: Some(name), base: None };
    Form::Declared(Declared::Union(names.iter().map(member).collect(), None))
}

/// The form of a schema without `type`, going by its other keywords.
fn untyped<'d>(node: &Node<'d>) -> Result<Form<'d>, Problem> {
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

fn typed<'d>(node: &Node<'d>, name: &str) -> Result<Form<'d>, Problem> {
    if node.flag("writeOnly")? && name != "string" && !node.is_lenient() {
        return Err(node.problem("`writeOnly` on something else than text", "leave it out"));
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
            "write one of string, integer, number, boolean, array, object, null",
        )),
    }
}

/// Whether whole numbers are never negative, and may be too large for `i64`.
fn is_unsigned(node: &Node<'_>, format: &str) -> bool {
    let bound = |key: &str| node.get(key).and_then(|bound| bound.value().as_f64());
    format == "uint64" || bound("minimum") >= Some(0.0) && bound("maximum") > Some(i64::MAX as f64)
}

/// The strings that `enum` or `const` allow.
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
            // The others belong to other types of the same schema.
            Err(_) if is_mixed && node.is_lenient() => continue,
            Err(problem) => {
                value.pass_over(problem, "it is taken as text")?;
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
        // As JSON Schema had it before 2020.
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
    let problem = prefix.problem("a list whose first items differ from the others is not supported", "");
    prefix.tolerate(problem, "its items are taken as any JSON value")?;
    Ok(Form::List(None))
}

fn object<'d>(node: &Node<'d>) -> Result<Form<'d>, Problem> {
    let rest = rest(node)?;
    let closed = node.get("additionalProperties").is_some_and(|rest| rest.value() == &Value::Bool(false));
    if !node.entries_of("properties")?.is_empty() || (closed && rest.is_none()) {
        return Ok(Form::Declared(Declared::Struct(vec![node.clone()])));
    }
    if let Some(first) = node.items_of("required")?.first() {
        let problem = first.problem("a required property that is not described", "add it to `properties`");
        node.pass_over(problem, "it is an entry of the map")?;
    }
    Ok(Form::Map(rest))
}

/// The schema of the properties that an object does not name, if it says that there may be some.
pub(super) fn rest<'d>(node: &Node<'d>) -> Result<Option<Node<'d>>, Problem> {
    let open = node.get("additionalProperties").filter(|rest| rest.value() != &Value::Bool(false));
    let Some(patterns) = node.get("patternProperties") else { return Ok(open) };
    let entries = patterns.entries()?;
    let problem = patterns.problem(
        "`patternProperties` in a schema is not supported",
        "say it in another way, or teach the generator what it means",
    );
    match (entries.as_slice(), open) {
        ([(_, only)], None) => {
            patterns.pass_over(problem, "names are not checked against the pattern")?;
            Ok(Some(only.clone()))
        }
        (_, open) => {
            patterns.tolerate(problem, "they are as `additionalProperties` says")?;
            Ok(open)
        }
    }
}
