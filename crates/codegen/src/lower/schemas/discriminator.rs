//! The property that selects the variant of a union.

use std::collections::HashSet;

use serde_json::Value;

use super::all_of;
use super::classify::{self, classify};
use super::form::{Declared, Form, Member};
use crate::document::Node;
use crate::model::{Tag, TagValue};
use crate::problem::Problem;

/// Returns the property whose value selects the variant: the `discriminator`, or a property with distinct values in
/// each member.
pub(super) fn find(members: &[Member<'_>], discriminator: Option<&Node<'_>>) -> Result<Option<Tag>, Problem> {
    let Some(objects) = objects(members) else {
        if let Some(node) = discriminator {
            let problem = node.problem("`discriminator` is supported for objects only", "remove it");
            node.pass_over(problem, INSTEAD)?;
        }
        return Ok(None);
    };
    let property = match discriminator {
        Some(node) => Some(node.require("propertyName")?.text()?.to_owned()),
        None if members[0].node.is_lenient() => fixed_property(&objects),
        None => None,
    };
    let Some(property) = property else { return Ok(None) };
    let mut values = Vec::new();
    for (member, parts) in members.iter().zip(&objects) {
        let mut own = fixed_values(parts, &property);
        if let Some(node) = discriminator {
            // Mappings are often out of date; the values in a member are not.
            if own.is_empty()
                && let Some(reference) = member.node.text_of("$ref")?
            {
                own = mapped(node, reference)?;
            }
        }
        values.push(own);
    }
    let default = discriminator.map(|node| default(node, members)).transpose()?.flatten();
    let has_field = |parts: &[Node<'_>]| describes(parts, &property) || requires(parts, &property);
    let is_field =
        objects.iter().enumerate().all(|(index, parts)| Some(index) == default || has_field(parts));
    // The union writes the only value of a variant.
    let is_added = default.is_none()
        && !objects.iter().any(|parts| has_field(parts))
        && values.iter().all(|own| own.len() == 1);
    if !(is_field || is_added) || !is_distinct(&values) {
        if let Some(node) = discriminator {
            let problem = node.problem(
                format!("`{property}` does not distinguish the members, or is a property of some only"),
                "describe it in each member",
            );
            node.pass_over(problem, INSTEAD)?;
        }
        return Ok(None);
    }
    Ok(Some(Tag { property, values, default, is_field }))
}

/// Returns the property that selects one of the objects that include a base. The base itself is the last variant and
/// has no values.
pub(super) fn of_derived(base: &Node<'_>, derived: &[Node<'_>]) -> Result<Option<Tag>, Problem> {
    let Some(node) = base.get("discriminator").filter(|_| !derived.is_empty()) else { return Ok(None) };
    let Some(property) = node.text_of("propertyName")? else { return Ok(None) };
    let mut values = Vec::new();
    for object in derived {
        // Problems are reported when the schema is lowered.
        let own = fixed_values(&all_of::parts(object).unwrap_or_default(), property);
        // Several values are those of the base.
        let is_own = own.len() == 1;
        values.push(if is_own { own } else { mapped(&node, &format!("#{}", object.pointer()))? });
    }
    if !is_distinct(&values) {
        let problem = node.problem(
            format!("`{property}` does not distinguish the schemas that include this one"),
            "describe it in each of them",
        );
        node.pass_over(problem, "their properties are additional properties of this one")?;
        return Ok(None);
    }
    values.push(Vec::new());
    Ok(Some(Tag { property: property.to_owned(), values, default: None, is_field: true }))
}

const INSTEAD: &str = "the member that knows most fields is used";

/// Returns whether each member has distinct values, all of one kind.
fn is_distinct(values: &[Vec<TagValue>]) -> bool {
    let mut seen = HashSet::new();
    let kinds: HashSet<_> = values.iter().flatten().map(std::mem::discriminant).collect();
    kinds.len() == 1
        && values.iter().all(|own| !own.is_empty())
        && values.iter().flatten().all(|value| seen.insert(value))
}

/// Returns the parts of each member, if all are objects.
fn objects<'d>(members: &[Member<'d>]) -> Option<Vec<Vec<Node<'d>>>> {
    members
        .iter()
        .map(|member| {
            let mut form = classify::member(member).ok()?;
            // Cycles are reported when the schema is lowered.
            for _ in 0..20 {
                let Form::Same(other) = form.0 else { break };
                form = classify(&other.resolve().ok()?).ok()?;
            }
            match form {
                (Form::Declared(Declared::Struct(parts) | Declared::Base(_, parts)), false)
                    if member.only.is_none() =>
                {
                    Some(parts)
                }
                _ => None,
            }
        })
        .collect()
}

