//! `types.rs`: everything that is sent and received.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{comment, docs, file_comment};
use super::file::{File, ident};
use super::{constructors, unions};
use crate::model::{Api, Direction, Enum, Field, Presence, Shape, Struct, Type, TypeDef};

pub(super) fn emit(api: &Api) -> String {
    let file = File::of_types(&api.types);
    let items = api.types.in_order().map(|definition| declaration(&file, definition));
    let head = file_comment("What requests and answers are made of.");
    file.text(head, items)
}

fn declaration(file: &File<'_>, definition: &TypeDef) -> TokenStream {
    match &definition.shape {
        Shape::Struct(object) => structure(file, definition, object),
        Shape::Enum(words) => enumeration(file, definition, words),
        Shape::Union(union) => unions::emit(file, definition, union),
        Shape::Alias(ty) => alias(file, definition, ty),
    }
}

fn alias(file: &File<'_>, definition: &TypeDef, ty: &Type) -> TokenStream {
    let name = ident(&definition.name);
    let docs = type_docs(definition);
    let ty = file.ty(ty);
    quote!(#docs pub type #name = #ty;)
}

/// The docs of a type.
pub(super) fn type_docs(definition: &TypeDef) -> TokenStream {
    docs(&definition.docs, &format!("The schema `{}`.", definition.name), 0)
}

/// The traits that a type can have: none that would copy, compare or print a secret.
pub(super) fn derives(file: &File<'_>, definition: &TypeDef, more: &[&str]) -> TokenStream {
    let mut traits = vec![quote!(Debug)];
    if !definition.has_secret {
        traits.extend([quote!(Clone), quote!(PartialEq)]);
    }
    for name in more {
        traits.push(match *name {
            "Serialize" | "Deserialize" => file.import("serde", name),
            other => {
                let name = ident(other);
                quote!(#name)
            }
        });
    }
    quote!(#[derive(#(#traits),*)])
}

fn structure(file: &File<'_>, definition: &TypeDef, object: &Struct) -> TokenStream {
    let name = ident(&definition.name);
    let type_docs = type_docs(definition);
    let mut more = Vec::new();
    if constructors::has_default(object) {
        more.push("Default");
    }
    more.extend(definition.in_request.then_some("Serialize"));
    more.extend(definition.in_answer.then_some("Deserialize"));
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
    let rest = object.rest.iter().map(|rest| {
        let name = ident(&rest.name);
        let docs = docs(&rest.docs, "", 1);
        let ty = file.rest(rest);
        quote!(#docs #[serde(flatten)] pub #name: #ty,)
    });
    let constructors = definition.in_request.then(|| constructors::emit(file, definition, object));
    quote! {
        #type_docs
        #derives
        #rename_all
        #[non_exhaustive]
        pub struct #name {
            #(#fields)*
            #(#rest)*
        }
        #constructors
    }
}

/// Whether the names on the wire are the camel-case forms of the fields' names, and some differ from those.
fn is_camel_case(object: &Struct) -> bool {
    object.fields.iter().all(|field| camel_case(&field.name) == field.wire)
        && object.fields.iter().any(|field| field.name != field.wire)
}

/// The camel case that serde makes of a field's name.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |camel, word| {
        let mut letters = word.chars();
        let initial = letters.next().map(|letter| letter.to_ascii_uppercase());
        camel + &initial.into_iter().chain(letters).collect::<String>()
    })
}

fn core_is_file(ty: &Type) -> bool {
    *ty.core() == Type::File
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
    if core_is_file(&field.ty) {
        // It goes beside the others.
        return Some(quote!(#[serde(skip)]));
    }
    if field.direction == Direction::Write {
        attributes.push(quote!(skip_deserializing));
    } else if definition.in_answer && field.presence == Presence::OptionalNullable {
        attributes.push(quote!(default));
    }
    if field.direction == Direction::Read {
        attributes.push(quote!(skip_serializing));
    } else if definition.in_request {
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

pub(super) fn field_type(file: &File<'_>, field: &Field) -> TokenStream {
    let ty = boxed(file.ty(&field.ty), field.boxed);
    match field.presence {
        Presence::Required => ty,
        Presence::RequiredNullable | Presence::Optional => quote!(Option<#ty>),
        Presence::OptionalNullable => {
            let nullable = file.http("Nullable");
            quote!(#nullable<#ty>)
        }
    }
}

pub(super) fn boxed(ty: TokenStream, boxed: bool) -> TokenStream {
    if boxed { quote!(Box<#ty>) } else { ty }
}

fn enumeration(file: &File<'_>, definition: &TypeDef, words: &Enum) -> TokenStream {
    let name = ident(&definition.name);
    let type_docs = type_docs(definition);
    let mut more = vec!["Eq", "Hash"];
    more.extend(definition.in_answer.then_some("Deserialize"));
    let derives = derives(file, definition, &more);
    let from = definition.in_answer.then(|| quote!(#[serde(from = "String")]));
    let fmt = file.import("std", "fmt");

    let names: Vec<_> = words.values.iter().map(|value| ident(&value.name)).collect();
    let wires: Vec<_> = words.values.iter().map(|value| &value.wire).collect();
    let variant_docs = wires.iter().map(|wire| {
        let text = if wire.is_empty() { "The empty text." } else { &format!("`{wire}`") };
        comment(text, 1)
    });
    let other = ident(&words.other);
    let other_docs = comment("A value that the document does not list.", 1);
    let as_str_docs = comment("The value as it is on the wire.", 1);

    let serialize = definition.in_request.then(|| {
        let serialize = file.import("serde", "Serialize");
        let serializer = file.import("serde", "Serializer");
        quote! {
            impl #serialize for #name {
                fn serialize<S: #serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }
        }
    });
    quote! {
        #type_docs
        #derives
        #from
        #[non_exhaustive]
        pub enum #name {
            #(#variant_docs #names,)*
            #other_docs
            #other(String),
        }

        impl #name {
            #as_str_docs
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#names => #wires,)*
                    Self::#other(value) => value,
                }
            }
        }

        impl From<String> for #name {
            fn from(value: String) -> Self {
                match value.as_str() {
                    #(#wires => Self::#names,)*
                    _ => Self::#other(value),
                }
            }
        }

        impl From<&str> for #name {
            fn from(value: &str) -> Self {
                Self::from(value.to_owned())
            }
        }

        impl #fmt::Display for #name {
            fn fmt(&self, f: &mut #fmt::Formatter<'_>) -> #fmt::Result {
                f.write_str(self.as_str())
            }
        }

        #serialize
    }
}
