//! What kind of thing a schema describes.

use serde_json::Value;

use crate::document::Node;
use crate::model::Type;
use crate::problem::Problem;

/// Keywords that [`form`] and the code behind it act on.
const HANDLED: &[&str] = &[
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "default",
    "deprecated",
    "description",
    "enum",
    "format",
    "items",
    "nullable",
    "oneOf",
    "properties",
    "required",
    "title",
    "type",
    "writeOnly",
];

/// Keywords that say nothing about the type. Those that bound its values are told in the docs.
const PASSED_OVER: &[&str] = &[
    "$comment",
    "$defs",
    "$schema",
    "contentEncoding",
    "contentMediaType",
    "example",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "externalDocs",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "propertyNames",
    "uniqueItems",
];

/// Keywords beside `$ref` or a single-member `allOf` that leave the type alone.
const ANNOTATIONS: &[&str] = &[
    "$comment",
    "default",
    "deprecated",
    "description",
    "example",
    "examples",
    "nullable",
    "summary",
    "title",
];

/// What a schema describes, null aside.
#[derive(Debug)]
pub(super) enum Form<'d> {
    Any,
    Scalar(Type),
    /// What another schema describes.
    Same(Node<'d>),
    List(Option<Node<'d>>),
    Map(Option<Node<'d>>),
    /// Something that gets a declaration of its own.
    Declared(Declared<'d>),
}

/// What a declared type is made from.
#[derive(Debug)]
pub(super) enum Declared<'d> {
    /// An object with known properties, gathered from these schemas.
    Struct(Vec<Node<'d>>),
    Enum(Vec<&'d str>),
    Union(Vec<Member<'d>>),
}

/// One of the alternatives of a union.
#[derive(Debug, Clone)]
pub(super) struct Member<'d> {
    pub(super) node: Node<'d>,
    /// Which of the schema's several types this is, where `type` lists them.
    pub(super) only: Option<&'d str>,
}

impl<'d> Member<'d> {
    pub(super) fn form(&self) -> Result<Form<'d>, Problem> {
        match self.only {
            Some(name) => typed(&self.node, name),
            None => Ok(form(&self.node)?.0),
        }
    }
}

/// The form of a schema, and whether it lets null through itself; a schema that it refers to may do so too.
pub(super) fn form<'d>(node: &Node<'d>) -> Result<(Form<'d>, bool), Problem> {
    match node.value() {
        Value::Bool(true) => return Ok((Form::Any, true)),
        Value::Bool(false) => {
            return Err(node.problem("no value fits the schema `false`", "leave out what it is for"));
        }
        _ => node.expect_keys("a schema", HANDLED, PASSED_OVER)?,
    }
    let nullable = node.flag("nullable")?;

    if node.get("$ref").is_some() {
        only_annotations_beside(node, "$ref")?;
        return Ok((Form::Same(node.clone()), nullable));
    }
    for keyword in ["oneOf", "anyOf"] {
        if let Some(list) = node.get(keyword) {
            only_annotations_beside(node, keyword)?;
            let (form, null) = union(&list)?;
            return Ok((form, null || nullable));
        }
    }
    if let Some(list) = node.get("allOf") {
        return Ok((all_of(node, &list)?, nullable));
    }

    let (names, null) = types(node)?;
    let form = match names.as_slice() {
        [] => untyped(node)?,
        [name] => typed(node, name)?,
        several => {
            let member = |name: &&'d str| Member { node: node.clone(), only: Some(name) };
            Form::Declared(Declared::Union(several.iter().map(member).collect()))
        }
    };
    let null_listed = node.items_of("enum")?.iter().any(|value| value.value().is_null());
    Ok((form, null || nullable || null_listed))
}

fn only_annotations_beside(node: &Node<'_>, keyword: &str) -> Result<(), Problem> {
    for (key, sibling) in node.entries()? {
        if key != keyword && !ANNOTATIONS.contains(&key) && !key.starts_with("x-") {
            return Err(sibling.problem(
                format!("`{key}` beside `{keyword}` is not supported"),
                format!("move `{key}` into what `{keyword}` names"),
            ));
        }
    }
    Ok(())
}

/// The types that a schema names, and whether null is one of them.
fn types<'d>(node: &Node<'d>) -> Result<(Vec<&'d str>, bool), Problem> {
    let Some(list) = node.get("type") else { return Ok((Vec::new(), false)) };
    let mut names = match list.value() {
        Value::String(name) => vec![name.as_str()],
        _ => list.items()?.iter().map(Node::text).collect::<Result<Vec<_>, _>>()?,
    };
    let all = names.len();
    names.retain(|name| *name != "null");
    if names.is_empty() {
        return Err(list.problem("only null fits this schema", "leave out what it is for"));
    }
    Ok((names.clone(), names.len() < all))
}

/// The form of a schema without `type`, going by its other keywords.
fn untyped<'d>(node: &Node<'d>) -> Result<Form<'d>, Problem> {
    let implied = [
        ("properties", "object"),
        ("additionalProperties", "object"),
        ("required", "object"),
        ("items", "array"),
        ("enum", "string"),
        ("const", "string"),
        ("format", "string"),
    ];
    match implied.iter().find(|(keyword, _)| node.get(keyword).is_some()) {
        Some((_, name)) => typed(node, name),
        None => Ok(Form::Any),
    }
}

