//! The types of requests and responses: `types.rs`, or several files of many types.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::declaration::type_docs;
use super::docs::file_comment;
use super::file::{File, ident};
use super::{enums, structs, unions};
use crate::model::{Api, Shape, Type, TypeDef, TypeId, Types};

/// The maximum number of types in one file, unless they have the same initials.
const MAX_TYPES: usize = 200;

/// Returns the names and the texts of the files.
pub(super) fn emit(api: &Api) -> Vec<(String, String)> {
    let ids = api.types.ids_in_order().collect::<Vec<_>>();
    if ids.len() <= MAX_TYPES {
        let file = File::of_types(&api.types);
        return vec![("types.rs".to_owned(), declarations(&file, "Request and response types.", &ids))];
    }
    let mut groups = Vec::new();
    group(&api.types, ids, String::new(), &mut groups);
    groups.sort();
    let modules = groups.iter().map(|(initials, _)| ident(&format!("names_{initials}")));
    let modules = modules.map(|name| (quote!(mod #name;), quote!(pub use self::#name::*;)));
    let (modules, exports): (Vec<_>, Vec<_>) = modules.unzip();
    let head = file_comment("Request and response types.");
    let root = File::of_types(&api.types).text(head, [quote!(#(#modules)* #(#exports)*)].into_iter());
    let mut files = vec![("types/mod.rs".to_owned(), root)];
    for (initials, ids) in groups {
        let file = File::of_some_types(&api.types, &ids);
        let head = format!("Request and response types whose names start with `{initials}`.");
        files.push((format!("types/names_{initials}.rs"), declarations(&file, &head, &ids)));
    }
    files
}

/// Groups types by the initials of their names. A large group is divided by the next letter.
fn group(types: &Types, ids: Vec<TypeId>, initials: String, groups: &mut Vec<(String, Vec<TypeId>)>) {
    if !initials.is_empty() && ids.len() <= MAX_TYPES {
        groups.push((initials, ids));
        return;
    }
    let mut longer: BTreeMap<char, Vec<TypeId>> = BTreeMap::new();
    let mut complete = Vec::new();
    for id in ids {
        match letters(&types[id].name).nth(initials.len()) {
            Some(letter) => longer.entry(letter).or_default().push(id),
            None => complete.push(id),
        }
    }
    for (letter, ids) in longer {
        group(types, ids, format!("{initials}{letter}"), groups);
    }
    if !complete.is_empty() {
        groups.push((initials, complete));
    }
}

/// Returns the letters of a name that are used in names of files.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' })
}

fn declarations(file: &File<'_>, head: &str, ids: &[TypeId]) -> String {
    let items = ids.iter().map(|id| declaration(file, &file.types()[*id]));
    file.text(file_comment(head), items)
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
