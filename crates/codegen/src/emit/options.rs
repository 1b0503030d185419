//! Options: the optional parameters of an operation.

use proc_macro2::TokenStream;
use quote::quote;

use super::constructors::{Input, setter};
use super::docs::{comment, docs};
use super::file::{File, ident};
use crate::model::{Operation, Options, Type};

pub(super) fn emit(file: &File<'_>, operation: &Operation, options: &Options) -> TokenStream {
    let name = ident(&options.name);
    let struct_docs = comment(&format!("Optional parameters of [`{0}`](Client::{0}).", operation.name), 0);
    let fields = options.fields.iter().map(|field| {
        let field_docs = docs(&field.docs, &format!("The parameter `{}`.", field.wire), 1);
        let name = ident(&field.name);
        let ty = file.ty(&field.ty);
        // An empty list is not sent.
        let ty = if matches!(field.ty, Type::List(_)) { ty } else { quote!(Option<#ty>) };
        quote!(#field_docs pub #name: #ty,)
    });
    let setters = options.fields.iter().map(|field| {
        let input = Input::of(file, &field.ty, false);
        match field.ty {
            Type::List(_) => setter(&field.name, &field.wire, &input),
            _ => setter(&field.name, &field.wire, &input.optional()),
        }
    });
    let has_secret = options.fields.iter().any(|field| {
        field.ty == Type::Secret || field.ty.names().iter().any(|id| file.types()[*id].has_secret)
    });
    let copies = (!has_secret).then(|| quote!(, Clone, PartialEq));
    let new_docs = comment(&format!("Creates a new `{}`.", options.name), 1);
    quote! {
        #struct_docs
        #[derive(Debug #copies, Default)]
        #[must_use]
        #[non_exhaustive]
        pub struct #name {
            #(#fields)*
        }

        impl #name {
            #new_docs
            pub fn new() -> Self {
                Self::default()
            }

            #(#setters)*
        }
    }
}
