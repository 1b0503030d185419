//! Types with secrets.

use crate::document::Node;
use crate::model::{Body, Content, Operation, Shape, Type, Types};
use crate::problem::Problem;

pub(super) fn mark_secrets(types: &mut Types) {
    for id in types.ids() {
        types[id].has_secret = false;
    }
    loop {
        let found: Vec<_> = types
            .ids()
            .filter(|id| !types[*id].has_secret)
            .filter(|id| types[*id].shape.parts().iter().any(|(ty, _)| has_secret(types, ty)))
            .collect();
        if found.is_empty() {
            return;
        }
        for id in found {
            types[id].has_secret = true;
        }
    }
}

/// Returns whether a type contains a secret, according to the marks so far.
fn has_secret(types: &Types, ty: &Type) -> bool {
    *ty.innermost() == Type::Secret || ty.names().iter().any(|id| types[*id].has_secret)
}

/// Restricts secrets in requests to fields and variants, because only these can be serialized.
pub(super) fn restrict(
    root: &Node<'_>,
    types: &mut Types,
    operations: &mut [Operation],
    problems: &mut Vec<Problem>,
) {
    let mut restrict = |location: String, ty: &mut Type| {
        let mut exposed = ty.clone();
        if exposed.expose_secrets() {
            let message = format!("{location} is a secret in a form that cannot be sent");
            let problem = root.problem(message, "describe it as a required or optional property");
            match root.pass_over(problem, "treated as a string") {
                Ok(()) => *ty = exposed,
                Err(problem) => problems.push(problem),
            }
        }
    };
    for id in types.ids().filter(|id| types[*id].in_request).collect::<Vec<_>>() {
        let name = types[id].name.clone();
        match &mut types[id].shape {
            Shape::Struct(object) => {
                for field in object.fields.iter_mut().filter(|field| field.ty != Type::Secret) {
                    restrict(format!("{name}.{}", field.wire), &mut field.ty);
                }
                if let Some(additional) = &mut object.additional {
                    restrict(format!("{name}.*"), &mut additional.ty);
                }
            }
            Shape::Alias(ty) => restrict(name, ty),
            Shape::Union(union) => {
                for variant in union.variants.iter_mut().filter(|variant| variant.ty != Type::Secret) {
                    restrict(format!("{name}::{}", variant.name), &mut variant.ty);
                }
            }
            Shape::Enum(_) => {}
        }
    }
    for operation in operations {
        if let Some(Body { content: Content::Json(ty) | Content::Form(ty), .. }) = &mut operation.body {
            restrict(format!("the body of {}", operation.id), ty);
        }
    }
}
