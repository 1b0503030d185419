//! `allOf`: the parts of a schema and the alternatives among them.

use std::collections::HashSet;

use super::form::{Form, MAX_DEPTH};
use super::{keywords, type_keyword};
use crate::document::Node;
use crate::problem::Problem;

/// A list of alternatives, its keyword and the schema around it.
#[derive(Debug)]
pub(super) struct Alternatives<'d> {
    pub(super) keyword: &'static str,
    pub(super) list: Node<'d>,
    pub(super) owner: Node<'d>,
}

/// Returns the lists of alternatives in a schema and in its `allOf`. A list that contains this schema describes its
/// parent and is skipped.
pub(super) fn lists<'d>(node: &Node<'d>) -> Result<Vec<Alternatives<'d>>, Problem> {
    let mut found = Vec::new();
    walk(node, &mut Vec::new(), &mut HashSet::new(), &mut |node, path| {
        for keyword in ["oneOf", "anyOf"] {
            let Some(list) = node.get(keyword) else { continue };
            let members = list.items().unwrap_or_default();
            let mut targets = members.iter().filter_map(|member| member.resolve().ok());
            if !targets.any(|target| path.iter().any(|pointer| pointer == target.pointer())) {
                found.push(Alternatives { keyword, list, owner: node.clone() });
            }
        }
    })?;
    Ok(found)
}

/// Visits a schema and each schema that it includes once, with the path there. [`gather`] reports cycles and depth.
pub(super) fn walk<'d>(
    node: &Node<'d>,
    path: &mut Vec<String>,
    seen: &mut HashSet<String>,
    visit: &mut impl FnMut(&Node<'d>, &[String]),
) -> Result<(), Problem> {
    if path.len() > MAX_DEPTH || !seen.insert(node.pointer().to_owned()) {
        return Ok(());
    }
    path.push(node.pointer().to_owned());
    visit(node, path);
    if node.get("$ref").is_some() {
        walk(&node.resolve()?, path, seen, visit)?;
    }
    for member in node.items_of("allOf")? {
        walk(&member, path, seen, visit)?;
    }
    path.pop();
    Ok(())
}

/// Returns the object of a schema and its `allOf`, without alternatives.
pub(super) fn without_unions<'d>(node: &Node<'d>) -> Result<Form<'d>, Problem> {
    Ok(Form::structure(parts(node)?))
}

/// Returns the parts of the object of a schema and its `allOf`, without alternatives.
pub(super) fn parts<'d>(node: &Node<'d>) -> Result<Vec<Node<'d>>, Problem> {
    gather(node, true)
}

/// Returns the object of a schema and one of its alternatives.
pub(super) fn with_base<'d>(base: &Node<'d>, member: &Node<'d>) -> Result<Form<'d>, Problem> {
    let mut parts = gather(base, true)?;
    let has_unions = !lists(member)?.is_empty();
    parts.extend(gather(member, !has_unions)?);
    Ok(Form::structure(parts))
}

/// Returns the object of a property that several parts describe as an object.
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
    Some(Form::structure(gathered))
}

/// Returns the schemas that describe an object together: the members of `allOf` and the schema itself.
fn gather<'d>(node: &Node<'d>, skips_unions: bool) -> Result<Vec<Node<'d>>, Problem> {
    let mut gathering = Gathering { skips_unions, parts: Vec::new(), path: Vec::new(), seen: HashSet::new() };
    gathering.add(node)?;
    Ok(gathering.parts)
}

struct Gathering<'d> {
    skips_unions: bool,
    parts: Vec<Node<'d>>,
    path: Vec<String>,
    seen: HashSet<String>,
}

impl<'d> Gathering<'d> {
    fn add(&mut self, node: &Node<'d>) -> Result<(), Problem> {
        if self.path.iter().any(|pointer| pointer == node.pointer()) {
            return Err(node.problem("`allOf` contains itself", "remove the member that refers back"));
        }
        if self.path.len() > MAX_DEPTH {
            return Err(node.problem("`allOf` is nested too deeply", "remove some of the schemas in between"));
        }
        keywords::expect(node)?;
        self.path.push(node.pointer().to_owned());
        if node.get("$ref").is_some() {
            let target = node.resolve()?;
            if self.path.iter().any(|pointer| pointer == target.pointer()) {
                return Err(node.problem("`allOf` contains itself", "remove the member that refers back"));
            }
            // A schema may be included several times.
            if self.seen.insert(target.pointer().to_owned()) {
                self.add(&target)?;
            }
        }
        for keyword in ["oneOf", "anyOf", "enum", "const", "items"] {
            let is_skipped = self.skips_unions && ["oneOf", "anyOf"].contains(&keyword);
            if let Some(found) = node.get(keyword).filter(|_| !is_skipped) {
                return Err(found.problem(
                    format!("`{keyword}` in `allOf` is not supported"),
                    "describe one object in each member of `allOf`",
                ));
            }
        }
        let (names, _) = type_keyword::types(node)?;
        if names.iter().any(|name| *name != "object") {
            return Err(
                node.problem("`allOf` is supported for objects only", "describe an object in each member")
            );
        }
        for member in node.items_of("allOf")? {
            self.add(&member)?;
        }
        self.path.pop();
        if ["properties", "required", "additionalProperties", "patternProperties", "unevaluatedProperties"]
            .iter()
            .any(|key| node.get(key).is_some())
        {
            self.parts.push(node.clone());
        }
        Ok(())
    }
}
