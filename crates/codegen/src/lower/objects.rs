//! Objects to structs.

use std::collections::{HashMap, HashSet};

use super::all_of;
use super::form;
use super::names::{self, Scope};
use super::notes;
use super::schemas::{Schemas, Usage};
use crate::document::Node;
use crate::model::{Direction, Docs, Field, Presence, Rest, Struct, Type};
use crate::problem::Problem;

/// One struct from the parts of an object: usually one, several for `allOf`.
pub(super) fn lower<'d>(
    schemas: &mut Schemas<'d>,
    parts: &[Node<'d>],
    name: &str,
) -> Result<Struct, Problem> {
    let mut required = Vec::new();
    for part in parts {
        for item in part.items_of("required")? {
            required.push((item.text()?, item));
        }
    }

    let is_required: HashSet<&str> = required.iter().map(|(name, _)| *name).collect();
    let mut fields: Vec<Field> = Vec::new();
    let mut known_fields: HashMap<&str, usize> = HashMap::new();
    let mut scope = Scope::default();
    for part in parts {
        for (key, node) in part.entries_of("properties")? {
            let known = known_fields.get(key).copied();
            if known.is_some() && all_of::in_all(parts, key).is_some() {
                // It was lowered with the first one.
                continue;
            }
            let field = field(schemas, parts, key, &node, is_required.contains(key), name)?;
            let Some(index) = known else {
                known_fields.insert(key, fields.len());
                fields.push(Field { name: scope.claim([field.name.as_str()]), ..field });
                continue;
            };
            let known = &mut fields[index];
            if known.ty != field.ty || known.presence != field.presence {
                both(schemas, known, field, &node)?;
            }
        }
    }
    for (key, item) in &required {
        if !known_fields.contains_key(key) {
            known_fields.insert(key, fields.len());
            let problem =
                item.problem(format!("`{key}` is required and not described"), "add it to `properties`");
            item.pass_over(problem, "it is taken as any JSON value")?;
            let presence = Presence::Required;
            let name = scope.claim([names::snake_name(key).as_str()]);
            let (ty, direction, docs) = (Type::Any, Direction::Both, Docs::default());
            let wire = (*key).to_owned();
            fields.push(Field { name, wire, docs, ty, presence, direction, boxed: false });
        }
    }

    let mut rest = None;
    for part in parts {
        let Some(node) = form::rest(part)? else { continue };
        let ty = schemas.usage(&node, &format!("{name}Value"))?.into_type();
        let name = scope.claim(["additional_properties"]);
        let text = "The fields that the document does not name.".to_owned();
        rest = Some(Rest { name, docs: Docs { text, notes: Vec::new() }, ty });
        break;
    }
    // Those that a discriminator names have properties of their own.
    if rest.is_none() && parts.last().is_some_and(|part| part.get("discriminator").is_some()) {
        let name = scope.claim(["additional_properties"]);
        let text = "The fields of more special objects.".to_owned();
        rest = Some(Rest { name, docs: Docs { text, notes: Vec::new() }, ty: Type::Any });
    }
    Ok(Struct { fields, rest })
}

/// A field that two parts of `allOf` describe: what fits both.
fn both(schemas: &Schemas<'_>, known: &mut Field, other: Field, node: &Node<'_>) -> Result<(), Problem> {
    let problem = node.problem(
        format!("`{}` has another type in another part of `allOf`", known.wire),
        "describe it the same way in all parts, or in one only",
    );
    match narrower(schemas, &known.ty, &other.ty) {
        Some(ty) => {
            node.pass_over(problem, "the narrower one counts")?;
            known.ty = ty;
        }
        None => {
            node.tolerate(problem, "it is taken as any JSON value")?;
            known.ty = Type::Any;
        }
    }
    let is_required = |presence| matches!(presence, Presence::Required | Presence::RequiredNullable);
    let is_nullable = |presence| matches!(presence, Presence::RequiredNullable | Presence::OptionalNullable);
    known.presence = presence(
        is_required(known.presence) || is_required(other.presence),
        is_nullable(known.presence) && is_nullable(other.presence),
        &known.ty,
    );
    Ok(())
}

