//! Types with secrets.

use crate::document::Node;
use crate::model::{Body, Content, Operation, Shape, Type, Types, XmlBody};
use crate::problem::{Problem, Topic};

pub(super) fn mark_secrets(types: &mut Types) {
    let with_secrets = types.containing(Type::contains_secret);
    for id in types.ids() {
        types[id].has_secret = with_secrets.contains(&id);
    }
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
            match root.pass_over(problem.about(Topic::Secrets), "treated as a string") {
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
        if let Some(Body { content, .. }) = &mut operation.body
            && let Content::Json(ty)
            | Content::JsonLines(ty)
            | Content::Form(ty)
            | Content::Xml(XmlBody { ty, .. }) = content
        {
            restrict(format!("the body of {}", operation.id), ty);
        }
    }
}
