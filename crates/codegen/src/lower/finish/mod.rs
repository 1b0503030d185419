//! Properties of types that depend on the whole document.

mod directions;
mod recursion;
mod secrets;

use crate::document::Node;
use crate::model::{Operation, Shape, Success, Type, Types};
use crate::problem::Problem;

pub(super) fn finish(
    root: &Node<'_>,
    types: &mut Types,
    operations: &mut [Operation],
    problems: &mut Vec<Problem>,
) {
    recursion::box_recursion(types);
    directions::mark_directions(types, operations);
    directions::apply_directions(types);
    directions::keep_unparsed(types);
    for operation in operations.iter_mut() {
        operation.list = match &operation.success {
            Success::Json(ty) | Success::Optional(ty) => is_collection(types, ty),
            Success::ByStatus(by_status) => {
                let bodies = by_status.responses.iter().flat_map(|response| &response.bodies);
                bodies.filter_map(|body| body.json.as_ref()).any(|ty| is_collection(types, ty))
            }
            Success::Empty | Success::Raw => false,
        };
    }
    secrets::restrict(root, types, operations, problems);
    secrets::mark_secrets(types);
}

/// Returns whether a type is a list, or an object with a list of objects.
fn is_collection(types: &Types, ty: &Type) -> bool {
    let holds_objects = |ty: &Type| match ty {
        Type::List(item) => match item.innermost() {
            Type::Named(id) => !matches!(types[*id].shape, Shape::Enum(_)),
            core => matches!(core, Type::Any | Type::Unparsed),
        },
        _ => false,
    };
    match ty {
        Type::List(_) => true,
        Type::Named(id) => match &types[*id].shape {
            Shape::Struct(object) => object.fields.iter().any(|field| holds_objects(&field.ty)),
            Shape::Union(union) => union.variants.iter().any(|variant| match &variant.ty {
                Type::Named(id) if matches!(types[*id].shape, Shape::Union(_)) => false,
                ty => is_collection(types, ty),
            }),
            Shape::Enum(_) | Shape::Alias(_) => false,
        },
        _ => false,
    }
}