/// The one of two types whose values are all of the other type too.
fn narrower(schemas: &Schemas<'_>, one: &Type, other: &Type) -> Option<Type> {
    let is_enum = |ty: &Type| matches!(ty, Type::Named(id) if schemas.is_enum(*id));
    let is_object = |ty: &Type| matches!(ty, Type::Map(_) | Type::Named(_)) && !is_enum(ty);
    let includes = |wide: &Type, narrow: &Type| match wide {
        Type::Any => true,
        Type::String => *narrow == Type::DateTime || is_enum(narrow),
        Type::Number => matches!(narrow, Type::Int32 | Type::Int64 | Type::UInt64),
        Type::Int64 => *narrow == Type::Int32,
        Type::Map(values) => **values == Type::Any && is_object(narrow),
        _ => false,
    };
    match (one, other) {
        (one, other) if one == other || includes(other, one) => Some(one.clone()),
        (one, other) if includes(one, other) => Some(other.clone()),
        // Lists of words are open, and the later one is the more special one.
        (one, other) if is_enum(one) && is_enum(other) => Some(other.clone()),
        (Type::Nullable(one), Type::Nullable(other)) => {
            Some(Type::Nullable(Box::new(narrower(schemas, one, other)?)))
        }
        (Type::Nullable(one), other) | (other, Type::Nullable(one)) => narrower(schemas, one, other),
        (Type::List(one), Type::List(other)) => Some(Type::List(Box::new(narrower(schemas, one, other)?))),
        _ => None,
    }
}

fn presence(required: bool, nullable: bool, ty: &Type) -> Presence {
    match (required, nullable) {
        // `Any` has a null of its own.
        (true, true) if *ty == Type::Any => Presence::Required,
        (true, true) => Presence::RequiredNullable,
        (true, false) => Presence::Required,
        (false, true) => Presence::OptionalNullable,
        (false, false) => Presence::Optional,
    }
}

fn field<'d>(
    schemas: &mut Schemas<'d>,
    parts: &[Node<'d>],
    key: &str,
    node: &Node<'d>,
    required: bool,
    parent: &str,
) -> Result<Field, Problem> {
    let direction = direction(node)?;
    let proposed = format!("{parent}{}", names::type_name(key));
    let usage = match all_of::in_all(parts, key) {
        Some(form) => Usage { ty: schemas.ty(form, node, &proposed)?, nullable: false },
        None => schemas.usage(node, &proposed)?,
    };
    let Usage { mut ty, nullable } = usage;
    if let Err(problem) = refuse_unmarked_secret(key, node, &ty) {
        node.pass_over(
            problem,
            if ty == Type::String { "it is taken as one" } else { "it is not taken as one" },
        )?;
        if ty == Type::String {
            ty = Type::Secret;
        }
    }
    let presence = presence(required, nullable, &ty);
    Ok(Field {
        name: names::snake_name(key),
        wire: key.to_owned(),
        docs: notes::docs(node)?,
        ty,
        presence,
        direction,
        boxed: false,
    })
}

/// Which way a property goes.
fn direction(node: &Node<'_>) -> Result<Direction, Problem> {
    let target = node.resolve_if_any()?;
    if node.flag("readOnly")? || target.flag("readOnly")? {
        if !node.is_lenient() {
            return Err(node.problem("`readOnly`", "describe requests and answers as two schemas"));
        }
        return Ok(Direction::Read);
    }
    let is_written = node.is_lenient() && (node.flag("writeOnly")? || target.flag("writeOnly")?);
    Ok(if is_written { Direction::Write } else { Direction::Both })
}

/// Text whose name says that it is a secret must be declared one way or the other, or it ends up in a log one day.
pub(super) fn refuse_unmarked_secret(name: &str, node: &Node<'_>, ty: &Type) -> Result<(), Problem> {
    let is_text = match ty {
        Type::List(item) => **item == Type::String,
        other => *other == Type::String,
    };
    if !is_text
        || !names::sounds_secret(name)
        || node.flag("x-not-secret")?
        || node.resolve_if_any()?.flag("x-not-secret")?
    {
        return Ok(());
    }
    Err(node.problem(
        format!("`{name}` sounds like a secret and is not marked as one"),
        "write `\"format\": \"password\"` if it is, or `\"x-not-secret\": true` if it is not",
    ))
}
