//! `allOf`: several schemas that count together.

use super::form::{self, Declared, Form};
use super::keywords;
use crate::document::Node;
use crate::problem::Problem;

/// All members of `allOf` together: one other schema, or one object with the properties of all.
pub(super) fn all_of<'d>(node: &Node<'d>) -> Result<Form<'d>, Problem> {
    let members = node.items_of("allOf")?;
    if let [only] = members.as_slice()
        && keywords::only_annotations_beside(node, "allOf").is_ok()
    {
        return Ok(Form::Same(only.clone()));
    }
    if node.is_lenient()
        && let Some(only) = the_one_that_counts(node, &members)
    {
        return Ok(Form::Same(only));
    }
    without_unions(node)
}

/// The one member beside which all others are descriptions or bounds.
fn the_one_that_counts<'d>(node: &Node<'d>, members: &[Node<'d>]) -> Option<Node<'d>> {
    const WEIGHTLESS: [&str; 12] = [
        "allOf",
        "default",
        "deprecated",
        "description",
        "example",
        "examples",
        "externalDocs",
        "nullable",
        "readOnly",
        "title",
        "type",
        "writeOnly",
    ];
    let weighs = |node: &Node<'d>| {
        let entries = node.entries().unwrap_or_default();
        entries.iter().any(|(key, _)| !WEIGHTLESS.contains(key) && !key.starts_with("x-"))
            || node.get("allOf").is_some()
    };
    let own = node.entries().ok()?;
    if own.iter().any(|(key, _)| !WEIGHTLESS.contains(key) && !key.starts_with("x-")) {
        return None;
    }
    let mut heavy = members.iter().filter(|member| weighs(member));
    match (heavy.next(), heavy.next()) {
        (Some(one), None) => Some(one.clone()),
        _ => None,
    }
}

/// The objects that a schema consists of, whatever alternatives stand beside them.
pub(super) fn without_unions<'d>(node: &Node<'d>) -> Result<Form<'d>, Problem> {
    let mut parts = Vec::new();
    gather(node, true, &mut parts, &mut Vec::new())?;
    Ok(Form::Declared(Declared::Struct(parts)))
}

/// What a schema says and one of its alternatives.
pub(super) fn with_base<'d>(base: &Node<'d>, member: &Node<'d>) -> Result<Form<'d>, Problem> {
    let mut parts = Vec::new();
    gather(base, true, &mut parts, &mut Vec::new())?;
    gather(member, false, &mut parts, &mut Vec::new())?;
    Ok(Form::Declared(Declared::Struct(parts)))
}

/// A property that several parts describe as objects, which are one object then.
pub(super) fn in_all<'d>(parts: &[Node<'d>], key: &str) -> Option<Form<'d>> {
    let nodes: Vec<_> = parts.iter().filter_map(|part| part.get("properties")?.get(key)).collect();
    let (first, others) = nodes.split_first()?;
    if !first.is_lenient() || others.iter().all(|other| other.value() == first.value()) {
        return None;
    }
    let mut gathered = Vec::new();
    for node in &nodes {
        let before = gathered.len();
        gather(node, false, &mut gathered, &mut Vec::new()).ok()?;
        gathered[before..].iter().find(|part| part.get("properties").is_some())?;
    }
    Some(Form::Declared(Declared::Struct(gathered)))
}

fn gather<'d>(
    node: &Node<'d>,
    is_base: bool,
    parts: &mut Vec<Node<'d>>,
    way: &mut Vec<String>,
) -> Result<(), Problem> {
    if way.iter().any(|pointer| pointer == node.pointer()) {
        return Err(node.problem("`allOf` contains itself", "leave out the member that leads back"));
    }
    keywords::expect(node)?;
    way.push(node.pointer().to_owned());
    if node.get("$ref").is_some() {
        let target = node.resolve()?;
        if way.iter().any(|pointer| pointer == target.pointer()) {
            return Err(node.problem("`allOf` contains itself", "leave out the member that leads back"));
        }
        gather(&target, false, parts, way)?;
    }
    for keyword in ["oneOf", "anyOf", "enum", "const", "items"] {
        let is_around = is_base && ["oneOf", "anyOf"].contains(&keyword);
        if let Some(found) = node.get(keyword).filter(|_| !is_around) {
            return Err(found.problem(
                format!("`{keyword}` within `allOf` is not supported"),
                "describe one object in each member of `allOf`",
            ));
        }
    }
    let (names, _) = form::types(node)?;
    if names.iter().any(|name| *name != "object") {
        return Err(
            node.problem("`allOf` of something else than objects", "describe an object in each member")
        );
    }
    for member in node.items_of("allOf")? {
        gather(&member, false, parts, way)?;
    }
    way.pop();
    if ["properties", "required", "additionalProperties", "patternProperties"]
        .iter()
        .any(|key| node.get(key).is_some())
    {
        parts.push(node.clone());
    }
    Ok(())
}