fn describes(parts: &[Node<'_>], property: &str) -> bool {
    parts.iter().any(|part| part.get("properties").is_some_and(|all| all.get(property).is_some()))
}

/// Returns the values of a property, if they are listed.
fn fixed_values(parts: &[Node<'_>], property: &str) -> Vec<TagValue> {
    let nodes = parts.iter().rev().filter_map(|part| part.get("properties")?.get(property));
    let found = nodes.filter_map(|node| node.resolve().ok()).find_map(|node| {
        let listed = match node.get("const") {
            Some(only) => vec![only],
            None => node.get("enum")?.items().ok()?,
        };
        listed.iter().map(|value| tag_value(value.value())).collect::<Option<Vec<_>>>()
    });
    let mut seen = HashSet::new();
    found.unwrap_or_default().into_iter().filter(|value| seen.insert(value.clone())).collect()
}

fn tag_value(value: &Value) -> Option<TagValue> {
    match value {
        Value::String(text) => Some(TagValue::Text(text.clone())),
        Value::Bool(value) => Some(TagValue::Boolean(*value)),
        Value::Number(number) => number.as_i64().map(TagValue::Integer),
        _ => None,
    }
}

/// Returns a property with distinct values in each member. With several values it must be required.
fn fixed_property(objects: &[Vec<Node<'_>>]) -> Option<String> {
    let first = objects.first()?;
    let names = first.iter().flat_map(|part| part.entries_of("properties").unwrap_or_default());
    let is_fixed = |name: &str| {
        let values: Vec<_> = objects.iter().map(|parts| fixed_values(parts, name)).collect();
        let is_reliable =
            |(parts, values): (&Vec<Node<'_>>, &Vec<TagValue>)| values.len() == 1 || requires(parts, name);
        is_distinct(&values) && objects.iter().zip(&values).all(is_reliable)
    };
    names.map(|(name, _)| name).find(|name| is_fixed(name)).map(str::to_owned)
}

fn requires(parts: &[Node<'_>], property: &str) -> bool {
    let required = parts.iter().flat_map(|part| part.items_of("required").unwrap_or_default());
    required.into_iter().any(|name| name.value() == property)
}

/// Returns the member for objects without the property or with an unlisted value.
fn default(discriminator: &Node<'_>, members: &[Member<'_>]) -> Result<Option<usize>, Problem> {
    let Some(node) = discriminator.get("defaultMapping") else { return Ok(None) };
    let target = node.text()?;
    let is_target = |member: &Member<'_>| {
        let reference = member.node.value().get("$ref").and_then(|reference| reference.as_str());
        reference.is_some_and(|reference| is_same_schema(target, reference))
    };
    let default = members.iter().position(is_target);
    if default.is_none() {
        let problem = node.problem(format!("`{target}` is not a member"), "name a member");
        node.tolerate(problem, "other objects are kept as JSON")?;
    }
    Ok(default)
}

/// Returns whether a mapping to a name or a reference is one to the schema of a reference.
fn is_same_schema(target: &str, reference: &str) -> bool {
    target == reference || Some(target) == reference.rsplit('/').next()
}

/// Returns the values that a mapping gives to a schema, or its name if there are none.
fn mapped(discriminator: &Node<'_>, reference: &str) -> Result<Vec<TagValue>, Problem> {
    let name = reference.rsplit('/').next().unwrap_or_default();
    let mut values = Vec::new();
    for (value, target) in discriminator.entries_of("mapping")? {
        let target = target.text()?;
        if is_same_schema(target, reference) {
            values.push(TagValue::Text(value.to_owned()));
        }
    }
    if values.is_empty() {
        values.push(TagValue::Text(name.to_owned()));
    }
    Ok(values)
}
