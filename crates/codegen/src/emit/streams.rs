//! Responses that are read as they arrive.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::comment;
use super::file::{File, ident};
use crate::model::{EventData, EventEnum, Items, Operation, Stream};

/// Returns the type of the body of a response, and an expression that sends the request.
pub(super) fn call(file: &File<'_>, stream: &Stream) -> (TokenStream, TokenStream) {
    let accept = stream.media_type.as_ref().map(|media_type| quote!(.header("accept", #media_type)));
    let request = quote!(request #accept);
    let events = |ty: TokenStream, decode: TokenStream| {
        let stream = file.runtime("EventStream");
        (quote!(#stream<#ty>), quote!(self.http.send_events(#request, #decode).await))
    };
    match &stream.items {
        Items::Bytes => (file.runtime("ByteStream"), quote!(self.http.send_stream(#request).await)),
        Items::Json(ty) => {
            let (lines, ty) = (file.runtime("JsonLines"), file.ty(ty));
            (quote!(#lines<#ty>), quote!(self.http.send_json_lines(#request).await))
        }
        Items::Events => events(file.runtime("ServerSentEvent"), quote!(|event| Ok(Some(event.clone())))),
        Items::Data(ty) => {
            let event = file.runtime("ServerSentEvent");
            events(file.ty(ty), quote!(#event::json_until_done))
        }
        Items::Enum(EventEnum { name, .. }) => {
            let name = ident(name);
            events(quote!(#name), quote!(#name::read))
        }
    }
}

/// Returns the docs of the method that returns the response of an operation as a stream.
pub(super) fn method_docs(operation: &Operation, stream: &Stream) -> String {
    let name = &operation.name;
    let items = match stream.items {
        Items::Bytes => "the body of the response as it arrives, without a limit of its size",
        Items::Json(_) => "the values of the response as they arrive",
        Items::Events | Items::Data(_) | Items::Enum(_) => "the events of the response as they arrive",
    };
    let request = match &stream.media_type {
        Some(media_type) => format!(
            " Requests `{media_type}`. If the request has a field that selects a stream, such as `stream`, set it."
        ),
        None => String::new(),
    };
    format!(
        "Like [`{name}`](Self::{name}), but returns {items}.{request}\n\n# Errors\n\nThe errors are those \
         of [`{name}`](Self::{name})."
    )
}

/// Returns the enum for the events of a stream. Undocumented events are kept.
pub(super) fn event_enum(file: &File<'_>, method: &str, events: &EventEnum) -> TokenStream {
    let name = ident(&events.name);
    let docs = comment(&format!("Events of [`{method}`](Client::{method})."), 0);
    let (event, failure) = (file.runtime("ServerSentEvent"), file.runtime("FailureKind"));
    let variants = events.events.iter().map(|event| {
        let variant = ident(&event.name);
        let (text, fields) = match &event.data {
            EventData::Json(ty) => {
                let ty = file.ty(ty);
                (format!("The event `{}`.", event.wire), quote!((#ty)))
            }
            EventData::Text => (format!("The event `{}`, as text.", event.wire), quote!((String))),
            EventData::Constant(text) => (format!("The event `{}` with `{text}`.", event.wire), quote!()),
        };
        let docs = comment(&text, 1);
        quote!(#docs #variant #fields,)
    });
    let arms = events.events.iter().map(|event| {
        let (wire, variant) = (&event.wire, ident(&event.name));
        match &event.data {
            EventData::Constant(text) => quote!((#wire, #text) => Self::#variant,),
            EventData::Json(_) => quote!((#wire, _) => Self::#variant(event.json()?),),
            EventData::Text => quote!((#wire, text) => Self::#variant(text.to_owned()),),
        }
    });
    let end = events.has_end.then(|| quote!((_, "[DONE]") => return Ok(None),));
    let other_docs = comment("An undocumented event.", 1);
    quote! {
        #docs
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants)*
            #other_docs
            Other(#event),
        }

        impl #name {
            fn read(event: &#event) -> Result<Option<Self>, #failure> {
                Ok(Some(match (event.name(), event.data()) {
                    #end
                    #(#arms)*
                    _ => Self::Other(event.clone()),
                }))
            }
        }
    }
}
