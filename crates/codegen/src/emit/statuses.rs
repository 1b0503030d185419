//! Enums of which each variant is what one status means.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs::{comment, markdown};
use super::file::{File, ident};
use super::method_docs::status;
use super::size;
use crate::model::{ResponseBody, Status, StatusEnum, StatusResponse, Type};

/// Whether any of the bodies may hold a secret.
pub(super) fn has_secret(file: &File<'_>, answers: &StatusEnum) -> bool {
    let bodies = answers.responses.iter().flat_map(|answer| &answer.bodies);
    bodies.filter_map(|body| body.json.as_ref()).any(|ty| match ty.innermost() {
        Type::Secret => true,
        _ => ty.names().iter().any(|id| file.types()[*id].has_secret),
    })
}

/// See [`size::allow_large_variant`].
pub(super) fn allow_large_variant(file: &File<'_>, answers: &StatusEnum) -> Option<TokenStream> {
    let bodies = answers.responses.iter().flat_map(|answer| &answer.bodies);
    let sizes = bodies.map(|body| body.json.as_ref().map_or(24, |ty| file.size(ty)));
    // There may be variants without a body too.
    size::allow_large_variant(sizes.chain([0]))
}

/// Whether any of the answers has a body.
pub(super) fn reads_body(answers: &StatusEnum) -> bool {
    answers.responses.iter().any(|answer| !answer.bodies.is_empty())
}

pub(super) fn variants(file: &File<'_>, answers: &StatusEnum) -> TokenStream {
    answers.responses.iter().map(|answer| answer_variants(file, answer)).collect()
}

fn answer_variants(file: &File<'_>, answer: &StatusResponse) -> TokenStream {
    let separator = if answer.text.is_empty() { "" } else { ": " };
    let text = format!("{}{separator}{}", status(answer.status), markdown(&answer.text));
    let status_field = has_status(answer).then(|| {
        let docs = comment("The status.", 2);
        quote!(#docs status: u16,)
    });
    if answer.bodies.is_empty() {
        let (name, docs) = (ident(&answer.name), comment(&text, 1));
        let fields = status_field.map(|field| quote!({ #field }));
        return quote!(#docs #name #fields,);
    }
    let variants = answer.bodies.iter().enumerate().map(|(index, body)| {
        let name = ident(&body.variant);
        let text = if index == 0 { &text } else { &format!("{}, as text.", status(answer.status)) };
        let docs = comment(text, 1);
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

/// Whether a variant has to tell the status, because it stands for several.
fn has_status(answer: &StatusResponse) -> bool {
    !matches!(answer.status, Status::Code(_))
}

/// The match that makes an optional variant of a `status` and the bytes of a body.
pub(super) fn decode(file: &File<'_>, answers: &StatusEnum, bytes: &TokenStream) -> TokenStream {
    if let [answer @ StatusResponse { status: Status::Default, .. }] = answers.responses.as_slice() {
        return value(file, answer, bytes);
    }
    let arms = answers.responses.iter().map(|answer| arm(file, answer, bytes));
    let otherwise = match answers.responses.last().map(|answer| answer.status) {
        Some(Status::Default) => quote!(),
        _ => quote!(_ => None,),
    };
    quote! {
        match status {
            #(#arms)*
            #otherwise
        }
    }
}

fn arm(file: &File<'_>, answer: &StatusResponse, bytes: &TokenStream) -> TokenStream {
    let pattern = match answer.status {
        Status::Code(code) => {
            let code = Literal::u16_unsuffixed(code);
            quote!(#code)
        }
        Status::Range(class) => {
            let class = Literal::u16_unsuffixed(class);
            quote!(_ if status / 100 == #class)
        }
        Status::Default => quote!(_),
    };
    let value = value(file, answer, bytes);
    quote!(#pattern => #value,)
}

fn value(file: &File<'_>, answer: &StatusResponse, bytes: &TokenStream) -> TokenStream {
    let mut attempts = answer.bodies.iter().map(|body| attempt(file, answer, body, bytes));
    match attempts.next() {
        None => {
            let name = ident(&answer.name);
            let status = has_status(answer).then(|| quote!({ status }));
            quote!(Some(Self::#name #status))
        }
        Some(first) => quote!(#first #(.or_else(|| #attempts))*),
    }
}

/// Reading the body in one of its forms.
fn attempt(
    file: &File<'_>,
    answer: &StatusResponse,
    body: &ResponseBody,
    bytes: &TokenStream,
) -> TokenStream {
    let name = ident(&body.variant);
    let variant =
        if has_status(answer) { quote!(|body| Self::#name { status, body }) } else { quote!(Self::#name) };
    if body.json.is_some() {
        let decode = file.http("decode_json");
        quote!(#decode(#bytes).map(#variant))
    } else {
        quote!(String::from_utf8(#bytes.to_vec()).ok().map(#variant))
    }
}
