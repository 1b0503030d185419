//! How the members of a union are told apart by a property.

use super::form::{self, Declared, Form, Member};
use crate::document::Node;
use crate::model::Tag;
use crate::problem::Problem;

/// The property whose value tells which variant an object is: the one that `discriminator` names, or else one that
/// has another fixed value in each member.
pub(super) fn find(members: &[Member<'_>], discriminator: Option<&Node<'_>>) -> Result<Option<Tag>, Problem> {
    let Some(objects) = objects(members) else {
        if let Some(node) = discriminator {
            let problem = node.problem("`discriminator` of something else than objects", "take it out");
            node.pass_over(problem, "the members are tried in their order")?;
        }
        return Ok(None);
    };
    let property = match discriminator {
        Some(node) => Some(node.require("propertyName")?.text()?.to_owned()),
        None if members[0].node.is_lenient() => fixed_property(&objects),
        None => None,
    };
    let Some(property) = property else { return Ok(None) };
    let mut values: Vec<Vec<String>> = Vec::new();
    for (member, parts) in members.iter().zip(&objects) {
        let mut own = fixed_values(parts, &property);
        if let Some(node) = discriminator {
            // The mapping is often out of date, and what a member says of itself is not.
            if own.is_empty() {
                own = mapped(node, &member.node)?;
            }
        }
        values.push(own);
    }
    let mut all: Vec<_> = values.iter().flatten().collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    let is_written = objects.iter().all(|parts| describe(parts, &property).is_some());
    if all.len() < count || values.iter().any(Vec::is_empty) || !is_written {
        if let Some(node) = discriminator {
            let problem = node.problem(
                format!("`{property}` does not tell the members apart, or is no property of all"),
                "describe it in each member",
            );
            node.pass_over(problem, "the members are tried in their order")?;
        }
        return Ok(None);
    }
    let is_other = all.iter().any(|value| value.eq_ignore_ascii_case("other"));
    let other = if is_other { "Unlisted" } else { "Other" }.to_owned();
    Ok(Some(Tag { property, values, other }))
}

/// The parts of each member, if all are objects.
fn objects<'d>(members: &[Member<'d>]) -> Option<Vec<Vec<Node<'d>>>> {
    members
        .iter()
        .map(|member| {
            let form = match (&member.base, member.only) {
                (Some(_), _) => member.form().ok()?,
                (None, Some(_)) => return None,
                (None, None) => {
                    let mut form = form::form(&member.node).ok()?;
                    // Each step leads to another place, and circles are found when the schema is lowered.
                    for _ in 0..20 {
                        let Form::Same(other) = form.0 else { break };
                        form = form::form(&other.resolve().ok()?).ok()?;
                    }
                    if form.1 {
                        return None;
                    }
                    form.0
                }
            };
            match form {
                Form::Declared(Declared::Struct(parts)) => Some(parts),
                _ => None,
            }
        })
        .collect()
}

fn describe<'d>(parts: &[Node<'d>], property: &str) -> Option<Node<'d>> {
    parts.iter().rev().find_map(|part| part.get("properties")?.get(property))
}

/// The words that a property may be, if they are listed.
fn fixed_values(parts: &[Node<'_>], property: &str) -> Vec<String> {
    let found =
        parts.iter().rev().filter_map(|part| part.get("properties")?.get(property)).find_map(|node| {
            let node = node.resolve().ok()?;
            let listed = node.get("const").is_some() || node.get("enum").is_some();
            listed.then(|| form::strings(&node).ok()).flatten()
        });
    found.unwrap_or_default().into_iter().map(|value| value.into_owned()).collect()
}

/// A property that has one fixed value in each member.
fn fixed_property(objects: &[Vec<Node<'_>>]) -> Option<String> {
    let first = objects.first()?;
    let names = first.iter().flat_map(|part| part.entries_of("properties").unwrap_or_default());
    let is_fixed = |name: &str| objects.iter().all(|parts| fixed_values(parts, name).len() == 1);
    names.map(|(name, _)| name).find(|name| is_fixed(name)).map(str::to_owned)
}

/// The values that a mapping gives to a member, or its name if there is none.
fn mapped(discriminator: &Node<'_>, member: &Node<'_>) -> Result<Vec<String>, Problem> {
    let Some(reference) = member.text_of("$ref")? else { return Ok(Vec::new()) };
    let name = reference.rsplit('/').next().unwrap_or_default();
    let mut values = Vec::new();
    for (value, target) in discriminator.entries_of("mapping")? {
        let target = target.text()?;
        if target == reference || target == name {
            values.push(value.to_owned());
        }
    }
    if values.is_empty() {
        values.push(name.to_owned());
    }
    Ok(values)
}
