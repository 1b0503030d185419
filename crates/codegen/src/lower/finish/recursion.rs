//! Recursive types.

use crate::model::{Shape, Type, TypeId, Types};

/// Boxes the fields and variants through which a type contains itself.
pub(super) fn box_recursion(types: &mut Types) {
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

/// Returns the declared types that a value of this type stores inline.
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
