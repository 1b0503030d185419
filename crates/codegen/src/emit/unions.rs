//! Unions.

use proc_macro2::TokenStream;
use quote::quote;

use super::declaration::{boxed, derives, type_docs};
use super::docs::docs;
use super::file::{File, ident};
use super::one_of;
use crate::model::{SelectedBy, Shape, Type, TypeDef, Union, Variant};

pub(super) fn emit(file: &File<'_>, definition: &TypeDef, union: &Union) -> TokenStream {
    let name = ident(&definition.name);
    let type_docs = type_docs(definition);
    let by_hand = definition.in_response && union.selected_by != SelectedBy::Order;
    let mut more = Vec::new();
    more.extend(definition.in_request.then_some("Serialize"));
    more.extend((definition.in_response && !by_hand).then_some("Deserialize"));
    let untagged = (!more.is_empty()).then(|| quote!(#[serde(untagged)]));
    let derives = derives(file, definition, &more);
    let variants = union.variants.iter().map(|variant| {
        let name = ident(&variant.name);
        let docs = docs(&variant.docs, &format!("{}.", description(file, &variant.ty)), 1);
        let serde = (definition.in_request && variant.ty == Type::Secret)
            .then(|| quote!(#[serde(serialize_with = "api_keys_runtime::secret::expose")]));
        let ty = variant_type(file, variant);
        quote!(#docs #serde #name(#ty),)
    });
    let display = is_displayable(file, union).then(|| display(file, definition, union));
    let deserialize = by_hand.then(|| match &union.selected_by {
        SelectedBy::JsonType => deserialize(file, definition, union),
        SelectedBy::Tag(tag) => one_of::by_tag(file, definition, union, tag),
        SelectedBy::Fit | SelectedBy::Order => one_of::by_fit(file, definition, union),
    });
    let other = (definition.in_response && union.keeps_others()).then(|| one_of::other(file, union));
    let conversions = definition.in_request.then(|| conversions(file, definition, union));
    quote! {
        #type_docs
        #derives
        #untagged
        #[non_exhaustive]
        pub enum #name {
            #(#variants)*
            #other
        }
        #conversions
        #display
        #deserialize
    }
}

fn variant_type(file: &File<'_>, variant: &Variant) -> TokenStream {
    boxed(file.ty(&variant.ty), variant.boxed)
}

fn description(file: &File<'_>, ty: &Type) -> String {
    match ty {
        Type::Any | Type::Unparsed => "Any JSON value".to_owned(),
        Type::Bool => "A boolean".to_owned(),
        Type::Int32 | Type::Int64 | Type::UInt64 => "An integer".to_owned(),
        Type::Number => "A number".to_owned(),
        Type::String => "A string".to_owned(),
        Type::Secret => "A secret".to_owned(),
        Type::DateTime => "A date-time".to_owned(),
        Type::Nullable(inner) => format!("{}, or null", description(file, inner)),
        Type::List(_) | Type::Tuple(_) => "An array".to_owned(),
        Type::Map(_) => "An object".to_owned(),
        Type::File => "A file".to_owned(),
        Type::Named(id) => format!("[`{}`]", file.types()[*id].name),
    }
}

/// Returns `From` for each variant with a distinct type.
fn conversions(file: &File<'_>, definition: &TypeDef, union: &Union) -> TokenStream {
    let name = ident(&definition.name);
    let distinct = union.variants.iter().filter(|variant| {
        let is_itself = matches!(variant.ty, Type::Named(id) if file.types()[id].name == definition.name);
        !is_itself && union.variants.iter().filter(|other| other.ty == variant.ty).count() == 1
    });
    let conversions = distinct.map(|variant| {
        let ty = file.ty(&variant.ty);
        let value = if variant.boxed { quote!(Box::new(value)) } else { quote!(value) };
        let variant = ident(&variant.name);
        quote! {
            impl From<#ty> for #name {
                fn from(value: #ty) -> Self {
                    Self::#variant(#value)
                }
            }
        }
    });
    quote!(#(#conversions)*)
}

fn is_displayable(file: &File<'_>, union: &Union) -> bool {
    !union.keeps_others()
        && union.variants.iter().all(|variant| match &variant.ty {
            Type::Named(id) => matches!(file.types()[*id].shape, Shape::Enum(_)),
            ty => ty.is_scalar(),
        })
}

fn display(file: &File<'_>, definition: &TypeDef, union: &Union) -> TokenStream {
    let name = ident(&definition.name);
    let fmt = file.import("std", "fmt");
    let variants = union.variants.iter().map(|variant| ident(&variant.name));
    quote! {
        impl #fmt::Display for #name {
            fn fmt(&self, f: &mut #fmt::Formatter<'_>) -> #fmt::Result {
                match self {
                    #(Self::#variants(value) => value.fmt(f),)*
                }
            }
        }
    }
}

/// Returns the implementation of `Deserialize` by JSON type, which does not buffer and has precise errors.
fn deserialize(file: &File<'_>, definition: &TypeDef, union: &Union) -> TokenStream {
    let name = ident(&definition.name);
    let fmt = file.import("std", "fmt");
    let deserialize = file.import("serde", "Deserialize");
    let deserializer = file.import("serde", "Deserializer");
    let de = file.import("serde", "de");
    let kinds: Vec<_> = union.variants.iter().map(|variant| kind(file, &variant.ty)).collect();
    let expecting = match kinds.as_slice() {
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
        [] => String::new(),
    };
    let visits = union.variants.iter().map(|variant| visit(file, &definition.name, variant));
    quote! {
        impl<'de> #deserialize<'de> for #name {
            fn deserialize<D: #deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
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
