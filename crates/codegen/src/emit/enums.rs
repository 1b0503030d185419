//! Enums of strings.

use proc_macro2::TokenStream;
use quote::quote;

use super::declaration::{derives, type_docs};
use super::docs::comment;
use super::file::{File, ident};
use crate::model::{Enum, TypeDef};

pub(super) fn emit(file: &File<'_>, definition: &TypeDef, enumeration: &Enum) -> TokenStream {
    let name = ident(&definition.name);
    let type_docs = type_docs(definition);
    let mut more = vec!["Eq", "Hash"];
    more.extend(definition.deserialize.then_some("Deserialize"));
    let derives = derives(file, definition, &more);
    let from = definition.deserialize.then(|| quote!(#[serde(from = "String")]));
    let fmt = file.import("std", "fmt");

    let names: Vec<_> = enumeration.values.iter().map(|value| ident(&value.name)).collect();
    let wires: Vec<_> = enumeration.values.iter().map(|value| &value.wire).collect();
    let variant_docs = wires.iter().map(|wire| {
        let text = if wire.is_empty() { "The empty string." } else { &format!("`{wire}`") };
        comment(text, 1)
    });
    let other = ident(&enumeration.other);
    let other_docs = comment("Another value.", 1);
    let as_str_docs = comment("Returns the value on the wire.", 1);

    let serialize = definition.serialize.then(|| {
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
