//! How large values are, roughly: enough to know where clippy would ask for a `Box`.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Presence, Shape, Type, TypeId, Types};

/// An attribute for an enum of which one variant is much larger than the others.
///
/// A `Box` would save memory only where many are alive at once, which answers to calls are not.
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
        .then(|| quote!(#[allow(clippy::large_enum_variant, reason = "few of them are alive at a time")]))
}

/// Sizes of declared types that are known already: types within types would be looked at over and over.
#[derive(Debug, Default)]
pub(super) struct Sizes(HashMap<TypeId, usize>);

impl Sizes {
    /// Bytes that a value of a type takes, without what it keeps elsewhere.
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

/// What telling a value from none costs.
fn tag(ty: &Type) -> usize {
    if matches!(ty, Type::Int64 | Type::UInt64 | Type::Number) { 8 } else { 0 }
}
