//! JSON merge patches, in which null removes a member.

use std::collections::HashSet;

use crate::document::Node;
use crate::model::{Content, Operation, Presence, Shape, Type, TypeId, Types};
use crate::problem::Topic;

/// Makes optional fields of merge patches nullable, unless a response has the type too.
pub(super) fn accept_null(root: &Node<'_>, types: &mut Types, operations: &[Operation]) {
    for operation in operations {
        let Some(body) = &operation.body else { continue };
        let Content::Json(ty) = &body.content else { continue };
        if body.media_type.as_deref() != Some("application/merge-patch+json") {
            continue;
        }
        let patched = patched(types, ty);
        if patched.iter().any(|id| types[*id].in_response) {
            root.note(
                Topic::Bodies,
                format!("responses have types of the merge patch `{}`", operation.id),
                "their optional fields cannot be null",
            );
        }
        for id in patched {
            let definition = &mut types[id];
            if let (Shape::Struct(object), false) = (&mut definition.shape, definition.in_response) {
                let optional = object.fields.iter_mut().filter(|field| field.presence == Presence::Optional);
                optional.for_each(|field| field.presence = Presence::OptionalNullable);
            }
        }
    }
}

/// Returns the types whose members a patch can remove. A patch replaces arrays as a whole.
fn patched(types: &Types, patch: &Type) -> HashSet<TypeId> {
    let mut found = HashSet::new();
    let mut ahead = vec![patch];
    while let Some(ty) = ahead.pop() {
        match ty {
            Type::Named(id) if found.insert(*id) => {
                ahead.extend(types[*id].shape.parts().into_iter().map(|(part, _)| part));
            }
            Type::Nullable(inner) | Type::Map(inner) => ahead.push(inner),
            _ => {}
        }
    }
    found
}