fn typed<'d>(node: &Node<'d>, name: &str) -> Result<Form<'d>, Problem> {
    if node.flag("writeOnly")? && name != "string" {
        return Err(node.problem("`writeOnly` on something else than text", "leave it out"));
    }
    let format = node.text_of("format")?.unwrap_or_default();
    match name {
        "boolean" => Ok(Form::Scalar(Type::Bool)),
        "integer" if format == "int32" => Ok(Form::Scalar(Type::Int32)),
        "integer" => Ok(Form::Scalar(Type::Int64)),
        "number" => Ok(Form::Scalar(Type::Number)),
        "string" => match strings(node)? {
            values if !values.is_empty() => Ok(Form::Declared(Declared::Enum(values))),
            _ if format == "password" || node.flag("writeOnly")? => Ok(Form::Scalar(Type::Secret)),
            _ if ["date-time", "date-time-local"].contains(&format) => Ok(Form::Scalar(Type::DateTime)),
            _ => Ok(Form::Scalar(Type::String)),
        },
        "array" => Ok(Form::List(node.get("items"))),
        "object" => object(node),
        other => Err(node.problem(
            format!("unknown type `{other}`"),
            "write one of string, integer, number, boolean, array, object, null",
        )),
    }
}

/// The strings that `enum` or `const` allow.
fn strings<'d>(node: &Node<'d>) -> Result<Vec<&'d str>, Problem> {
    if let Some(value) = node.get("const") {
        return Ok(vec![value.text()?]);
    }
    let mut values = Vec::new();
    for value in node.items_of("enum")?.iter().filter(|value| !value.value().is_null()) {
        let text = value.text()?;
        if !values.contains(&text) {
            values.push(text);
        }
    }
    Ok(values)
}

fn object<'d>(node: &Node<'d>) -> Result<Form<'d>, Problem> {
    let rest = node.get("additionalProperties");
    let closed = rest.as_ref().is_some_and(|rest| rest.value() == &Value::Bool(false));
    if closed || !node.entries_of("properties")?.is_empty() {
        return Ok(Form::Declared(Declared::Struct(vec![node.clone()])));
    }
    if let Some(first) = node.items_of("required")?.first() {
        return Err(first.problem("a required property that is not described", "add it to `properties`"));
    }
    Ok(Form::Map(rest))
}

fn union<'d>(list: &Node<'d>) -> Result<(Form<'d>, bool), Problem> {
    let mut members = Vec::new();
    let mut null = false;
    for node in list.items()? {
        let is_null = node.get("type").is_some_and(|name| name.value() == "null")
            || node.get("const").is_some_and(|value| value.value().is_null());
        if is_null {
            null = true;
        } else {
            members.push(Member { node, only: None });
        }
    }
    match members.len() {
        0 => Err(list.problem("no value but null fits", "add what else it may be")),
        1 => Ok((Form::Same(members.remove(0).node), null)),
        _ => Ok((Form::Declared(Declared::Union(members)), null)),
    }
}

/// All members of `allOf` together: one other schema, or one object with the properties of all.
fn all_of<'d>(node: &Node<'d>, list: &Node<'d>) -> Result<Form<'d>, Problem> {
    let members = list.items()?;
    if let [only] = members.as_slice()
        && only_annotations_beside(node, "allOf").is_ok()
    {
        return Ok(Form::Same(only.clone()));
    }
    let mut parts = Vec::new();
    gather(node, &mut parts, &mut Vec::new())?;
    Ok(Form::Declared(Declared::Struct(parts)))
}

fn gather<'d>(node: &Node<'d>, parts: &mut Vec<Node<'d>>, way: &mut Vec<String>) -> Result<(), Problem> {
    let target = node.resolve()?;
    if way.iter().any(|pointer| pointer == target.pointer()) {
        return Err(node.problem("`allOf` contains itself", "leave out the member that leads back"));
    }
    target.expect_keys("a schema", HANDLED, PASSED_OVER)?;
    for keyword in ["oneOf", "anyOf", "enum", "const", "items"] {
        if let Some(found) = target.get(keyword) {
            return Err(found.problem(
                format!("`{keyword}` within `allOf` is not supported"),
                "describe one object in each member of `allOf`",
            ));
        }
    }
    let (names, _) = types(&target)?;
    if names.iter().any(|name| *name != "object") {
        return Err(
            target.problem("`allOf` of something else than objects", "describe an object in each member")
        );
    }
    way.push(target.pointer().to_owned());
    for member in target.items_of("allOf")? {
        gather(&member, parts, way)?;
    }
    way.pop();
    if target.get("properties").is_some()
        || target.get("required").is_some()
        || target.get("additionalProperties").is_some()
    {
        parts.push(target);
    }
    Ok(())
}
