//! Objects to structs.

use serde_json::Value;

use super::names::{self, Scope};
use super::notes;
use super::schemas::{Schemas, Usage};
use crate::document::Node;
use crate::model::{Docs, Field, Presence, Rest, Struct, Type};
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

    let mut fields: Vec<Field> = Vec::new();
    let mut scope = Scope::default();
    for part in parts {
        for (key, node) in part.entries_of("properties")? {
            let is_required = required.iter().any(|(name, _)| *name == key);
            let field = field(schemas, key, &node, is_required, name)?;
            match fields.iter().find(|field| field.wire == key) {
                None => fields.push(Field { name: scope.claim([field.name.as_str()]), ..field }),
                Some(known) if known.ty == field.ty && known.presence == field.presence => {}
                Some(_) => {
                    return Err(node.problem(
                        format!("`{key}` has another type in another part of `allOf`"),
                        "describe it the same way in all parts, or in one only",
                    ));
                }
            }
        }
    }
    for (key, item) in &required {
        if !fields.iter().any(|field| field.wire == *key) {
            return Err(
                item.problem(format!("`{key}` is required and not described"), "add it to `properties`")
            );
        }
    }

    let mut rest = None;
    for part in parts {
        let Some(node) = part.get("additionalProperties").filter(|node| node.value() != &Value::Bool(false))
        else {
            continue;
        };
        let ty = schemas.usage(&node, &format!("{name}Value"))?.into_type();
        let name = scope.claim(["additional_properties"]);
        let text = "The fields that the document does not name.".to_owned();
        rest = Some(Rest { name, docs: Docs { text, notes: Vec::new() }, ty });
        break;
    }
    Ok(Struct { fields, rest })
}

fn field<'d>(
    schemas: &mut Schemas<'d>,
    key: &str,
    node: &Node<'d>,
    required: bool,
    parent: &str,
) -> Result<Field, Problem> {
    if node.flag("readOnly")? {
        return Err(
            node.problem("`readOnly` is not supported", "describe requests and answers as two schemas")
        );
    }
    let usage = schemas.usage(node, &format!("{parent}{}", names::type_name(key)))?;
    refuse_unmarked_secret(key, node, &usage.ty)?;
    let Usage { ty, nullable } = usage;
    let presence = match (required, nullable) {
        // `Any` has a null of its own.
        (true, true) if ty == Type::Any => Presence::Required,
        (true, true) => Presence::RequiredNullable,
        (true, false) => Presence::Required,
        (false, true) => Presence::OptionalNullable,
        (false, false) => Presence::Optional,
    };
    Ok(Field {
        name: names::snake_name(key),
        wire: key.to_owned(),
        docs: notes::docs(node)?,
        ty,
        presence,
        boxed: false,
    })
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
        || node.resolve()?.flag("x-not-secret")?
    {
        return Ok(());
    }
    Err(node.problem(
        format!("`{name}` sounds like a secret and is not marked as one"),
        "write `\"format\": \"password\"` if it is, or `\"x-not-secret\": true` if it is not",
    ))
}
