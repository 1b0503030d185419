//! What can be known of the types only once all of them are there.

use std::collections::HashSet;

use crate::model::{Content, Direction, Operation, Presence, Shape, Success, ToldBy, Type, TypeId, Types};

/// Fills in what depends on the whole.
pub(super) fn finish(types: &mut Types, operations: &mut [Operation]) {
    box_recursion(types);
    mark_secrets(types);
    mark_directions(types, operations);
    part_directions(types);
    leave_unparsed(types);
    for operation in operations {
        operation.list = match &operation.success {
            Success::Json(ty) | Success::Optional(ty) => is_collection(types, ty),
            Success::ByStatus(answers) => {
                let bodies = answers.answers.iter().flat_map(|answer| &answer.bodies);
                bodies.filter_map(|body| body.json.as_ref()).any(|ty| is_collection(types, ty))
            }
            Success::Empty | Success::Raw => false,
        };
    }
}

/// Whether this is a list, or an object around a list of objects: those may be large.
fn is_collection(types: &Types, ty: &Type) -> bool {
    let holds_objects = |ty: &Type| match ty {
        Type::List(item) => match item.core() {
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

/// Puts a `Box` where a type would otherwise contain itself and have no size.
fn box_recursion(types: &mut Types) {
    let within = |id: TypeId| {
        let parts = types[id].shape.parts();
        parts.into_iter().filter(|(_, boxed)| !boxed).flat_map(|(ty, _)| inline_parts(ty)).collect()
    };
    let mut within: Vec<Vec<TypeId>> = types.ids().map(within).collect();
    for owner in types.ids() {
        for index in 0..types[owner].shape.parts().len() {
            let (ty, boxed) = types[owner].shape.parts()[index];
            let targets = inline_parts(ty);
            if boxed || !targets.iter().any(|target| reaches(&within, *target, owner)) {
                continue;
            }
            match &mut types[owner].shape {
                Shape::Struct(object) => object.fields[index].boxed = true,
                Shape::Union(union) => union.variants[index].boxed = true,
                Shape::Enum(_) | Shape::Alias(_) => continue,
            }
            for target in targets {
                if let Some(position) = within[owner.0].iter().position(|id| *id == target) {
                    within[owner.0].swap_remove(position);
                }
            }
        }
    }
}

/// The declared types whose values lie within a value of this type, not elsewhere on the heap.
fn inline_parts(ty: &Type) -> Vec<TypeId> {
    match ty {
        Type::Named(id) => vec![*id],
        Type::Nullable(inner) => inline_parts(inner),
        Type::Tuple(items) => items.iter().flat_map(inline_parts).collect(),
        _ => Vec::new(),
    }
}

fn reaches(within: &[Vec<TypeId>], from: TypeId, to: TypeId) -> bool {
    let mut seen = vec![false; within.len()];
    let mut ahead = vec![from];
    while let Some(id) = ahead.pop() {
        if id == to {
            return true;
        }
        if !std::mem::replace(&mut seen[id.0], true) {
            ahead.extend(&within[id.0]);
        }
    }
    false
}

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

/// Whether a value of this type holds a secret, as far as is known.
fn has_secret(types: &Types, ty: &Type) -> bool {
    *ty.core() == Type::Secret || ty.names().iter().any(|id| types[*id].has_secret)
}

fn mark_directions(types: &mut Types, operations: &[Operation]) {
    let mut requests = Vec::new();
    let mut answers = Vec::new();
    let mut parameters = Vec::new();
    for operation in operations {
        match operation.body.as_ref().map(|body| &body.content) {
            Some(Content::Json(ty) | Content::Form(ty)) => requests.push(ty.clone()),
            Some(Content::Multipart(id)) => requests.push(Type::Named(*id)),
            Some(Content::AnyMultipart | Content::Bytes | Content::Text) | None => {}
        }
        let options = operation.options.iter().flat_map(|options| &options.fields);
        for parameter in operation.arguments.iter().chain(options) {
            // What is more than one word is written by way of JSON.
            let list = if parameter.style.is_some() { &mut requests } else { &mut parameters };
            list.push(parameter.ty.clone());
        }
        let mut enums: Vec<_> = operation.error.iter().collect();
        match &operation.success {
            Success::Json(ty) | Success::Optional(ty) => answers.push(ty),
            Success::ByStatus(success) => enums.push(success),
            Success::Empty | Success::Raw => {}
        }
        let documented = enums.into_iter().flat_map(|answers| &answers.answers);
        answers.extend(documented.flat_map(|answer| &answer.bodies).filter_map(|body| body.json.as_ref()));
    }
    let in_request = within(types, requests.iter());
    let in_answer = within(types, answers.into_iter());
    let in_parameter = within(types, parameters.iter());
    for id in types.ids() {
        types[id].in_request = in_request.contains(&id);
        types[id].in_answer = in_answer.contains(&id);
    }
    let is_used =
        |id: &TypeId| in_request.contains(id) || in_answer.contains(id) || in_parameter.contains(id);
    for id in types.ids().filter(|id| !is_used(id)).collect::<Vec<_>>() {
        // Nothing uses it, so it may be used for anything that its parts are used for, or at least be read.
        let parts = within(types, [Type::Named(id)].iter());
        let used: Vec<_> = parts.iter().filter(|id| is_used(id)).collect();
        let is_written = used.iter().all(|id| in_request.contains(id));
        let is_read = used.iter().all(|id| in_answer.contains(id));
        types[id].in_request |= is_written;
        types[id].in_answer |= is_read || !is_written;
        if !is_written && !is_read {
            parts.into_iter().for_each(|id| types[id].in_answer = true);
        }
    }
}

/// Leaves JSON of any form as it came in types that are only ever read: most callers never look at it.
///
/// Serde reads the variants of an untagged union, and properties beside those that are named, from a copy that no
/// longer has the text.
fn leave_unparsed(types: &mut Types) {
    let copied = types.ids().flat_map(|id| match &types[id].shape {
        Shape::Struct(object) => object.rest.iter().map(|rest| &rest.ty).collect(),
        Shape::Union(union) if union.told_by != ToldBy::JsonType => {
            union.variants.iter().map(|variant| &variant.ty).collect()
        }
        Shape::Union(_) | Shape::Enum(_) | Shape::Alias(_) => Vec::new(),
    });
    let copied = within(types, copied);
    for id in types.ids().filter(|id| !copied.contains(id)) {
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

/// Fits the fields that go one way only to the ways that their types go.
fn part_directions(types: &mut Types) {
    for id in types.ids() {
        let (in_request, in_answer) = (types[id].in_request, types[id].in_answer);
        let Shape::Struct(object) = &mut types[id].shape else { continue };
        object.fields.retain(|field| match field.direction {
            Direction::Both => true,
            Direction::Read => in_answer,
            Direction::Write => in_request,
        });
        for field in &mut object.fields {
            if !(in_request && in_answer) {
                field.direction = Direction::Both;
            } else if field.direction != Direction::Both {
                // There is none on the way on which it does not go.
                field.presence = match field.presence {
                    Presence::Required => Presence::Optional,
                    Presence::RequiredNullable => Presence::OptionalNullable,
                    optional => optional,
                };
            }
        }
    }
}

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
