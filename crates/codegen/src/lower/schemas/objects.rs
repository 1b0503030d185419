//! Objects to structs.

use std::collections::{HashMap, HashSet};

use api_keys_runtime::looks_secret;

use super::builder::{Schemas, Usage};
use super::{all_of, type_keyword};
use crate::document::Node;
use crate::lower::descriptions;
use crate::lower::names::{self, Scope};
use crate::model::{Additional, Direction, Docs, Field, Presence, Struct, Type};
use crate::problem::{AS_ANY, Problem, Topic};

impl<'d> Schemas<'d> {
    /// Lowers the parts of an object: one, or several with `allOf`.
    pub(super) fn structure(&mut self, parts: &[Node<'d>], name: &str) -> Result<Struct, Problem> {
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
                    // Lowered with the first part.
                    continue;
                }
                let field = self.field(parts, key, &node, is_required.contains(key), name)?;
                let Some(index) = known else {
                    known_fields.insert(key, fields.len());
                    fields.push(Field { name: scope.claim([field.name.as_str()]), ..field });
                    continue;
                };
                let known = &mut fields[index];
                if known.ty != field.ty || known.presence != field.presence {
                    merge(self, known, field, &node)?;
                }
            }
        }
        for (key, item) in &required {
            if !known_fields.contains_key(key) {
                known_fields.insert(key, fields.len());
                let problem =
                    item.problem(format!("`{key}` is required but not described"), "add it to `properties`");
                item.pass_over(problem, AS_ANY)?;
                let presence = Presence::Required;
                let name = scope.claim([names::snake_name(key).as_str()]);
                let (ty, direction, docs) = (Type::Any, Direction::Both, Docs::default());
                let wire = (*key).to_owned();
                fields.push(Field {
                    name,
                    wire,
                    docs,
                    ty,
                    presence,
                    direction,
                    is_discriminator: false,
                    boxed: false,
                });
            }
        }

        for part in parts {
            let Some(discriminator) = part.get("discriminator") else { continue };
            let name = discriminator.text_of("propertyName")?;
            for field in fields.iter_mut().filter(|field| Some(field.wire.as_str()) == name) {
                field.is_discriminator = true;
            }
        }

        let mut additional = None;
        for part in parts {
            let Some(node) = type_keyword::additional(part)? else { continue };
            let ty = self.usage(&node, &format!("{name}Value"))?.into_type();
            let name = scope.claim(["additional_properties"]);
            let text = "Properties that the document does not declare.".to_owned();
            additional = Some(Additional { name, docs: Docs { text, notes: Vec::new() }, ty });
            break;
        }
        // Members of the discriminator have more properties.
        if additional.is_none() && parts.last().is_some_and(|part| part.get("discriminator").is_some()) {
            let name = scope.claim(["additional_properties"]);
            let text = "Properties of derived objects.".to_owned();
            additional = Some(Additional { name, docs: Docs { text, notes: Vec::new() }, ty: Type::Any });
        }
        Ok(Struct { fields, additional })
    }

    fn field(
        &mut self,
        parts: &[Node<'d>],
        key: &'d str,
        node: &Node<'d>,
        required: bool,
        parent: &str,
    ) -> Result<Field, Problem> {
        let direction = direction(node)?;
        let chosen = names::chosen(node, key)?;
        let proposed = format!("{parent}{}", names::type_name(chosen));
        let usage = match all_of::in_all(parts, key) {
            Some(form) => Usage { ty: self.ty(form, node, &proposed)?, nullable: false },
            None => self.usage(node, &proposed)?,
        };
        let Usage { mut ty, nullable } = usage;
        if let Err(problem) = expect_marked_secret(key, node, &ty) {
            let instead = if ty == Type::String { "treated as a secret" } else { "not treated as a secret" };
            node.pass_over(problem.about(Topic::Secrets), instead)?;
            if ty == Type::String {
                ty = Type::Secret;
            }
        }
        let presence = presence(required, nullable, &ty);
        Ok(Field {
            name: names::snake_name(chosen),
            wire: key.to_owned(),
            docs: descriptions::docs(node)?,
            ty,
            presence,
            direction,
            is_discriminator: false,
            boxed: false,
        })
    }
}

/// Merges a field that two parts of `allOf` describe.
fn merge(schemas: &Schemas<'_>, known: &mut Field, other: Field, node: &Node<'_>) -> Result<(), Problem> {
    let problem = node.problem(
        format!("`{}` has another type in another part of `allOf`", known.wire),
        "describe it in one part, or equally in all",
    );
    match narrower(schemas, &known.ty, &other.ty) {
        Some(ty) => {
            node.pass_over(problem, "the narrower type is used")?;
            known.ty = ty;
        }
        None => {
            node.tolerate(problem, AS_ANY)?;
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

/// Returns the type whose values are all values of the other type too.
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
        // Enums are open; the later one is more specific.
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
        // `Any` includes null.
        (true, true) if *ty == Type::Any => Presence::Required,
        (true, true) => Presence::RequiredNullable,
        (true, false) => Presence::Required,
        (false, true) => Presence::OptionalNullable,
        (false, false) => Presence::Optional,
    }
}

fn direction(node: &Node<'_>) -> Result<Direction, Problem> {
    let target = node.resolve_if_any()?;
    if node.flag("readOnly")? || target.flag("readOnly")? {
        if !node.is_lenient() {
            return Err(
                node.problem("`readOnly` is not supported", "describe requests and responses as two schemas")
            );
        }
        return Ok(Direction::Read);
    }
    let is_written = node.is_lenient() && (node.flag("writeOnly")? || target.flag("writeOnly")?);
    Ok(if is_written { Direction::Write } else { Direction::Both })
}

/// Fails if a string with the name of a secret is not marked: unmarked secrets end up in logs.
pub(crate) fn expect_marked_secret(name: &str, node: &Node<'_>, ty: &Type) -> Result<(), Problem> {
    let is_text = match ty {
        Type::List(item) => **item == Type::String,
        other => *other == Type::String,
    };
    if !is_text
        || !looks_secret(name)
        || node.flag("x-not-secret")?
        || node.resolve_if_any()?.flag("x-not-secret")?
    {
        return Ok(());
    }
    Err(node.problem(
        format!("`{name}` looks like a secret but is not marked"),
        "add `\"format\": \"password\"` if it is one, or `\"x-not-secret\": true` if it is not",
    ))
}
