//! Constructors and setters: required fields are arguments of `new`, optional fields have setters.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::comment;
use super::file::{File, ident};
use crate::model::{Field, Presence, Shape, Struct, Type, TypeDef, Types};

/// Returns whether all fields are optional.
pub(super) fn has_default(object: &Struct) -> bool {
    object.fields.iter().all(|field| is_optional(field.presence))
}

fn is_optional(presence: Presence) -> bool {
    matches!(presence, Presence::Optional | Presence::OptionalNullable)
}

pub(super) fn emit(file: &File<'_>, definition: &TypeDef, object: &Struct) -> TokenStream {
    let name = ident(&definition.name);
    let new = new(file, definition, object);
    // Clippy expects it of a constructor without arguments.
    let default = has_fixed_values_only(file.types(), object).then(|| {
        quote! {
            impl Default for #name {
                fn default() -> Self {
                    Self::new()
                }
            }
        }
    });
    let optional = object.fields.iter().filter(|field| is_optional(field.presence));
    let setters = optional.map(|field| match field.presence {
        Presence::OptionalNullable => setter(&field.name, &field.wire, &Input::nullable(file, field)),
        _ => setter(&field.name, &field.wire, &Input::of(file, &field.ty, field.boxed).optional()),
    });
    let additional = object.additional.iter().map(|additional| {
        let ty = file.additional(additional);
        let input = match additional.ty {
            Type::Any => {
                Input { argument: quote!(impl Into<#ty>), conversion: quote!(.into()), wrappers: Vec::new() }
            }
            _ => Input { argument: ty, conversion: quote!(), wrappers: Vec::new() },
        };
        setter(&additional.name, &additional.name, &input)
    });
    quote! {
        impl #name {
            #new
            #(#setters)*
            #(#additional)*
        }

        #default
    }
}

/// Returns whether the constructor sets all required fields, of which there are some.
fn has_fixed_values_only(types: &Types, object: &Struct) -> bool {
    let mut required = object.fields.iter().filter(|field| !is_optional(field.presence)).peekable();
    required.peek().is_some() && required.all(|field| types.fixed_value(field).is_some())
}

