//! The directions of types: requests, responses or both.

use std::collections::HashSet;

use crate::model::{Content, Direction, Operation, SelectedBy, Shape, Success, Type, TypeId, Types, XmlBody};

pub(super) fn mark_directions(types: &mut Types, operations: &[Operation]) {
    let mut requests = Vec::new();
    let mut responses = Vec::new();
    let mut parameters = Vec::new();
    for operation in operations {
        match operation.body.as_ref().map(|body| &body.content) {
            Some(
                Content::Json(ty)
                | Content::JsonLines(ty)
                | Content::Form(ty)
                | Content::Xml(XmlBody { ty, .. }),
            ) => {
                requests.push(ty.clone());
            }
            Some(Content::Multipart(id)) => requests.push(Type::Named(*id)),
            Some(Content::AnyMultipart | Content::Bytes | Content::Text) | None => {}
        }
        let options = operation.options.iter().flat_map(|options| &options.fields);
        for parameter in operation.arguments.iter().chain(options) {
            // Everything but a scalar is serialized.
            let list = if parameter.style.is_some() { &mut requests } else { &mut parameters };
            list.push(parameter.ty.clone());
        }
        let mut enums: Vec<_> = operation.error.iter().collect();
        match &operation.success {
            Success::Json(ty)
            | Success::Optional(ty)
            | Success::Xml(XmlBody { ty, .. })
            | Success::OptionalXml(XmlBody { ty, .. }) => responses.push(ty),
            Success::ByStatus(success) => enums.push(success),
            Success::Empty | Success::Raw | Success::Stream(_) => {}
        }
        responses.extend(operation.streams().flat_map(|(_, stream)| stream.items.types()));
        let by_status = enums.into_iter().flat_map(|by_status| &by_status.responses);
        responses.extend(by_status.flat_map(|response| &response.bodies).filter_map(|body| body.format.ty()));
    }
    let in_request = within(types, requests.iter());
    let in_response = within(types, responses.into_iter());
    let in_parameter = within(types, parameters.iter());
    for id in types.ids() {
        types[id].in_request = in_request.contains(&id);
        types[id].in_response = in_response.contains(&id);
    }
    let is_used =
        |id: &TypeId| in_request.contains(id) || in_response.contains(id) || in_parameter.contains(id);
    for id in types.ids().filter(|id| !is_used(id)).collect::<Vec<_>>() {
        // An unused type gets the directions of its parts, or that of responses.
        let parts = within(types, [Type::Named(id)].iter());
        let used: Vec<_> = parts.iter().filter(|id| is_used(id)).collect();
        let is_written = used.iter().all(|id| in_request.contains(id));
        let is_read = used.iter().all(|id| in_response.contains(id));
        types[id].in_request |= is_written;
        types[id].in_response |= is_read || !is_written;
        if !is_written && !is_read {
            parts.into_iter().for_each(|id| types[id].in_response = true);
        }
    }
}

/// Keeps the text of any JSON value in types of responses: most callers do not read it.
///
/// Serde decodes the variants of an untagged union, and undeclared properties, from a buffer without the text.
pub(super) fn keep_unparsed(types: &mut Types) {
    let buffered = types.ids().flat_map(|id| match &types[id].shape {
        Shape::Struct(object) => object.additional.iter().map(|additional| &additional.ty).collect(),
        Shape::Union(union) if union.selected_by != SelectedBy::JsonType => {
            union.variants.iter().map(|variant| &variant.ty).collect()
        }
        Shape::Union(_) | Shape::Enum(_) | Shape::Alias(_) => Vec::new(),
    });
    let buffered = within(types, buffered);
    for id in types.ids().filter(|id| !buffered.contains(id)) {
        let definition = &mut types[id];
        if let (Shape::Struct(object), false) = (&mut definition.shape, definition.in_request) {
            object.fields.iter_mut().for_each(|field| unparsed(&mut field.ty));
        }
    }
}

fn unparsed(ty: &mut Type) {
    match ty {
        Type::Any => *ty = Type::Unparsed,
        Type::Nullable(inner) | Type::List(inner) => unparsed(inner),
        _ => {}
    }
}

/// Adapts fields with a direction to the directions of their types.
pub(super) fn apply_directions(types: &mut Types) {
    for id in types.ids() {
        let (in_request, in_response) = (types[id].in_request, types[id].in_response);
        let Shape::Struct(object) = &mut types[id].shape else { continue };
        object.fields.retain(|field| match field.direction {
            Direction::Both => true,
            Direction::Read => in_response,
            Direction::Write => in_request,
        });
        for field in &mut object.fields {
            if !(in_request && in_response) {
                field.direction = Direction::Both;
            } else if field.direction != Direction::Both {
                // The field is absent in the other direction.
                field.presence = field.presence.optional();
            }
        }
    }
}

/// Returns the types in `roots` and all types that they contain.
fn within<'a>(types: &Types, roots: impl Iterator<Item = &'a Type>) -> HashSet<TypeId> {
    let mut seen = HashSet::new();
    let mut ahead: Vec<_> = roots.flat_map(Type::names).collect();
    while let Some(id) = ahead.pop() {
        if seen.insert(id) {
            ahead.extend(types[id].shape.parts().into_iter().flat_map(|(ty, _)| ty.names()));
        }
    }
    seen
}
