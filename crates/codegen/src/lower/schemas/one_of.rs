//! `oneOf` and `anyOf`.

use std::collections::HashSet;

use serde_json::Value;

use super::all_of::{self, Alternatives};
use super::form::{Declared, Form, Member};
use super::keywords::{self, only_annotations_alongside};
use super::type_keyword::{self, strings};
use crate::document::Node;
use crate::problem::{AS_ANY, Problem, Topic};

/// Returns the form of a schema with `lists` of alternatives in itself and its `allOf`, and whether null is one of
/// them.
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
                let message = format!("`{keyword}` only restricts combinations of properties");
                list.note(Topic::Constraints, message, "values are not validated against it");
            }
            !is_conditions
        });
    }
    let Alternatives { keyword, list, owner } = match (lists.pop(), lists.is_empty()) {
        (Some(only), true) => only,
        (None, _) if is_structured => return Ok((all_of::without_unions(node)?, false)),
        (None, _) => return Ok((Form::Any, true)),
        (Some(_), false) => {
            let problem = node.problem("several lists of alternatives are not supported", "");
            node.tolerate(problem, AS_ANY)?;
            return Ok((Form::Any, true));
        }
    };
    if owner.pointer() == node.pointer() {
        only_annotations_alongside(node, keyword).or_else(|problem| node.pass_over(problem, "both apply"))?;
    }
    let discriminator = owner.get("discriminator");
    let base = is_structured.then(|| node.clone());
    let mut members = Vec::new();
    let mut null = false;
    for node in list.items()? {
        let target = node.resolve_if_any()?;
        let is_null = target.get("type").is_some_and(|name| name.value() == "null")
            || target.get("const").is_some_and(|value| value.value().is_null())
            || target.get("enum").is_some_and(|list| list.value() == &Value::Array(vec![Value::Null]));
        let is_known = |member: &Member<'_>| member.node.value() == node.value();
        if is_null {
            null = true;
        } else if !members.iter().any(is_known) {
            let base = base.as_ref().filter(|base| !includes(&node, base.pointer())).cloned();
            members.push(Member { node, only: None, base });
        }
    }
    match members.len() {
        0 => {
            let problem = list.problem("only null is allowed", "add another alternative");
            list.tolerate(problem, AS_ANY)?;
            Ok((Form::Any, true))
        }
        // The discriminator allows for unlisted members.
        1 if discriminator.is_some() => Ok((Form::Declared(Declared::Union(members, discriminator)), null)),
        1 => {
            let Member { node, base, .. } = members.remove(0);
            let form = base.map_or(Ok(Form::Same(node.clone())), |base| all_of::with_base(&base, &node))?;
            Ok((form, null))
        }
        _ => {
            let form = scalar(&members)?.map_or_else(|| open_enum(&members), |form| Ok(Some(form)))?;
            Ok((form.unwrap_or(Form::Declared(Declared::Union(members, discriminator))), null))
        }
    }
}

/// Returns whether a schema includes another one through `allOf`.
fn includes(node: &Node<'_>, other: &str) -> bool {
    let mut consists_of = HashSet::new();
    let _ = all_of::walk(node, &mut Vec::new(), &mut consists_of, &mut |_, _| {});
    consists_of.contains(other)
}

/// Returns the common form of scalars that differ in constraints only. Listed numbers and booleans are constraints.
fn scalar<'d>(members: &[Member<'d>]) -> Result<Option<Form<'d>>, Problem> {
    let mut all = None;
    for Member { node, base, .. } in members {
        let node = node.resolve_if_any()?;
        let is_plain = node.is_lenient() && base.is_none() && node.get("$ref").is_none();
        let is_scalar = node.get("type").is_some_and(|name| name.value().is_string())
            && ["allOf", "oneOf", "anyOf"]
                .iter()
                .chain(keywords::CONDITIONS)
                .all(|key| node.get(key).is_none());
        if !is_plain || !is_scalar {
            return Ok(None);
        }
        let name = node.text_of("type")?.unwrap_or_default();
        match type_keyword::typed(&node, name)? {
            Form::Scalar(ty) if !node.flag("nullable")? && all.as_ref().is_none_or(|all| *all == ty) => {
                all = Some(ty)
            }
            _ => return Ok(None),
        }
    }
    Ok(all.map(Form::Scalar))
}

/// Returns whether alternatives only restrict the schema around them.
fn is_conditions(list: &Node<'_>) -> bool {
    let keys = ["required", "not", "title", "description"];
    let is_condition = |node: &Node<'_>| {
        node.entries().is_ok_and(|entries| entries.iter().all(|(key, _)| keys.contains(key)))
    };
    list.is_lenient() && list.items().is_ok_and(|members| members.iter().all(is_condition))
}

/// Returns one enum for several enums, or for an enum and any string: enums are open.
fn open_enum<'d>(members: &[Member<'d>]) -> Result<Option<Form<'d>>, Problem> {
    let mut values = Vec::new();
    let mut is_enum = false;
    for Member { node, base, .. } in members {
        let is_text = node.get("type").is_some_and(|name| name.value() == "string");
        let is_plain = base.is_none()
            && is_text
            && !["format", "$ref", "writeOnly"].iter().any(|key| node.get(key).is_some());
        if !node.is_lenient() || !is_plain {
            return Ok(None);
        }
        let strings = strings(node)?;
        is_enum |= !strings.is_empty();
        values.extend(strings);
    }
    let mut seen = HashSet::new();
    values.retain(|value| seen.insert(value.clone()));
    Ok(is_enum.then_some(Form::Declared(Declared::Enum(values))))
}
