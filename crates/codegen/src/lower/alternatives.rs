//! `oneOf` and `anyOf`: one of several schemas.

use std::collections::HashSet;

use serde_json::Value;

use super::all_of;
use super::form::{Declared, Form, Member, strings};
use super::keywords::{self, only_annotations_beside};
use super::schemas::DEEPEST;
use crate::document::Node;
use crate::problem::Problem;

/// A list of alternatives and the schema around it.
#[derive(Debug)]
pub(super) struct Alternatives<'d> {
    keyword: &'static str,
    list: Node<'d>,
    owner: Node<'d>,
}

/// The lists of alternatives in a schema: in itself, and in the members of its `allOf`. One that lists the schema itself
/// says what its parent may be, and this schema is one of those.
pub(super) fn lists<'d>(node: &Node<'d>) -> Result<Vec<Alternatives<'d>>, Problem> {
    let mut found = Vec::new();
    walk(node, &mut Vec::new(), &mut HashSet::new(), &mut |node, way| {
        for keyword in ["oneOf", "anyOf"] {
            let Some(list) = node.get(keyword) else { continue };
            let members = list.items().unwrap_or_default();
            let mut targets = members.iter().filter_map(|member| member.resolve().ok());
            if !targets.any(|target| way.iter().any(|pointer| pointer == target.pointer())) {
                found.push(Alternatives { keyword, list, owner: node.clone() });
            }
        }
    })?;
    Ok(found)
}

/// Looks at a schema and at each of those that it consists of, once, with the way there. Ways that are too long or lead
/// back are found when the parts are gathered.
fn walk<'d>(
    node: &Node<'d>,
    way: &mut Vec<String>,
    seen: &mut HashSet<String>,
    look: &mut impl FnMut(&Node<'d>, &[String]),
) -> Result<(), Problem> {
    if way.len() > DEEPEST || !seen.insert(node.pointer().to_owned()) {
        return Ok(());
    }
    way.push(node.pointer().to_owned());
    look(node, way);
    if node.get("$ref").is_some() {
        walk(&node.resolve()?, way, seen, look)?;
    }
    for member in node.items_of("allOf")? {
        walk(&member, way, seen, look)?;
    }
    way.pop();
    Ok(())
}

/// The form of a schema with alternatives, and whether null is one of them. `lists` are those in the schema itself and
/// in its parts.
pub(super) fn unions<'d>(
    node: &Node<'d>,
    mut lists: Vec<Alternatives<'d>>,
) -> Result<(Form<'d>, bool), Problem> {
    let is_structured =
        keywords::STRUCTURE.iter().any(|key| !["oneOf", "anyOf"].contains(key) && node.get(key).is_some());
    if is_structured || lists.len() > 1 {
        lists.retain(|Alternatives { keyword, list, .. }| {
            let is_conditions = is_conditions(list);
            if is_conditions {
                let message = format!("`{keyword}` only says which properties go together");
                list.note(message, "that is not checked");
            }
            !is_conditions
        });
    }
    let Alternatives { keyword, list, owner } = match (lists.pop(), lists.is_empty()) {
        (Some(only), true) => only,
        (None, _) if is_structured => return Ok((all_of::without_unions(node)?, false)),
        (None, _) => return Ok((Form::Any, true)),
        (Some(_), false) => {
            let problem = node.problem("several lists of alternatives at once are not supported", "");
            node.tolerate(problem, "the value is taken as any JSON value")?;
            return Ok((Form::Any, true));
        }
    };
    if owner.pointer() == node.pointer() {
        only_annotations_beside(node, keyword).or_else(|problem| node.pass_over(problem, "both count"))?;
    }
    let discriminator = owner.get("discriminator");
    let base = is_structured.then(|| node.clone());
    let mut members = Vec::new();
    let mut null = false;
    for node in list.items()? {
        let is_null = node.get("type").is_some_and(|name| name.value() == "null")
            || node.get("const").is_some_and(|value| value.value().is_null())
            || node.get("enum").is_some_and(|list| list.value() == &Value::Array(vec![Value::Null]));
        if is_null {
            null = true;
        } else {
            let base = base.as_ref().filter(|base| !includes(&node, base.pointer())).cloned();
            members.push(Member { node, only: None, base });
        }
    }
    match members.len() {
        0 => {
            let problem = list.problem("no value but null fits", "add what else it may be");
            list.tolerate(problem, "it is taken as any JSON value")?;
            Ok((Form::Any, true))
        }
        // There may be others that the property tells of.
        1 if discriminator.is_some() => Ok((Form::Declared(Declared::Union(members, discriminator)), null)),
        1 if members[0].base.is_none() => Ok((Form::Same(members.remove(0).node), null)),
        1 => Ok((members[0].form()?, null)),
        _ => {
            let form = match scalar(&members)? {
                Some(form) => Some(form),
                None => words(&members)?,
            };
            Ok((form.unwrap_or(Form::Declared(Declared::Union(members, discriminator))), null))
        }
    }
}

/// Whether a schema consists of another one and more.
fn includes(node: &Node<'_>, other: &str) -> bool {
    let mut consists_of = HashSet::new();
    let _ = walk(node, &mut Vec::new(), &mut consists_of, &mut |_, _| {});
    consists_of.contains(other)
}

/// What all members are, if they differ in nothing but the bounds of their values.
fn scalar<'d>(members: &[Member<'d>]) -> Result<Option<Form<'d>>, Problem> {
    let mut all = None;
    for Member { node, base, .. } in members {
        let is_plain = node.is_lenient() && base.is_none() && node.get("$ref").is_none();
        let is_scalar = node.get("type").is_some_and(|name| name.value().is_string())
            && ["enum", "const", "allOf", "oneOf", "anyOf"].iter().all(|key| node.get(key).is_none());
        if !is_plain || !is_scalar {
            return Ok(None);
        }
        match super::form::form(node)? {
            (Form::Scalar(ty), false) if all.as_ref().is_none_or(|all| *all == ty) => all = Some(ty),
            _ => return Ok(None),
        }
    }
    Ok(all.map(Form::Scalar))
}

/// Whether alternatives only restrict what stands beside them.
fn is_conditions(list: &Node<'_>) -> bool {
    let keys = ["required", "not", "title", "description"];
    let is_condition = |node: &Node<'_>| {
        node.entries().is_ok_and(|entries| entries.iter().all(|(key, _)| keys.contains(key)))
    };
    list.is_lenient() && list.items().is_ok_and(|members| members.iter().all(is_condition))
}

/// Several lists of words, or one and any text, are one list of words: those are open anyway.
fn words<'d>(members: &[Member<'d>]) -> Result<Option<Form<'d>>, Problem> {
    let mut words = Vec::new();
    let mut listed = None;
    for Member { node, base, .. } in members {
        let is_text = node.get("type").is_some_and(|name| name.value() == "string");
        let is_plain = base.is_none()
            && is_text
            && !["format", "$ref", "writeOnly"].iter().any(|key| node.get(key).is_some());
        if !node.is_lenient() || !is_plain {
            return Ok(None);
        }
        let strings = strings(node)?;
        listed = if strings.is_empty() { listed } else { Some(()) };
        words.extend(strings);
    }
    let mut seen = HashSet::new();
    words.retain(|word| seen.insert(word.clone()));
    Ok(listed.map(|()| Form::Declared(Declared::Enum(words))))
}
