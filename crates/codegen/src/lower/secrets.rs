//! Places where a secret cannot be kept.

use crate::document::Document;
use crate::model::{Body, Content, Operation, Shape, Type, TypeDef, Types};
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
        if let Some(Body { content: Content::Json(ty) | Content::Form(ty), .. }) = &operation.body
            && *ty.core() == Type::Secret
        {
            refuse(format!("the body of {}", operation.id));
        }
    }
}

/// Makes text of the secrets that the generated code could not write.
pub(super) fn loosen(document: &Document, types: &mut Types, operations: &mut [Operation]) {
    let root = document.root();
    let note = |place: &str| {
        root.note(
            format!("{place} is a secret in a form that cannot be written into a request"),
            "it is text",
        );
    };
    for id in types.ids() {
        if !types[id].in_request {
            continue;
        }
        let name = types[id].name.clone();
        let parts: Vec<&mut Type> = match &mut types[id].shape {
            Shape::Struct(object) => {
                let fields = object.fields.iter_mut().map(|field| &mut field.ty);
                let fields = fields.filter(|ty| **ty != Type::Secret);
                fields.chain(object.rest.iter_mut().map(|rest| &mut rest.ty)).collect()
            }
            Shape::Enum(_) => Vec::new(),
            Shape::Alias(ty) => vec![ty],
            Shape::Union(union) => union
                .variants
                .iter_mut()
                .map(|variant| &mut variant.ty)
                .filter(|ty| **ty != Type::Secret)
                .collect(),
        };
        for ty in parts {
            if loosen_type(ty) {
                note(&name);
            }
        }
    }
    for operation in operations {
        if let Some(Body { content: Content::Json(ty) | Content::Form(ty), .. }) = &mut operation.body
            && loosen_type(ty)
        {
            note(&format!("the body of {}", operation.id));
        }
    }
}

pub(super) fn loosen_type(ty: &mut Type) -> bool {
    match ty {
        Type::Secret => {
            *ty = Type::String;
            true
        }
        Type::Nullable(inner) | Type::List(inner) | Type::Map(inner) => loosen_type(inner),
        Type::Tuple(items) => items.iter_mut().filter_map(|item| loosen_type(item).then_some(())).count() > 0,
        _ => false,
    }
}

/// The parts of a type that are written by something else than their own field.
fn wrapped(definition: &TypeDef) -> Vec<(String, &Type)> {
    let name = &definition.name;
    match &definition.shape {
        Shape::Struct(object) => {
            let fields = object.fields.iter().filter(|field| field.ty != Type::Secret);
            let fields = fields.map(|field| (format!("{name}.{}", field.wire), &field.ty));
            fields.chain(object.rest.iter().map(|rest| (format!("{name}.*"), &rest.ty))).collect()
        }
        Shape::Enum(_) => Vec::new(),
        Shape::Alias(ty) => vec![(name.clone(), ty)],
        Shape::Union(union) => union
            .variants
            .iter()
            .filter(|variant| variant.ty != Type::Secret)
            .map(|variant| (format!("{name}::{}", variant.name), &variant.ty))
            .collect(),
    }
}
