//! How a method puts its request together.

use proc_macro2::TokenStream;
use quote::quote;

use super::file::{File, constant, ident};
use crate::model::{Body, Content, Field, Operation, Parameter, Place, Presence, Shape, Type, TypeId};

pub(super) fn request(file: &File<'_>, operation: &Operation) -> TokenStream {
    let request = file.http("Request");
    let name = constant(&operation.name);
    let fixed = operation.fixed_query.iter().map(|(name, value)| quote!(.query(#name, #value)));
    let arguments = operation.arguments.iter().map(|argument| required(file, argument));
    let options = operation.options.iter().flat_map(|options| &options.fields);
    let options = options.map(|field| optional(file, field));
    let body = operation.body.as_ref().map(|body| self::body(file, body));
    quote!(let request = #request::new(&#name)#(#fixed)*#(#arguments)*#(#options)*#body;)
}

fn required(file: &File<'_>, argument: &Parameter) -> TokenStream {
    let (wire, name) = (&argument.wire, ident(&argument.name));
    if let Some(style) = argument.style {
        return styled(file, argument, style, &quote!(#name), is_borrowed(&argument.ty));
    }
    match (argument.place, &argument.ty) {
        (Place::Path, _) => quote!(.path_parameter(#wire, #name)),
        (Place::Header, _) => quote!(.header(#wire, #name)),
        (Place::Cookie, _) => quote!(.cookie(#wire, #name)),
        (Place::Query, Type::List(_)) => quote!(.query_all(#wire, #name)),
        (Place::Query, _) => quote!(.query(#wire, #name)),
    }
}

fn optional(file: &File<'_>, field: &Parameter) -> TokenStream {
    let (wire, name) = (&field.wire, ident(&field.name));
    if let Some(style) = field.style {
        return styled(file, field, style, &quote!(options.#name), false);
    }
    let value = match &field.ty {
        Type::Bool | Type::Int32 | Type::Int64 | Type::Number => quote!(options.#name),
        Type::List(_) => quote!(&options.#name),
        _ => quote!(options.#name.as_ref()),
    };
    match (field.place, &field.ty) {
        (Place::Query, Type::List(_)) => quote!(.query_all(#wire, #value)),
        (Place::Query, _) => quote!(.query_opt(#wire, #value)),
        (Place::Cookie, _) => quote!(.cookie_opt(#wire, #value)),
        (Place::Path | Place::Header, _) => quote!(.header_opt(#wire, #value)),
    }
}

/// Whether an argument of a type is a reference already.
fn is_borrowed(ty: &Type) -> bool {
    !matches!(ty, Type::Bool | Type::Int32 | Type::Int64 | Type::Number)
}

fn styled(
    file: &File<'_>,
    parameter: &Parameter,
    style: &str,
    value: &TokenStream,
    is_borrowed: bool,
) -> TokenStream {
    let wire = &parameter.wire;
    let styles = file.http("Style");
    let style = ident(style);
    let value = if is_borrowed { value.clone() } else { quote!(&#value) };
    let method = match parameter.place {
        Place::Path => "path_as",
        Place::Query => "query_as",
        Place::Header => "header_as",
        Place::Cookie => "cookie_as",
    };
    let method = ident(method);
    quote!(.#method(#wire, #styles::#style, #value))
}

/// The type of the argument of a body, as it is borrowed.
pub(super) fn body_type(file: &File<'_>, content: &Content) -> TokenStream {
    match content {
        Content::Json(ty) | Content::Form(ty) => super::operations::borrowed(file, ty),
        Content::Multipart(id) => {
            let ty = file.named(*id);
            quote!(&#ty)
        }
        Content::AnyMultipart => file.http("Multipart"),
        Content::Bytes => {
            let bytes = file.http("Bytes");
            quote!(impl Into<#bytes>)
        }
        Content::Text => quote!(&str),
    }
}

/// Whether the body of a content can be left out; the others are empty then.
pub(super) fn may_be_absent(body: &Body) -> bool {
    !body.required && matches!(body.content, Content::Json(_) | Content::Form(_) | Content::Text)
}

fn body(file: &File<'_>, body: &Body) -> TokenStream {
    let optional = may_be_absent(body);
    let body_call = match (&body.content, optional) {
        (Content::Json(ty), false) if !is_borrowed(ty) => quote!(.body_json(&body)),
        (Content::Json(ty), true) if !is_borrowed(ty) => quote!(.body_json_opt(body.as_ref())),
        (Content::Json(_), false) => quote!(.body_json(body)),
        (Content::Json(_), true) => quote!(.body_json_opt(body)),
        (Content::Form(_), false) => quote!(.body_form(body)),
        (Content::Form(_), true) => quote!(.body_form_opt(body)),
        (Content::Multipart(id), _) => {
            let form = multipart(file, *id);
            quote!(.body_multipart(#form))
        }
        (Content::AnyMultipart, _) => quote!(.body_multipart(body)),
        (Content::Bytes, _) => quote!(.body_bytes(body)),
        (Content::Text, false) => quote!(.body_bytes(body.to_owned())),
        (Content::Text, true) => quote!(.body_bytes_opt(body.map(str::to_owned))),
    };
    let media_type = body.media_type.as_ref().map(|media_type| quote!(.content_type(#media_type)));
    quote!(#body_call #media_type)
}

fn multipart(file: &File<'_>, id: TypeId) -> TokenStream {
    let form = file.http("Multipart");
    let Shape::Struct(object) = &file.types()[id].shape else { return quote!(#form::new()) };
    let parts = object.fields.iter().map(|field| part(file, field));
    quote!(#form::new()#(#parts)*)
}

fn part(file: &File<'_>, field: &Field) -> TokenStream {
    let (wire, name) = (&field.wire, ident(&field.name));
    let is_required = field.presence == Presence::Required;
    let value = match field.presence {
        Presence::Required => quote!(&body.#name),
        Presence::RequiredNullable | Presence::Optional => quote!(body.#name.as_ref()),
        Presence::OptionalNullable => quote!(body.#name.as_option()),
    };
    let value = if field.boxed && is_required { quote!(&*body.#name) } else { value };
    match &field.ty {
        Type::File if is_required => quote!(.file(#wire, #value)),
        Type::File => quote!(.file_opt(#wire, #value)),
        Type::Secret if is_required => quote!(.secret(#wire, #value)),
        Type::Secret => quote!(.secret_opt(#wire, #value)),
        ty if is_word(file, ty) && is_required => quote!(.text(#wire, #value)),
        ty if is_word(file, ty) => quote!(.text_opt(#wire, #value)),
        Type::List(item) if **item == Type::File || is_word(file, item) => {
            let method = ident(if **item == Type::File { "file_all" } else { "text_all" });
            let value = if is_required { value } else { quote!(#value.into_iter().flatten()) };
            quote!(.#method(#wire, #value))
        }
        _ => {
            let value = if is_required { value } else { quote!(&#value) };
            quote!(.json(#wire, #value))
        }
    }
}

fn is_word(file: &File<'_>, ty: &Type) -> bool {
    match ty {
        Type::Bool | Type::Int32 | Type::Int64 | Type::Number | Type::String | Type::DateTime => true,
        Type::Named(id) => matches!(file.types()[*id].shape, Shape::Enum(_)),
        _ => false,
    }
}
