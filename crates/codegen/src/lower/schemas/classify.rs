//! The form of a schema.

use serde_json::Value;

use super::form::{Declared, Form, Member};
use super::keywords::{self, only_annotations_alongside};
use super::{all_of, one_of, type_keyword};
use crate::document::Node;
use crate::problem::{AS_ANY, Problem, Topic};

/// Returns the form of a schema, and whether the schema itself allows null; a schema that it refers to may do so too.
pub(super) fn classify<'d>(node: &Node<'d>) -> Result<(Form<'d>, bool), Problem> {
    match node.value() {
        Value::Bool(true) => return Ok((Form::Any, true)),
        Value::Bool(false) => {
            let problem = node.problem("the schema `false` allows no value", "remove it");
            node.tolerate(problem, AS_ANY)?;
            return Ok((Form::Any, true));
        }
        _ => keywords::expect(node)?,
    }
    if let Some(condition) = keywords::CONDITIONS.iter().find_map(|key| node.get(key)) {
        let problem = condition.problem("a schema with conditions is not supported", "");
        node.tolerate(problem, AS_ANY)?;
        return Ok((Form::Any, true));
    }
    let nullable = node.flag("nullable")?;

    if node.get("$ref").is_some() {
        if keywords::STRUCTURE.iter().any(|key| node.get(key).is_some())
            && let Err(problem) = only_annotations_alongside(node, "$ref")
        {
            node.pass_over(problem, "both apply")?;
            let (form, null) = all_of(node)?;
            return Ok((form, null || nullable));
        }
        only_annotations_alongside(node, "$ref").or_else(|problem| {
            node.pass_over(problem.about(Topic::Constraints), "values are not validated against it")
        })?;
        return Ok((Form::Same(node.clone()), nullable));
    }
    if node.get("oneOf").is_some() || node.get("anyOf").is_some() {
        let (form, null) = one_of::unions(node, all_of::lists(node)?)?;
        return Ok((form, null || nullable));
    }
    if node.get("allOf").is_some() {
        let (form, null) = all_of(node)?;
        return Ok((as_base(node, form), null || nullable));
    }

    let (names, null) = type_keyword::types(node)?;
    let form = match names.as_slice() {
        [] => type_keyword::untyped(node)?,
        [name] => type_keyword::typed(node, name)?,
        several => type_keyword::one_of_types(node, several),
    };
    let null_listed = node.items_of("enum")?.iter().any(|value| value.value().is_null());
    Ok((as_base(node, form), null || nullable || null_listed))
}

fn as_base<'d>(node: &Node<'d>, form: Form<'d>) -> Form<'d> {
    match form {
        Form::Declared(Declared::Struct(parts)) if node.get("discriminator").is_some() => {
            Form::Declared(Declared::Base(node.clone(), parts))
        }
        form => form,
    }
}

/// Returns the form of an alternative, and whether the alternative itself allows null.
pub(super) fn member<'d>(member: &Member<'d>) -> Result<(Form<'d>, bool), Problem> {
    match (&member.base, member.only) {
        (Some(base), _) => Ok((all_of::with_base(base, &member.node)?, false)),
        (None, Some(name)) => Ok((type_keyword::typed(&member.node, name)?, false)),
        (None, None) => classify(&member.node),
    }
}

/// Returns the form of a schema with `allOf`: another schema, one object with all properties, or alternatives of such
/// objects. Null may be one of these.
fn all_of<'d>(node: &Node<'d>) -> Result<(Form<'d>, bool), Problem> {
    let members = node.items_of("allOf")?;
    if let [only] = members.as_slice()
        && only_annotations_alongside(node, "allOf").is_ok()
    {
        return Ok((Form::Same(only.clone()), false));
    }
    if node.is_lenient()
        && let Some(only) = only_relevant_member(node, &members)
    {
        return Ok((Form::Same(only), false));
    }
    let lists = all_of::lists(node)?;
    if lists.is_empty() { Ok((all_of::without_unions(node)?, false)) } else { one_of::unions(node, lists) }
}

/// Returns the only member of `allOf` with more than annotations and constraints.
fn only_relevant_member<'d>(node: &Node<'d>, members: &[Node<'d>]) -> Option<Node<'d>> {
    let is_relevant = |node: &Node<'d>| {
        let entries = node.entries().unwrap_or_default();
        entries.iter().any(|(key, _)| !keywords::is_neutral_in_all_of(key)) || node.get("allOf").is_some()
    };
    if node.entries().ok()?.iter().any(|(key, _)| !keywords::is_neutral_in_all_of(key)) {
        return None;
    }
    let mut relevant = members.iter().filter(|member| is_relevant(member));
    match (relevant.next(), relevant.next()) {
        (Some(one), None) => Some(one.clone()),
        (Some(_), Some(_)) => None,
        // Only a type and constraints.
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
