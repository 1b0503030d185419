//! What can be known of the types only once all of them are there.

use std::collections::HashSet;

use crate::model::{Operation, Shape, Success, Type, TypeId, Types};

/// Fills in what depends on the whole.
pub(super) fn finish(types: &mut Types, operations: &mut [Operation]) {
    box_recursion(types);
    mark_secrets(types);
    mark_directions(types, operations);
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
            core => *core == Type::Any,
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
            Shape::Enum(_) => false,
        },
        _ => false,
    }
}

/// Puts a `Box` where a type would otherwise contain itself and have no size.
fn box_recursion(types: &mut Types) {
    for owner in types.ids() {
        for index in 0..types[owner].shape.parts().len() {
            let (ty, boxed) = types[owner].shape.parts()[index];
            let target = match inline_part(ty) {
                Some(target) if !boxed => target,
                _ => continue,
            };
            if reaches(types, target, owner) {
                match &mut types[owner].shape {
                    Shape::Struct(object) => object.fields[index].boxed = true,
                    Shape::Union(union) => union.variants[index].boxed = true,
                    Shape::Enum(_) => {}
                }
            }
        }
    }
}

/// The declared type whose values lie within a value of this type, not elsewhere on the heap.
fn inline_part(ty: &Type) -> Option<TypeId> {
    match ty {
        Type::Named(id) => Some(*id),
        Type::Nullable(inner) => inline_part(inner),
        _ => None,
    }
}

fn reaches(types: &Types, from: TypeId, to: TypeId) -> bool {
    let mut seen = HashSet::new();
    let mut ahead = vec![from];
    while let Some(id) = ahead.pop() {
        if id == to {
            return true;
        }
        if seen.insert(id) {
            let parts = types[id].shape.parts();
            ahead.extend(parts.into_iter().filter(|(_, boxed)| !boxed).filter_map(|(ty, _)| inline_part(ty)));
        }
    }
    false
}

fn mark_secrets(types: &mut Types) {
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
    match ty.core() {
        Type::Secret => true,
        Type::Named(id) => types[*id].has_secret,
        _ => false,
    }
}

fn mark_directions(types: &mut Types, operations: &[Operation]) {
    let mut requests = Vec::new();
    let mut answers = Vec::new();
    let mut parameters = Vec::new();
    for operation in operations {
        requests.extend(operation.body.iter().map(|body| &body.ty));
        parameters.extend(operation.arguments.iter().map(|parameter| &parameter.ty));
        parameters
            .extend(operation.options.iter().flat_map(|options| &options.fields).map(|field| &field.ty));
        let mut enums: Vec<_> = operation.error.iter().collect();
        match &operation.success {
            Success::Json(ty) | Success::Optional(ty) => answers.push(ty),
            Success::ByStatus(success) => enums.push(success),
            Success::Empty | Success::Raw => {}
        }
        let documented = enums.into_iter().flat_map(|answers| &answers.answers);
        answers.extend(documented.flat_map(|answer| &answer.bodies).filter_map(|body| body.json.as_ref()));
    }
    let in_request = within(types, requests.into_iter());
    let in_answer = within(types, answers.into_iter());
    let in_parameter = within(types, parameters.into_iter());
    for id in types.ids() {
        types[id].in_request = in_request.contains(&id);
        types[id].in_answer = in_answer.contains(&id);
        // Nothing uses it, so it may be used for anything.
        if !in_request.contains(&id) && !in_answer.contains(&id) && !in_parameter.contains(&id) {
            types[id].in_request = true;
            types[id].in_answer = true;
        }
    }
}

fn within<'a>(types: &Types, roots: impl Iterator<Item = &'a Type>) -> HashSet<TypeId> {
    let named = |ty: &Type| match ty.core() {
        Type::Named(id) => Some(*id),
        _ => None,
    };
    let mut seen = HashSet::new();
    let mut ahead: Vec<_> = roots.filter_map(named).collect();
    while let Some(id) = ahead.pop() {
        if seen.insert(id) {
            ahead.extend(types[id].shape.parts().into_iter().filter_map(|(ty, _)| named(ty)));
        }
    }
    seen
}
