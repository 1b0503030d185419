//! `Deserialize` of unions: by JSON type, by a property, or by known fields.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::file::{File, ident};
use crate::model::{SelectedBy, Shape, Tag, TagValue, Type, TypeDef, Union, Variant};

/// Returns the implementation of `Deserialize`.
pub(super) fn emit(file: &File<'_>, definition: &TypeDef, union: &Union) -> TokenStream {
    let name = ident(&definition.name);
    let deserialize = file.import("serde", "Deserialize");
    let deserializer = file.import("serde", "Deserializer");
    let body = match &union.selected_by {
        SelectedBy::JsonType => by_json_type(file, definition, union),
        SelectedBy::Tag(tag) => by_tag(&file.runtime("OneOf"), union, tag),
        SelectedBy::Fit | SelectedBy::Order => by_fit(&file.runtime("OneOf"), union),
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
    let arms = union.variants.iter().zip(&tag.values).map(|(variant, values)| {
        let variant = ident(&variant.name);
        let values = values.iter().map(|value| match value {
            TagValue::Text(value) => quote!(#value),
            TagValue::Boolean(value) => quote!(#value),
            TagValue::Integer(value) => {
                let value = Literal::i64_unsuffixed(*value);
                quote!(#value)
            }
        });
        quote!(Some(#(#values)|*) => value.only(Self::#variant),)
    });
    let look = ident(match tag.values.iter().flatten().next() {
        Some(TagValue::Boolean(_)) => "boolean",
        Some(TagValue::Integer(_)) => "integer",
        Some(TagValue::Text(_)) | None => "text",
    });
    quote! {
        let value = #one_of::deserialize(deserializer)?;
        match value.#look(#property) {
            #(#arms)*
            _ => Ok(value.or(Self::#other)),
        }
    }
}

fn by_fit(one_of: &TokenStream, union: &Union) -> TokenStream {
    let variants = union.variants.iter().map(|variant| ident(&variant.name));
    let other = ident(&union.other);
    quote! {
        let value = #one_of::deserialize(deserializer)?;
        Ok(value #(.fit(Self::#variants))* .or(Self::#other))
    }
}

/// Visits the value, which needs no buffer and has precise errors.
fn by_json_type(file: &File<'_>, definition: &TypeDef, union: &Union) -> TokenStream {
    let name = ident(&definition.name);
    let fmt = file.import("std", "fmt");
    let de = file.import("serde", "de");
    let kinds: Vec<_> = union.variants.iter().map(|variant| kind(file, &variant.ty)).collect();
    let expecting = match kinds.as_slice() {
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
        [] => String::new(),
    };
    let visits = union.variants.iter().map(|variant| visit(file, &definition.name, variant));
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
        Type::Map(_) => object(file, &construct, &wrap),
        Type::Named(id) if !matches!(file.types()[*id].shape, Shape::Enum(_)) => {
            object(file, &construct, &wrap)
        }
        _ => quote! {
            fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
                Ok(#construct(value.into()))
            }
        },
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
