//! A generated file with its imports.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::model::{Additional, Type, TypeId, Types};

/// A file under construction.
pub(super) struct File<'a> {
    types: &'a Types,
    declared: Declared,
    /// Imported names by module.
    imports: RefCell<BTreeMap<&'static str, BTreeSet<String>>>,
}

/// The types that a file declares.
enum Declared {
    None,
    Some(HashSet<TypeId>),
    All,
}

/// Imports from the runtime whose names may also be names of types.
const RUNTIME_NAMES: &[&str] = &[
    "Authentication",
    "Body",
    "ByteStream",
    "Client",
    "ClientHeader",
    "DocumentedError",
    "Error",
    "EventStream",
    "FailureKind",
    "Items",
    "JsonLines",
    "Method",
    "Multipart",
    "NextPage",
    "Operation",
    "OperationClass",
    "Page",
    "PageParameter",
    "Request",
    "Response",
    "SecretBytes",
    "ServerSentEvent",
    "Style",
];

impl<'a> File<'a> {
    /// Creates the file that declares the types.
    pub(super) fn of_types(types: &'a Types) -> Self {
        Self { types, declared: Declared::All, imports: RefCell::default() }
    }

    /// Creates a file that declares some of the types. The module around it exports all of them.
    pub(super) fn of_some_types(types: &'a Types, ids: &[TypeId]) -> Self {
        Self { declared: Declared::Some(ids.iter().copied().collect()), ..Self::of_types(types) }
    }

    /// Creates a file that uses the types.
    pub(super) fn using_types(types: &'a Types) -> Self {
        Self { declared: Declared::None, ..Self::of_types(types) }
    }

    pub(super) fn types(&self) -> &'a Types {
        self.types
    }

    /// Imports a name and returns it.
    pub(super) fn import(&self, module: &'static str, name: &str) -> TokenStream {
        self.note(module, name);
        let name = ident(name);
        quote!(#name)
    }

    pub(super) fn note(&self, module: &'static str, name: &str) {
        self.imports.borrow_mut().entry(module).or_default().insert(name.to_owned());
    }

    pub(super) fn runtime(&self, name: &str) -> TokenStream {
        self.import("api_keys_runtime", name)
    }

    pub(super) fn ty(&self, ty: &Type) -> TokenStream {
        match ty {
            Type::Any => self.import("serde_json", "Value"),
            Type::Unparsed => self.runtime("Json"),
            Type::Bool => quote!(bool),
            Type::Int32 => quote!(i32),
            Type::Int64 => quote!(i64),
            Type::UInt64 => quote!(u64),
            Type::Number => quote!(f64),
            Type::String => quote!(String),
            Type::Secret => self.import("api_keys_core", "SecretKey"),
            Type::DateTime => self.runtime("DateTime"),
            Type::Nullable(inner) => {
                let inner = self.ty(inner);
                quote!(Option<#inner>)
            }
            Type::List(item) => {
                let item = self.ty(item);
                quote!(Vec<#item>)
            }
            Type::Map(value) if **value == Type::Any => {
                let (map, value) = (self.import("serde_json", "Map"), self.import("serde_json", "Value"));
                quote!(#map<String, #value>)
            }
            Type::Map(value) => {
                let map = self.import("std::collections", "BTreeMap");
                let value = self.ty(value);
                quote!(#map<String, #value>)
            }
            Type::Tuple(items) => {
                let items = items.iter().map(|item| self.ty(item));
                quote!((#(#items),*))
            }
            Type::File => self.runtime("FilePart"),
            Type::Named(id) => self.named(*id),
        }
    }

    /// Returns the Rust type of an argument.
    pub(super) fn borrowed(&self, ty: &Type) -> TokenStream {
        match ty {
            ty if ty.is_copy() => self.ty(ty),
            Type::String => quote!(&str),
            Type::List(item) if **item == Type::String => quote!(&[&str]),
            Type::List(item) => {
                let item = self.ty(item);
                quote!(&[#item])
            }
            other => {
                let ty = self.ty(other);
                quote!(&#ty)
            }
        }
    }

    /// Returns the Rust type of undeclared properties.
    pub(super) fn additional(&self, additional: &Additional) -> TokenStream {
        match &additional.ty {
            Type::Any => self.runtime("AdditionalProperties"),
            ty => self.ty(&Type::Map(Box::new(ty.clone()))),
        }
    }

    pub(super) fn named(&self, id: TypeId) -> TokenStream {
        let name = &self.types[id].name;
        match &self.declared {
            Declared::Some(ids) if !ids.contains(&id) => self.import("super", name),
            Declared::Some(_) | Declared::All => {
                let name = ident(name);
                quote!(#name)
            }
            Declared::None if RUNTIME_NAMES.contains(&name.as_str()) => {
                self.note("super::types", "self");
                let name = ident(name);
                quote!(types::#name)
            }
            Declared::None => self.import("super::types", name),
        }
    }

    /// Returns the text of the file before rustfmt. Items are printed one by one, because tokens take a lot of memory.
    pub(super) fn text(&self, docs: TokenStream, items: impl Iterator<Item = TokenStream>) -> String {
        let items: String = items.map(pretty).collect();
        let mut text = pretty(docs);
        let imports = self.imports.take();
        for group in ["std", "", "super"] {
            text.push('\n');
            let is_in_group = |module: &str| match module.split("::").next() {
                Some(root @ ("std" | "super")) => root == group,
                _ => group.is_empty(),
            };
            for (module, names) in imports.iter().filter(|(module, _)| is_in_group(module)) {
                let names: Vec<_> = names.iter().map(String::as_str).collect();
                match names.as_slice() {
                    ["self"] => text.push_str(&format!("use {module};\n")),
                    names => text.push_str(&format!("use {module}::{{{}}};\n", names.join(", "))),
                }
            }
        }
        text.push('\n');
        text.push_str(&spaced(&items));
        text
    }
}

/// Returns an identifier, raw for a keyword.
pub(super) fn ident(name: &str) -> Ident {
    match syn::parse_str(name) {
        // A keyword of edition 2024 that syn accepts.
        Ok(ident) if name != "gen" => ident,
        _ => Ident::new_raw(name, Span::call_site()),
    }
}

pub(super) fn constant(method: &str) -> Ident {
    ident(&method.to_uppercase())
}

fn pretty(tokens: TokenStream) -> String {
    match syn::parse2(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        // A bug of the generator; rustfmt reports the location.
        Err(_) => tokens.to_string(),
    }
}

/// Adds blank lines between items.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut previous: Option<&str> = None;
    for line in text.lines() {
        let indent = |line: &str| line.len() - line.trim_start().len();
        let starts = ["///", "#[", "impl", "pub ", "fn ", "static ", "deserializer."];
        let declarations = ["struct ", "type ", "static ", "pub const "];
        let is_start = starts.iter().any(|start| line.trim_start().starts_with(start));
        if let Some(previous) = previous {
            let is_declaration = declarations.iter().any(|start| previous.trim_start().starts_with(start));
            let is_comment = previous.trim_start().starts_with("///");
            let ends_item = !is_comment
                && (["}", "};", "});"].iter().any(|end| previous.ends_with(end)) || is_declaration);
            let after_modules = previous.starts_with("pub mod ") && line.starts_with("pub use ");
            if (is_start && ends_item && indent(previous) == indent(line)) || after_modules {
                out.push('\n');
            }
        }
        out.push_str(line);
        out.push('\n');
        previous = Some(line);
    }
    out
}
