//! Methods for the items of all pages.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs::comment;
use super::file::{File, ident};
use crate::model::{FieldPath, NextPage, Operation, PageParameter, Pagination, Presence, Type};

/// Returns the method for the items of all pages of an operation, from the parts of its method.
pub(super) fn method(
    file: &File<'_>,
    operation: &Operation,
    pagination: &Pagination,
    parameters: &[TokenStream],
    request: &TokenStream,
    failure: &TokenStream,
) -> TokenStream {
    let name = ident(&pagination.name);
    let docs = comment(&method_docs(operation), 1);
    let (items, page) = (file.runtime("Items"), file.runtime("Page"));
    let (item, body) = (file.ty(&pagination.item), file.ty(&pagination.page));
    let next = next(file, &pagination.next);
    let (list, is_optional) = value(&pagination.items, Access::Move);
    let list = if is_optional { quote!(#list.unwrap_or_default()) } else { list };
    // The reference is read first, because the list is moved.
    quote! {
        #docs
        pub fn #name(&self, #(#parameters),*) -> #items<#item, #failure> {
            #request
            self.http.paginate(request, |page: #body| #page { next: #next, items: #list })
        }
    }
}

fn method_docs(operation: &Operation) -> String {
    let name = &operation.name;
    format!(
        "Like [`{name}`](Self::{name}), but returns the items of this page and all later ones. A page is requested \
         when the items before it have been consumed.\n\n# Errors\n\nThe errors of the items are those of \
         [`{name}`](Self::{name}). An error ends the stream."
    )
}

fn next(file: &File<'_>, next: &NextPage) -> TokenStream {
    let next_page = file.runtime("NextPage");
    let selected = |parameter: &PageParameter| {
        let page_parameter = file.runtime("PageParameter");
        match parameter {
            PageParameter::Query(name) => quote!(#page_parameter::Query(#name)),
            PageParameter::Body(name) => quote!(#page_parameter::Body(#name)),
        }
    };
    match next {
        NextPage::Url(field) => {
            let url = text(field);
            quote!(#next_page::Url(#url))
        }
        NextPage::LinkHeader => quote!(#next_page::LinkHeader),
        NextPage::Cursor { parameter, field } if field.ty == Type::Secret => {
            let (parameter, cursor) = (selected(parameter), optional(field));
            quote!(#next_page::SecretCursor { parameter: #parameter, value: #cursor })
        }
        NextPage::Cursor { parameter, field } => {
            let (parameter, cursor) = (selected(parameter), text(field));
            quote!(#next_page::Cursor { parameter: #parameter, value: #cursor })
        }
        NextPage::Offset { parameter } => {
            let parameter = selected(parameter);
            quote!(#next_page::Offset { parameter: #parameter })
        }
        NextPage::Number { parameter, first, last } => {
            let parameter = selected(parameter);
            let first = Literal::u64_unsuffixed(*first);
            let last = match last {
                Some(field) if field.ty == Type::UInt64 => optional(field),
                Some(field) => match value(field, Access::Clone) {
                    (last, true) => quote!(#last.and_then(|last| u64::try_from(last).ok())),
                    (last, false) => quote!(u64::try_from(#last).ok()),
                },
                None => quote!(None),
            };
            quote!(#next_page::Number { parameter: #parameter, first: #first, last: #last })
        }
    }
}

/// Returns an expression for the optional text of a field.
fn text(field: &FieldPath) -> TokenStream {
    let to_text = match &field.ty {
        Type::String => return optional(field),
        Type::Secret => quote!(|secret| secret.expose().to_owned()),
        _ => quote!(|number| number.to_string()),
    };
    let value = optional(field);
    quote!(#value.map(#to_text))
}

/// Returns an expression for the value of a field, if there is one.
fn optional(field: &FieldPath) -> TokenStream {
    match value(field, Access::Clone) {
        (value, true) => value,
        (value, false) => quote!(Some(#value)),
    }
}

/// The access to a field of a page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Move,
    Borrow,
    /// Clones the field, and borrows those around it.
    Clone,
}

/// Returns an expression for a field of `page`, and whether it is an `Option`.
fn value(path: &FieldPath, access: Access) -> (TokenStream, bool) {
    let mut value = quote!(page);
    let mut is_option = false;
    for (index, (name, presence)) in path.fields.iter().enumerate() {
        let name = ident(name);
        let access = match access {
            Access::Clone if index + 1 < path.fields.len() => Access::Borrow,
            Access::Clone if path.ty.is_copy() => Access::Move,
            access => access,
        };
        let may_be_absent = *presence != Presence::Required;
        let of = |object: &TokenStream| {
            let field = quote!(#object.#name);
            match (access, presence) {
                (Access::Borrow, Presence::Required) if is_option => quote!(&#field),
                (Access::Clone, Presence::Required) => quote!(#field.clone()),
                (Access::Move | Access::Borrow, Presence::Required) => field,
                (Access::Move, Presence::OptionalNullable) => quote!(#field.into_option()),
                (Access::Borrow, Presence::OptionalNullable) => quote!(#field.as_option()),
                (Access::Clone, Presence::OptionalNullable) => quote!(#field.as_option().cloned()),
                (Access::Move, _) => field,
                (Access::Borrow, _) => quote!(#field.as_ref()),
                (Access::Clone, _) => quote!(#field.clone()),
            }
        };
        value = match (is_option, may_be_absent) {
            (false, _) => of(&value),
            (true, true) => {
                let field = of(&quote!(value));
                quote!(#value.and_then(|value| #field))
            }
            (true, false) => {
                let field = of(&quote!(value));
                quote!(#value.map(|value| #field))
            }
        };
        is_option |= may_be_absent;
    }
    (value, is_option)
}
