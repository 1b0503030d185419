//! `errors.rs`: for each operation, the errors that its document describes.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{comment, file_comment, markdown};
use super::file::{File, ident};
use super::method_docs::status;
use crate::model::{Api, ErrorAnswer, ErrorBody, ErrorEnum, Operation, Status, Type};

pub(super) fn emit(api: &Api) -> String {
    let file = File::beside_types(&api.types);
    let enums = api
        .operations
        .iter()
        .filter_map(|operation| operation.error.as_ref().map(|error| error_enum(&file, operation, error)));
    let items = quote!(#(#enums)*);
    let head = file_comment(
        "The errors that operations answer with: one type per operation, one variant per status.",
    );
    file.text(head, items)
}

fn error_enum(file: &File<'_>, operation: &Operation, error: &ErrorEnum) -> TokenStream {
    let name = ident(&error.name);
    let docs = comment(
        &format!("What [`{}`](super::Client::{}) answers when it fails.", operation.name, operation.name),
        0,
    );
    let has_secret = error.answers.iter().flat_map(|answer| &answer.bodies).any(|body| {
        matches!(body.json.as_ref().map(Type::core), Some(Type::Named(id)) if file.types()[*id].has_secret)
    });
    let derives =
        if has_secret { quote!(#[derive(Debug)]) } else { quote!(#[derive(Debug, Clone, PartialEq)]) };
    let variants = error.answers.iter().map(|answer| variants(file, answer));
    let arms: Vec<_> = error.answers.iter().map(|answer| arm(file, answer)).collect();
    let otherwise = match error.answers.last().map(|answer| answer.status) {
        Some(Status::Default) => quote!(),
        _ => quote!(_ => None,),
    };
    let reads_body = error.answers.iter().any(|answer| !answer.bodies.is_empty());
    let body = ident(if reads_body { "body" } else { "_body" });
    let documented_error = file.http("DocumentedError");
    quote! {
        #docs
        #derives
        #[non_exhaustive]
        pub enum #name {
            #(#variants)*
        }

        impl #documented_error for #name {
            fn decode(status: u16, #body: &[u8]) -> Option<Self> {
                match status {
                    #(#arms)*
                    #otherwise
                }
            }
        }
    }
}

/// Whether a variant has to tell the status, because it stands for several.
fn tells_status(answer: &ErrorAnswer) -> bool {
    !matches!(answer.status, Status::Code(_))
}

fn variants(file: &File<'_>, answer: &ErrorAnswer) -> TokenStream {
    let separator = if answer.text.is_empty() { "" } else { ": " };
    let text = format!("{}{separator}{}", status(answer.status), markdown(&answer.text));
    let status_field = tells_status(answer).then(|| {
        let docs = comment("The status.", 2);
        quote!(#docs status: u16,)
    });
    if answer.bodies.is_empty() {
        let (name, docs) = (ident(&answer.name), comment(&text, 1));
        return match status_field {
            Some(field) => quote!(#docs #name { #field },),
            None => quote!(#docs #name,),
        };
    }
    let variants = answer.bodies.iter().enumerate().map(|(index, body)| {
        let name = ident(&body.variant);
        let docs = if index == 0 {
            comment(&text, 1)
        } else {
            comment(&format!("{}, as text.", status(answer.status)), 1)
        };
        let ty = body.json.as_ref().map_or(quote!(String), |ty| file.ty(ty));
        match &status_field {
            Some(field) => {
                let body_docs = comment("The body.", 2);
                quote!(#docs #name { #field #body_docs body: #ty },)
            }
            None => quote!(#docs #name(#ty),),
        }
    });
    quote!(#(#variants)*)
}

fn arm(file: &File<'_>, answer: &ErrorAnswer) -> TokenStream {
    let pattern = match answer.status {
        Status::Code(code) => {
            let code = proc_macro2::Literal::u16_unsuffixed(code);
            quote!(#code)
        }
        Status::Range(class) => {
            let first = proc_macro2::Literal::u16_unsuffixed(class * 100);
            let last = proc_macro2::Literal::u16_unsuffixed(class * 100 + 99);
            quote!(#first..=#last)
        }
        Status::Default => quote!(_),
    };
    let mut attempts = answer.bodies.iter().map(|body| attempt(file, answer, body));
    let value = match attempts.next() {
        None => {
            let name = ident(&answer.name);
            if tells_status(answer) {
                quote!(Some(Self::#name { status }))
            } else {
                quote!(Some(Self::#name))
            }
        }
        Some(first) => quote!(#first #(.or_else(|| #attempts))*),
    };
    quote!(#pattern => #value,)
}

/// Reading the body in one of its forms.
fn attempt(file: &File<'_>, answer: &ErrorAnswer, body: &ErrorBody) -> TokenStream {
    let name = ident(&body.variant);
    let variant =
        if tells_status(answer) { quote!(|body| Self::#name { status, body }) } else { quote!(Self::#name) };
    if body.json.is_some() {
        let decode = file.http("decode_json");
        return quote!(#decode(body).map(#variant));
    }
    quote!(String::from_utf8(body.to_vec()).ok().map(#variant))
}
