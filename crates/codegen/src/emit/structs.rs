//! Structs.

use proc_macro2::TokenStream;
use quote::quote;

use super::constructors;
use super::declaration::{boxed, derives, type_docs};
use super::docs::docs;
use super::file::{File, ident};
use crate::model::{Direction, Field, Presence, Struct, Type, TypeDef};

pub(super) fn emit(file: &File<'_>, definition: &TypeDef, object: &Struct) -> TokenStream {
    let name = ident(&definition.name);
    let type_docs = type_docs(definition);
    let mut more = Vec::new();
    if constructors::has_default(object) {
        more.push("Default");
    }
    more.extend(definition.serialize.then_some("Serialize"));
    more.extend(definition.deserialize.then_some("Deserialize"));
    let derives = derives(file, definition, &more);
    let camel_case = is_camel_case(object);
    let rename_all = camel_case.then(|| quote!(#[serde(rename_all = "camelCase")]));
    let fields = object.fields.iter().map(|field| {
        let name = ident(&field.name);
        let field_docs = docs(&field.docs, &format!("The field `{}`.", field.wire), 1);
        let serde = field_attributes(file, definition, field, camel_case);
        let ty = field_type(file, field);
        quote!(#field_docs #serde pub #name: #ty,)
    });
    let additional = object.additional.iter().map(|additional| {
        let name = ident(&additional.name);
        let docs = docs(&additional.docs, "", 1);
        let ty = file.additional(additional);
        let excluded = (definition.serialize && !definition.in_request && additional.ty.contains_secret())
            .then(|| quote!(#[serde(skip_serializing)]));
        quote!(#docs #[serde(flatten)] #excluded pub #name: #ty,)
    });
    let constructors = definition.serialize.then(|| constructors::emit(file, definition, object));
    quote! {
        #type_docs
        #derives
        #rename_all
        #[non_exhaustive]
        pub struct #name {
            #(#fields)*
            #(#additional)*
        }
        #constructors
    }
}

/// Returns whether serde's `camelCase` produces all names on the wire, and some differ from the field names.
fn is_camel_case(object: &Struct) -> bool {
    object.fields.iter().all(|field| camel_case(&field.name) == field.wire)
        && object.fields.iter().any(|field| field.name != field.wire)
}

/// Returns the name that serde's `camelCase` produces.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |camel, word| {
        let mut letters = word.chars();
        let initial = letters.next().map(|letter| letter.to_ascii_uppercase());
        camel + &initial.into_iter().chain(letters).collect::<String>()
    })
}

fn field_attributes(
    file: &File<'_>,
    definition: &TypeDef,
    field: &Field,
    camel_case: bool,
) -> Option<TokenStream> {
    let mut attributes = Vec::new();
    if !camel_case && field.name != field.wire {
        let wire = &field.wire;
        attributes.push(quote!(rename = #wire));
    }
    if *field.ty.innermost() == Type::File {
        // Files are parts of their own.
        return Some(quote!(#[serde(skip)]));
    }
    if field.direction == Direction::Write {
        attributes.push(quote!(skip_deserializing));
    } else if definition.deserialize && field.presence == Presence::OptionalNullable {
        attributes.push(quote!(default));
    }
    let is_excluded = definition.serialize && !definition.in_request && field.ty.contains_secret();
    if field.direction == Direction::Read || is_excluded {
        attributes.push(quote!(skip_serializing));
    } else if definition.serialize {
        match field.presence {
            Presence::Optional => attributes.push(quote!(skip_serializing_if = "Option::is_none")),
            Presence::OptionalNullable => {
                file.note("api_keys_runtime", "Nullable");
                attributes.push(quote!(skip_serializing_if = "Nullable::is_absent"));
            }
            Presence::Required | Presence::RequiredNullable => {}
        }
        if field.ty == Type::Secret {
            attributes.push(match field.presence {
                Presence::Required => quote!(serialize_with = "api_keys_runtime::secret::expose"),
                Presence::OptionalNullable => {
                    quote!(serialize_with = "api_keys_runtime::secret::expose_nullable")
                }
                _ => quote!(serialize_with = "api_keys_runtime::secret::expose_opt"),
            });
        }
    }
    (!attributes.is_empty()).then(|| quote!(#[serde(#(#attributes),*)]))
}

fn field_type(file: &File<'_>, field: &Field) -> TokenStream {
    let ty = boxed(file.ty(&field.ty), field.boxed);
    match field.presence {
        Presence::Required => ty,
        Presence::RequiredNullable | Presence::Optional => quote!(Option<#ty>),
        Presence::OptionalNullable => {
            let nullable = file.runtime("Nullable");
            quote!(#nullable<#ty>)
        }
    }
}
