//! `types.rs`: the types of requests and responses.

use proc_macro2::TokenStream;
use quote::quote;

use super::declaration::type_docs;
use super::docs::file_comment;
use super::file::{File, ident};
use super::{enums, structs, unions};
use crate::model::{Api, Shape, Type, TypeDef};

pub(super) fn emit(api: &Api) -> String {
    let file = File::of_types(&api.types);
    let items = api.types.in_order().map(|definition| declaration(&file, definition));
    let head = file_comment("Request and response types.");
    file.text(head, items)
}

fn declaration(file: &File<'_>, definition: &TypeDef) -> TokenStream {
    match &definition.shape {
        Shape::Struct(object) => structs::emit(file, definition, object),
        Shape::Enum(values) => enums::emit(file, definition, values),
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
