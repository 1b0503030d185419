//! Parts of all declarations.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::docs;
use super::file::{File, ident};
use crate::model::TypeDef;

pub(super) fn type_docs(definition: &TypeDef) -> TokenStream {
    docs(&definition.docs, &format!("The schema `{}`.", definition.name), 0)
}

/// Returns the derived traits. Types with secrets cannot be cloned or compared.
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

pub(super) fn boxed(ty: TokenStream, boxed: bool) -> TokenStream {
    if boxed { quote!(Box<#ty>) } else { ty }
}
