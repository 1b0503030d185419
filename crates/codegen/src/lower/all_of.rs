//! `allOf`: several schemas that count together.

use std::collections::HashSet;

use super::form::{self, Declared, Form};
use super::schemas::DEEPEST;
use super::{alternatives, keywords};
use crate::document::Node;
use crate::problem::Problem;

/// All members of `allOf` together: one other schema, one object with the properties of all, or several such objects
/// where one of the members has alternatives. Null may be one of those.
pub(super) fn all_of<'d>(node: &Node<'d>) -> Result<(Form<'d>, bool), Problem> {
    let members = node.items_of("allOf")?;
    if let [only] = members.as_slice()
        && keywords::only_annotations_beside(node, "allOf").is_ok()
    {
        return Ok((Form::Same(only.clone()), false));
    }
    if node.is_lenient()
        && let Some(only) = the_one_that_counts(node, &members)
    {
        return Ok((Form::Same(only), false));
    }
    let lists = alternatives::lists(node)?;
    if lists.is_empty() { Ok((without_unions(node)?, false)) } else { alternatives::unions(node, lists) }
}

/// The one member beside which all others are descriptions or bounds.
fn the_one_that_counts<'d>(node: &Node<'d>, members: &[Node<'d>]) -> Option<Node<'d>> {
    const WEIGHTLESS: [&str; 25] = [
        "allOf",
        "default",
        "deprecated",
        "description",
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
        "nullable",
        "pattern",
        "readOnly",
        "title",
        "type",
        "writeOnly",
        "xml",
    ];
    let is_heavy = |key: &str| !WEIGHTLESS.contains(&key) && !key.starts_with("x-");
    let weighs = |node: &Node<'d>| {
        let entries = node.entries().unwrap_or_default();
        entries.iter().any(|(key, _)| is_heavy(key)) || node.get("allOf").is_some()
    };
    if node.entries().ok()?.iter().any(|(key, _)| is_heavy(key)) {
        return None;
    }
    let mut heavy = members.iter().filter(|member| weighs(member));
    match (heavy.next(), heavy.next()) {
        (Some(one), None) => Some(one.clone()),
        (Some(_), Some(_)) => None,
        // Nothing but a type, and bounds beside it.
        (None, _) => {
            let ty = |node: &Node<'d>| node.get("type").map(|ty| ty.value());
            let mut typed = members.iter().filter(|member| ty(member).is_some());
            let first = typed.next()?;
            typed
                .chain([node])
                .all(|other| ty(other).is_none_or(|other| Some(other) == ty(first)))
                .then(|| first.clone())
        }
    }
}

/// The objects that a schema consists of, whatever alternatives stand beside or within them.
pub(super) fn without_unions<'d>(node: &Node<'d>) -> Result<Form<'d>, Problem> {
    Ok(Form::Declared(Declared::Struct(gather(node, true)?)))
}

/// What a schema says and one of its alternatives.
pub(super) fn with_base<'d>(base: &Node<'d>, member: &Node<'d>) -> Result<Form<'d>, Problem> {
    let mut parts = gather(base, true)?;
    let has_unions = !alternatives::lists(member)?.is_empty();
    parts.extend(gather(member, !has_unions)?);
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
        let parts = gather(node, false).ok()?;
        parts.iter().find(|part| part.get("properties").is_some())?;
        gathered.extend(parts);
    }
    Some(Form::Declared(Declared::Struct(gathered)))
}

/// The schemas that describe an object together: this one and those that it consists of.
fn gather<'d>(node: &Node<'d>, skips_unions: bool) -> Result<Vec<Node<'d>>, Problem> {
    let mut gathering = Gathering { skips_unions, parts: Vec::new(), way: Vec::new(), seen: HashSet::new() };
    gathering.add(node)?;
    Ok(gathering.parts)
}

struct Gathering<'d> {
    skips_unions: bool,
    parts: Vec<Node<'d>>,
    way: Vec<String>,
    seen: HashSet<String>,
}

impl<'d> Gathering<'d> {
    fn add(&mut self, node: &Node<'d>) -> Result<(), Problem> {
        if self.way.iter().any(|pointer| pointer == node.pointer()) {
            return Err(node.problem("`allOf` contains itself", "leave out the member that leads back"));
        }
        if self.way.len() > DEEPEST {
            return Err(node.problem("`allOf` leads too deep", "leave out some of the schemas in between"));
        }
        keywords::expect(node)?;
        self.way.push(node.pointer().to_owned());
        if node.get("$ref").is_some() {
            let target = node.resolve()?;
            if self.way.iter().any(|pointer| pointer == target.pointer()) {
                return Err(node.problem("`allOf` contains itself", "leave out the member that leads back"));
            }
            // Once is enough, however many ways lead there.
            if self.seen.insert(target.pointer().to_owned()) {
                self.add(&target)?;
            }
        }
        for keyword in ["oneOf", "anyOf", "enum", "const", "items"] {
            let is_skipped = self.skips_unions && ["oneOf", "anyOf"].contains(&keyword);
            if let Some(found) = node.get(keyword).filter(|_| !is_skipped) {
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
            self.add(&member)?;
        }
        self.way.pop();
        if ["properties", "required", "additionalProperties", "patternProperties"]
            .iter()
            .any(|key| node.get(key).is_some())
        {
            self.parts.push(node.clone());
        }
        Ok(())
    }
}
