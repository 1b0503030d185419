//! Enums with a variant for each status.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs::{comment, markdown};
use super::file::{File, ident};
use super::method_docs::status;
use super::xml;
use crate::model::{BodyFormat, ResponseBody, Status, StatusEnum, StatusResponse, Type};

pub(super) fn has_secret(file: &File<'_>, by_status: &StatusEnum) -> bool {
    let bodies = by_status.responses.iter().flat_map(|response| &response.bodies);
    bodies.filter_map(|body| body.format.ty()).any(|ty| match ty.innermost() {
        Type::Secret => true,
        _ => ty.names().iter().any(|id| file.types()[*id].has_secret),
    })
}

pub(super) fn has_body(by_status: &StatusEnum) -> bool {
    by_status.responses.iter().any(|response| !response.bodies.is_empty())
}

pub(super) fn variants(file: &File<'_>, by_status: &StatusEnum) -> TokenStream {
    by_status.responses.iter().map(|response| response_variants(file, response)).collect()
}

fn response_variants(file: &File<'_>, response: &StatusResponse) -> TokenStream {
    let separator = if response.text.is_empty() { "" } else { ": " };
    let text = format!("{}{separator}{}", status(response.status), markdown(&response.text));
    let status_field = has_status(response).then(|| {
        let docs = comment("The status.", 2);
        quote!(#docs status: u16,)
    });
    if response.bodies.is_empty() {
        let (name, docs) = (ident(&response.name), comment(&text, 1));
        let fields = status_field.map(|field| quote!({ #field }));
        return quote!(#docs #name #fields,);
    }
    let variants = response.bodies.iter().enumerate().map(|(index, body)| {
        let name = ident(&body.variant);
        let format = if matches!(body.format, BodyFormat::Text) { "text" } else { "XML" };
        let text = if index == 0 { &text } else { &format!("{}, as {format}.", status(response.status)) };
        let docs = comment(text, 1);
        let ty = body.format.ty().map_or(quote!(String), |ty| file.ty(ty));
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

/// Returns whether a variant has a status, because it covers several.
fn has_status(response: &StatusResponse) -> bool {
    !matches!(response.status, Status::Code(_))
}

/// Returns an expression for the optional variant of a `status` and the bytes of a body.
pub(super) fn decode(file: &File<'_>, by_status: &StatusEnum, bytes: &TokenStream) -> TokenStream {
    if let [response @ StatusResponse { status: Status::Default, .. }] = by_status.responses.as_slice() {
        return value(file, response, bytes);
    }
    let arms = by_status.responses.iter().map(|response| arm(file, response, bytes));
    let otherwise = match by_status.responses.last().map(|response| response.status) {
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

fn arm(file: &File<'_>, response: &StatusResponse, bytes: &TokenStream) -> TokenStream {
    let pattern = match response.status {
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
    let value = value(file, response, bytes);
    quote!(#pattern => #value,)
}

fn value(file: &File<'_>, response: &StatusResponse, bytes: &TokenStream) -> TokenStream {
    let mut attempts = response.bodies.iter().map(|body| attempt(file, response, body, bytes));
    match attempts.next() {
        None => {
            let name = ident(&response.name);
            let status = has_status(response).then(|| quote!({ status }));
            quote!(Some(Self::#name #status))
        }
        Some(first) => quote!(#first #(.or_else(|| #attempts))*),
    }
}

/// Returns an expression that decodes one form of the body.
fn attempt(
    file: &File<'_>,
    response: &StatusResponse,
    body: &ResponseBody,
    bytes: &TokenStream,
) -> TokenStream {
    let name = ident(&body.variant);
    let variant =
        if has_status(response) { quote!(|body| Self::#name { status, body }) } else { quote!(Self::#name) };
    match &body.format {
        BodyFormat::Json(_) => {
            let decode = file.runtime("decode_json");
            quote!(#decode(#bytes).map(#variant))
        }
        BodyFormat::Xml(xml) => {
            let (decode, root) = (file.runtime("decode_xml"), xml::root(file, xml));
            quote!(#decode(#bytes, #root).map(#variant))
        }
        BodyFormat::Text => quote!(String::from_utf8(#bytes.to_vec()).ok().map(#variant)),
    }
}
