//! Properties of types that depend on the whole document.

mod directions;
mod merge_patch;
mod recursion;
mod secrets;
mod xml;

use crate::document::Node;
use crate::model::{Operation, Shape, Success, Type, Types, Xml, XmlBody};
use crate::problem::Problem;

pub(super) fn finish(
    root: &Node<'_>,
    types: &mut Types,
    xml: &mut Xml,
    operations: &mut [Operation],
    problems: &mut Vec<Problem>,
) {
    recursion::box_recursion(types);
    directions::mark_directions(types, operations);
    directions::apply_directions(types);
    merge_patch::accept_null(root, types, operations);
    directions::keep_unparsed(types);
    for operation in operations.iter_mut() {
        operation.list = match &operation.success {
            Success::Json(ty)
            | Success::Optional(ty)
            | Success::Xml(XmlBody { ty, .. })
            | Success::OptionalXml(XmlBody { ty, .. }) => is_collection(types, ty),
            Success::ByStatus(by_status) => {
                let bodies = by_status.responses.iter().flat_map(|response| &response.bodies);
                bodies.filter_map(|body| body.format.ty()).any(|ty| is_collection(types, ty))
            }
            Success::Empty | Success::Raw | Success::Stream(_) => false,
        };
    }
    secrets::restrict(root, types, operations, problems);
    secrets::mark_secrets(types);
    for id in types.ids() {
        let definition = &mut types[id];
        definition.serialize = definition.in_request;
        definition.deserialize = definition.in_response;
    }
    xml::retain_used(xml, operations);
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
