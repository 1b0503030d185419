//! Places where a secret cannot be kept.

use crate::document::Document;
use crate::model::{Operation, Presence, Shape, Type, TypeDef, Types};
use crate::problem::Problem;

/// Makes sure that the generated code can write every secret that a request may hold: a secret is written only by a
/// field or variant that says so.
pub(super) fn check(
    document: &Document,
    types: &Types,
    operations: &[Operation],
    problems: &mut Vec<Problem>,
) {
    let mut refuse = |place: String| {
        problems.push(document.root().problem(
            format!("{place} is a secret in a form that cannot be written into a request"),
            "make it a required or an optional property of its own",
        ));
    };
    for definition in types.in_order().filter(|definition| definition.in_request && definition.has_secret) {
        for (place, ty) in wrapped(definition) {
            if *ty.core() == Type::Secret {
                refuse(place);
            }
        }
    }
    for operation in operations {
        if operation.body.as_ref().is_some_and(|body| *body.ty.core() == Type::Secret) {
            refuse(format!("the body of {}", operation.id));
        }
    }
}

/// The parts of a type that are written by something else than their own field.
fn wrapped(definition: &TypeDef) -> Vec<(String, &Type)> {
    let name = &definition.name;
    match &definition.shape {
        Shape::Struct(object) => {
            let fields = object
                .fields
                .iter()
                .filter(|field| field.ty != Type::Secret || field.presence == Presence::OptionalNullable);
            let fields = fields.map(|field| (format!("{name}.{}", field.wire), &field.ty));
            fields.chain(object.rest.iter().map(|rest| (format!("{name}.*"), &rest.ty))).collect()
        }
        Shape::Enum(_) => Vec::new(),
        Shape::Union(union) => union
            .variants
            .iter()
            .filter(|variant| variant.ty != Type::Secret)
            .map(|variant| (format!("{name}::{}", variant.name), &variant.ty))
            .collect(),
    }
}