fn new(file: &File<'_>, definition: &TypeDef, object: &Struct) -> TokenStream {
    if has_default(object) {
        let docs = comment(&format!("Creates a new `{}`.", definition.name), 1);
        return quote! {
            #docs
            pub fn new() -> Self {
                Self::default()
            }
        };
    }
    let mut arguments = Vec::new();
    let mut values = Vec::new();
    for field in &object.fields {
        let name = ident(&field.name);
        if field.presence == Presence::Optional {
            values.push(quote!(#name: None));
        } else if field.presence == Presence::OptionalNullable {
            let nullable = file.runtime("Nullable");
            values.push(quote!(#name: #nullable::Absent));
        } else if field.presence == Presence::RequiredNullable {
            let ty = file.ty(&field.ty);
            arguments.push(quote!(#name: Option<#ty>));
            values.push(if field.boxed { quote!(#name: #name.map(Box::new)) } else { quote!(#name) });
        } else if let Some((id, only)) = file.types().fixed_value(field) {
            let (ty, value) = (file.named(id), ident(&only.name));
            values.push(quote!(#name: #ty::#value));
        } else {
            let input = Input::of(file, &field.ty, field.boxed);
            let (argument, value) = (&input.argument, input.value(&quote!(#name)));
            arguments.push(quote!(#name: #argument));
            values.push(if input.is_plain() { quote!(#name) } else { quote!(#name: #value) });
        }
    }
    if let Some(additional) = &object.additional {
        let name = ident(&additional.name);
        values.push(quote!(#name: Default::default()));
    }
    let docs = comment(&format!("Creates a new `{}` with the required fields.", definition.name), 1);
    quote! {
        #docs
        pub fn new(#(#arguments),*) -> Self {
            Self { #(#values),* }
        }
    }
}

pub(super) fn setter(name: &str, wire: &str, input: &Input) -> TokenStream {
    let field = ident(name);
    let value = input.value(&quote!(#field));
    let (docs, method) = (comment(&format!("Sets `{wire}`."), 1), setter_name(name));
    let argument = &input.argument;
    quote! {
        #docs
        pub fn #method(mut self, #field: #argument) -> Self {
            self.#field = #value;
            self
        }
    }
}

/// Returns the name of a setter: the field, unless the name is a Rust convention or a method of a standard trait.
fn setter_name(field: &str) -> proc_macro2::Ident {
    let is_convention =
        ["is_", "to_", "as_", "from_", "into_"].iter().any(|prefix| field.starts_with(prefix));
    let is_method = [
        "add",
        "as_mut",
        "as_ref",
        "bitand",
        "bitor",
        "bitxor",
        "borrow",
        "borrow_mut",
        "clone",
        "cmp",
        "default",
        "deref",
        "deref_mut",
        "div",
        "drop",
        "eq",
        "from_iter",
        "from_str",
        "hash",
        "index",
        "index_mut",
        "into_iter",
        "mul",
        "neg",
        "new",
        "next",
        "not",
        "rem",
        "shl",
        "shr",
        "sub",
    ]
    .contains(&field);
    if is_convention || is_method { ident(&format!("with_{field}")) } else { ident(field) }
}

/// The argument of a constructor or setter with its conversion.
pub(super) struct Input {
    pub(super) argument: TokenStream,
    conversion: TokenStream,
    /// Functions for the converted value, such as `Some`.
    wrappers: Vec<TokenStream>,
}

impl Input {
    pub(super) fn of(file: &File<'_>, ty: &Type, boxed: bool) -> Self {
        let written = file.ty(ty);
        let (argument, conversion) = match ty {
            Type::List(item) if converts(file.types(), item) => {
                let item = file.ty(item);
                (
                    quote!(impl IntoIterator<Item = impl Into<#item>>),
                    quote!(.into_iter().map(Into::into).collect()),
                )
            }
            Type::List(item) => {
                let item = file.ty(item);
                (quote!(impl IntoIterator<Item = #item>), quote!(.into_iter().collect()))
            }
            ty if converts(file.types(), ty) => (quote!(impl Into<#written>), quote!(.into())),
            _ => (written, quote!()),
        };
        Self { argument, conversion, wrappers: boxed.then(|| quote!(Box::new)).into_iter().collect() }
    }

    /// The argument for an optional and nullable field.
    fn nullable(file: &File<'_>, field: &Field) -> Self {
        let nullable = file.runtime("Nullable");
        let ty = file.ty(&field.ty);
        let conversion = if field.boxed { quote!(.into().map(Box::new)) } else { quote!(.into()) };
        Self { argument: quote!(impl Into<#nullable<#ty>>), conversion, wrappers: Vec::new() }
    }

    /// The argument for a field in an `Option`.
    pub(super) fn optional(mut self) -> Self {
        self.wrappers.push(quote!(Some));
        self
    }

    fn is_plain(&self) -> bool {
        self.conversion.is_empty() && self.wrappers.is_empty()
    }

    fn value(&self, argument: &TokenStream) -> TokenStream {
        let conversion = &self.conversion;
        let value = quote!(#argument #conversion);
        self.wrappers.iter().fold(value, |value, wrapper| quote!(#wrapper(#value)))
    }
}

fn converts(types: &Types, ty: &Type) -> bool {
    match ty {
        Type::String | Type::Secret | Type::DateTime | Type::Any | Type::Map(_) => true,
        Type::Named(id) => !matches!(types[*id].shape, Shape::Struct(_) | Shape::Alias(_)),
        Type::Unparsed | Type::Bool | Type::Int32 | Type::Int64 | Type::UInt64 | Type::Number => false,
        Type::Nullable(_) | Type::List(_) | Type::Tuple(_) | Type::File => false,
    }
}
