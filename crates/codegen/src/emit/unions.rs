//! Unions.

use proc_macro2::TokenStream;
use quote::quote;

use super::declaration::{boxed, derives, type_docs};
use super::docs::{comment, docs};
use super::file::{File, ident};
use super::union_deserialize;
use crate::model::{SelectedBy, Shape, Tag, TagValue, Type, TypeDef, Union, Variant};

pub(super) fn emit(file: &File<'_>, definition: &TypeDef, union: &Union) -> TokenStream {
    let name = ident(&definition.name);
    let type_docs = type_docs(definition);
    let by_hand = definition.deserialize && union.selected_by != SelectedBy::Order;
    let mut more = Vec::new();
    more.extend(definition.serialize.then_some("Serialize"));
    more.extend((definition.deserialize && !by_hand).then_some("Deserialize"));
    let tag = union.added_tag();
    let representation = (!more.is_empty()).then(|| match tag {
        Some(Tag { property, .. }) => quote!(#[serde(tag = #property)]),
        None => quote!(#[serde(untagged)]),
    });
    let derives = derives(file, definition, &more);
    let tag = tag.filter(|_| definition.serialize);
    let variants = union.variants.iter().enumerate().map(|(index, variant)| {
        let name = ident(&variant.name);
        let docs = docs(&variant.docs, &format!("{}.", description(file, &variant.ty)), 1);
        let serde = match definition.in_request {
            true if variant.ty == Type::Secret => {
                Some(quote!(#[serde(serialize_with = "api_keys_runtime::secret::expose")]))
            }
            false if definition.serialize && variant.ty.contains_secret() => {
                Some(quote!(#[serde(skip_serializing)]))
            }
            _ => None,
        };
        let value = tag.and_then(|tag| tag.values[index].first());
        let rename = match value {
            Some(TagValue::Text(value)) if *value != variant.name => Some(quote!(#[serde(rename = #value)])),
            _ => None,
        };
        let ty = variant_type(file, variant);
        quote!(#docs #rename #serde #name(#ty),)
    });
    let display = is_displayable(file, union).then(|| display(file, definition, union));
    let deserialize = by_hand.then(|| union_deserialize::emit(file, definition, union));
    let other = (definition.deserialize && union.keeps_others()).then(|| {
        let untagged = tag.map(|_| quote!(#[serde(untagged)]));
        other(file, union, untagged)
    });
    let conversions = definition.serialize.then(|| conversions(file, definition, union));
    quote! {
        #type_docs
        #derives
        #representation
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

/// Returns the variant for other values.
fn other(file: &File<'_>, union: &Union, attribute: Option<TokenStream>) -> TokenStream {
    let name = ident(&union.other);
    let text = match &union.selected_by {
        SelectedBy::Tag(Tag { default: Some(_), .. }) => {
            "An object that matches none of the variants.".to_owned()
        }
        SelectedBy::Tag(tag) => format!("An object with another `{}`.", tag.property),
        _ => "A value that matches none of the variants, or several.".to_owned(),
    };
    let docs = comment(&text, 1);
    let json = file.runtime("Json");
    quote!(#docs #attribute #name(#json),)
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
