//! `Deserialize` of unions: by JSON type, by a property, or by known fields.

use std::collections::HashSet;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::file::{File, ident};
use crate::model::{EnumValue, SelectedBy, Shape, Tag, TagValue, Type, TypeDef, Union, Variant};

/// Returns the implementation of `Deserialize`.
pub(super) fn emit(file: &File<'_>, definition: &TypeDef, union: &Union) -> TokenStream {
    let name = ident(&definition.name);
    let deserialize = file.import("serde", "Deserialize");
    let deserializer = file.import("serde", "Deserializer");
    let body = match &union.selected_by {
        SelectedBy::JsonType => by_json_type(file, definition, union),
        SelectedBy::Tag(tag) => by_tag(&file.runtime("OneOf"), union, tag),
        SelectedBy::Fit | SelectedBy::Order => by_fit(file, union),
    };
    quote! {
        impl<'de> #deserialize<'de> for #name {
            fn deserialize<D: #deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #body
            }
        }
    }
}

fn by_tag(one_of: &TokenStream, union: &Union, tag: &Tag) -> TokenStream {
    let property = &tag.property;
    let other = ident(&union.other);
    let without = (!tag.is_field).then(|| quote!(.without(#property)));
    let listed = union.variants.iter().zip(&tag.values).filter(|(_, values)| !values.is_empty());
    let arms = listed.map(|(variant, values)| {
        let variant = ident(&variant.name);
        let values = values.iter().map(|value| match value {
            TagValue::Text(value) => quote!(#value),
            TagValue::Boolean(value) => quote!(#value),
            TagValue::Integer(value) => {
                let value = Literal::i64_unsuffixed(*value);
                quote!(#value)
            }
        });
        quote!(Some(#(#values)|*) => value #without.only(Self::#variant),)
    });
    let otherwise = match tag.default.map(|index| ident(&union.variants[index].name)) {
        _ if tag.has_base() => quote!(value.only(Self::#other)),
        Some(variant) => quote!(Ok(value.fit(Self::#variant).or(Self::#other))),
        None => quote!(Ok(value.or(Self::#other))),
    };
    let look = ident(match tag.values.iter().flatten().next() {
        Some(TagValue::Boolean(_)) => "boolean",
        Some(TagValue::Integer(_)) => "integer",
        Some(TagValue::Text(_)) | None => "text",
    });
    quote! {
        let value = #one_of::deserialize(deserializer)?;
        match value.#look(#property) {
            #(#arms)*
            _ => #otherwise,
        }
    }
}

fn by_fit(file: &File<'_>, union: &Union) -> TokenStream {
    let one_of = file.runtime("OneOf");
    let texts = Texts::of(file, union);
    let is_listed = !texts.listed.is_empty();
    let tried = union.variants.iter().filter(|variant| !is_listed || !is_text(file, &variant.ty));
    let tried = tried.map(|variant| ident(&variant.name));
    let other = ident(&union.other);
    let fit = quote!(Ok(value #(.fit(Self::#tried))* .or(Self::#other)));
    let select = if is_listed {
        let arms = texts.listed.iter().map(|(variant, values)| {
            let variant = ident(&variant.name);
            quote!(Some(#(#values)|*) => value.only(Self::#variant),)
        });
        let default = texts.default.map(|variant| {
            let variant = ident(&variant.name);
            quote!(Some(_) => value.only(Self::#variant),)
        });
        quote!(match value.as_text() { #(#arms)* #default None => #fit, })
    } else {
        fit
    };
    quote! {
        let value = #one_of::deserialize(deserializer)?;
        #select
    }
}

/// The variants for strings, if there are several.
struct Texts<'u> {
    /// The values that enums list and that no earlier enum lists.
    listed: Vec<(&'u Variant, Vec<&'u str>)>,
    /// The variant for other strings.
    default: Option<&'u Variant>,
}

impl<'u> Texts<'u> {
    fn of(file: &File<'u>, union: &'u Union) -> Self {
        let texts: Vec<_> = union.variants.iter().filter(|variant| is_text(file, &variant.ty)).collect();
        let mut seen = HashSet::new();
        let listed = |variant: &&'u Variant| {
            let values = listed(file, &variant.ty)?.iter().map(|value| value.wire.as_str());
            let values: Vec<_> = values.filter(|value| seen.insert(*value)).collect();
            (!values.is_empty()).then_some((*variant, values))
        };
        let listed = if texts.len() < 2 { Vec::new() } else { texts.iter().filter_map(listed).collect() };
        let plain = texts.iter().find(|variant| self::listed(file, &variant.ty).is_none());
        Self { listed, default: plain.or(texts.first()).copied() }
    }
}

fn is_text(file: &File<'_>, ty: &Type) -> bool {
    matches!(ty, Type::String | Type::Secret | Type::DateTime) || listed(file, ty).is_some()
}

/// Returns the values of an enum.
fn listed<'a>(file: &File<'a>, ty: &Type) -> Option<&'a [EnumValue]> {
    let Type::Named(id) = ty else { return None };
    match &file.types()[*id].shape {
        Shape::Enum(listed) => Some(&listed.values),
        _ => None,
    }
}

/// Visits the value, which needs no buffer and has precise errors.
fn by_json_type(file: &File<'_>, definition: &TypeDef, union: &Union) -> TokenStream {
    let name = ident(&definition.name);
    let fmt = file.import("std", "fmt");
    let de = file.import("serde", "de");
    let mut kinds: Vec<_> = union.variants.iter().map(|variant| kind(file, &variant.ty)).collect();
    let mut seen = HashSet::new();
    kinds.retain(|kind| seen.insert(*kind));
    let expecting = match kinds.as_slice() {
        [only] => (*only).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
        [] => String::new(),
    };
    let first_text = union.variants.iter().position(|variant| is_text(file, &variant.ty));
    let visits =
        union.variants.iter().enumerate().filter_map(|(index, variant)| match is_text(file, &variant.ty) {
            false => Some(visit(file, &definition.name, variant)),
            true if first_text == Some(index) => Some(visit_text(file, &definition.name, union)),
            true => None,
        });
    quote! {
        struct Visitor;

        impl<'de> #de::Visitor<'de> for Visitor {
            type Value = #name;

            fn expecting(&self, f: &mut #fmt::Formatter<'_>) -> #fmt::Result {
                f.write_str(#expecting)
            }

            #(#visits)*
        }

        deserializer.deserialize_any(Visitor)
    }
}

fn kind(file: &File<'_>, ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "a boolean",
        Type::Int32 | Type::Int64 | Type::UInt64 => "an integer",
        Type::Number => "a number",
        Type::List(_) | Type::Tuple(_) => "an array",
        Type::Map(_) => "an object",
        Type::Named(id) if !matches!(file.types()[*id].shape, Shape::Enum(_)) => "an object",
        _ => "a string",
    }
}

fn visit(file: &File<'_>, union: &str, variant: &Variant) -> TokenStream {
    let name = ident(union);
    let construct = ident(&variant.name);
    let construct = quote!(#name::#construct);
    let wrap = if variant.boxed { quote!(.map(Box::new)) } else { quote!() };
    match &variant.ty {
        Type::Bool => quote! {
            fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
                Ok(#construct(value))
            }
        },
        Type::Int32 | Type::Int64 | Type::UInt64 => number(file, &variant.ty, &construct, &["i64", "u64"]),
        Type::Number => number(file, &variant.ty, &construct, &["f64", "i64", "u64"]),
        Type::List(_) | Type::Tuple(_) => {
            let de = file.import("serde", "de");
            let deserialize = file.import("serde", "Deserialize");
            quote! {
                fn visit_seq<A: #de::SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
                    #deserialize::deserialize(#de::value::SeqAccessDeserializer::new(list)) #wrap.map(#construct)
                }
            }
        }
        _ => object(file, &construct, &wrap),
    }
}

/// Returns the visitor method for strings, which select one of several variants.
fn visit_text(file: &File<'_>, union: &str, texts: &Union) -> TokenStream {
    let union = ident(union);
    let Texts { listed, default } = Texts::of(file, texts);
    let construct = |variant: &Variant| {
        let variant = ident(&variant.name);
        quote!(#union::#variant(value.into()))
    };
    let default = default.map(construct);
    let construct = if listed.is_empty() {
        quote!(#default)
    } else {
        let arms = listed.iter().map(|(variant, values)| {
            let construct = construct(variant);
            quote!(#(#values)|* => #construct,)
        });
        quote!(match value { #(#arms)* _ => #default, })
    };
    quote! {
        fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
            Ok(#construct)
        }
    }
}

/// Returns a visitor method for each number. Types other than that of the variant are converted.
fn number(file: &File<'_>, ty: &Type, construct: &TokenStream, numbers: &[&str]) -> TokenStream {
    let own = file.ty(ty);
    let methods = numbers.iter().map(|name| {
        let (method, number) = (ident(&format!("visit_{name}")), ident(name));
        match ty {
            _ if own.to_string() == *name => quote! {
                fn #method<E>(self, value: #number) -> Result<Self::Value, E> {
                    Ok(#construct(value))
                }
            },
            Type::Number => quote! {
                fn #method<E>(self, value: #number) -> Result<Self::Value, E> {
                    Ok(#construct(value as f64))
                }
            },
            _ => {
                let de = file.import("serde", "de");
                quote! {
                    fn #method<E: #de::Error>(self, value: #number) -> Result<Self::Value, E> {
                        #own::try_from(value).map(#construct).map_err(E::custom)
                    }
                }
            }
        }
    });
    quote!(#(#methods)*)
}

fn object(file: &File<'_>, construct: &TokenStream, wrap: &TokenStream) -> TokenStream {
    let de = file.import("serde", "de");
    let deserialize = file.import("serde", "Deserialize");
    quote! {
        fn visit_map<A: #de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            #deserialize::deserialize(#de::value::MapAccessDeserializer::new(map)) #wrap.map(#construct)
        }
    }
}
