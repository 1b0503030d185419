//! Estimated sizes of values, for `clippy::large_enum_variant`.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Presence, Shape, Type, TypeId, Types};

/// Returns an attribute for an enum with one variant that is much larger than the others. Boxing would save memory only
/// with many values at a time.
pub(super) fn allow_large_variant(sizes: impl Iterator<Item = usize>) -> Option<TokenStream> {
    // Clippy's threshold is 200, and these are estimates.
    const NOTEWORTHY: usize = 150;
    let mut sizes: Vec<_> = sizes.collect();
    sizes.sort_unstable();
    let difference = match sizes.as_slice() {
        [.., second, largest] => largest - second,
        _ => 0,
    };
    (difference > NOTEWORTHY)
        .then(|| quote!(#[allow(clippy::large_enum_variant, reason = "few values exist at a time")]))
}

/// Known sizes of declared types.
#[derive(Debug, Default)]
pub(super) struct Sizes(HashMap<TypeId, usize>);

impl Sizes {
    /// Returns the bytes of a value, without the heap.
    pub(super) fn of(&mut self, types: &Types, ty: &Type) -> usize {
        match ty {
            Type::Bool => 1,
            Type::Int32 => 4,
            Type::Int64 | Type::UInt64 | Type::Number => 8,
            Type::String | Type::Secret | Type::DateTime | Type::List(_) | Type::Map(_) => 24,
            Type::Any => 32,
            Type::Tuple(items) => {
                items.iter().map(|item| self.of(types, item)).fold(0, usize::saturating_add)
            }
            Type::File => 80,
            Type::Unparsed => 16,
            Type::Nullable(inner) => self.of(types, inner).saturating_add(tag(inner)),
            Type::Named(id) => match self.0.get(id) {
                Some(known) => *known,
                None => {
                    let size = self.of_shape(types, &types[*id].shape);
                    self.0.insert(*id, size);
                    size
                }
            },
        }
    }

    fn of_shape(&mut self, types: &Types, shape: &Shape) -> usize {
        match shape {
            Shape::Struct(object) => {
                let rest = if object.additional.is_some() { 24 } else { 0 };
                object.fields.iter().fold(rest, |size, field| {
                    let tag = if field.presence == Presence::Required { 0 } else { tag(&field.ty) };
                    let own = if field.boxed { 8 } else { self.of(types, &field.ty).saturating_add(tag) };
                    own.saturating_add(size)
                })
            }
            Shape::Enum(_) => 24,
            Shape::Alias(ty) => self.of(types, ty),
            Shape::Union(union) => {
                let variants = union
                    .variants
                    .iter()
                    .map(|variant| if variant.boxed { 8 } else { self.of(types, &variant.ty) });
                variants.max().unwrap_or_default().saturating_add(8)
            }
        }
    }
}

/// Returns the bytes of the discriminant of an `Option`.
fn tag(ty: &Type) -> usize {
    if matches!(ty, Type::Int64 | Type::UInt64 | Type::Number) { 8 } else { 0 }
}
