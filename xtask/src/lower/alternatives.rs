//! `oneOf` and `anyOf`: one of several schemas.

use std::collections::HashSet;

use serde_json::Value;

use super::all_of;
use super::form::{Declared, Form, Member, strings};
use super::keywords::{self, only_annotations_beside};
use crate::document::Node;
use crate::problem::Problem;

/// The form of `oneOf` or `anyOf` and what stands beside, and whether null is one of the members.
pub(super) fn unions<'d>(
    node: &Node<'d>,
    keyword: &str,
    list: &Node<'d>,
) -> Result<(Form<'d>, bool), Problem> {
    let beside = only_annotations_beside(node, keyword);
    let discriminator = node.get("discriminator");
    beside.or_else(|problem| node.pass_over(problem, "both count"))?;
    let base = keywords::STRUCTURE
        .iter()
        .any(|key| !["oneOf", "anyOf"].contains(key) && node.get(key).is_some())
        .then(|| node.clone());
    if keyword == "oneOf" && node.get("anyOf").is_some() {
        let problem = node.problem("`oneOf` beside `anyOf` is not supported", "");
        node.tolerate(problem, "the value is taken as any JSON value")?;
        return Ok((Form::Any, true));
    }
    let mut members = Vec::new();
    let mut null = false;
    for node in list.items()? {
        let is_null = node.get("type").is_some_and(|name| name.value() == "null")
            || node.get("const").is_some_and(|value| value.value().is_null())
            || node.get("enum").is_some_and(|list| list.value() == &Value::Array(vec![Value::Null]));
        if is_null {
            null = true;
        } else {
            members.push(Member { node, only: None, base: base.clone() });
        }
    }
    if base.is_some() && members.iter().all(|member| is_condition(&member.node)) {
        list.note(format!("`{keyword}` only says which properties go together"), "that is not checked");
        return Ok((all_of::without_unions(node)?, null));
    }
    match members.len() {
        0 => {
            let problem = list.problem("no value but null fits", "add what else it may be");
            list.tolerate(problem, "it is taken as any JSON value")?;
            Ok((Form::Any, true))
        }
        1 if base.is_none() => Ok((Form::Same(members.remove(0).node), null)),
        _ => Ok((words(&members)?.unwrap_or(Form::Declared(Declared::Union(members, discriminator))), null)),
    }
}

/// Whether a schema only restricts what another says.
fn is_condition(node: &Node<'_>) -> bool {
    let keys = ["required", "not", "title", "description"];
    node.entries().is_ok_and(|entries| entries.iter().all(|(key, _)| keys.contains(key)))
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
