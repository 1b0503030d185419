//! Requests.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::file::{File, constant, ident};
use super::xml;
use crate::model::{
    Body, Content, Encoding, EncodingFormat, Field, Location, Operation, Parameter, Presence, Shape, Type,
    TypeId, XmlBody,
};

pub(super) fn request(file: &File<'_>, operation: &Operation) -> TokenStream {
    let request = file.runtime("Request");
    let name = constant(&operation.name);
    let fixed = operation.fixed_query.iter().map(|(name, value)| quote!(.query(#name, #value)));
    let arguments = operation.arguments.iter().map(|argument| required(file, argument));
    let options = operation.options.iter().flat_map(|options| &options.fields);
    let (of_body, options): (Vec<_>, Vec<_>) = options.partition(|field| is_content_type(field));
    let options = options.into_iter().map(|field| optional(file, field));
    let of_body = of_body.into_iter().map(|field| {
        let name = ident(&field.name);
        quote!(.content_type_opt(options.#name.as_deref()))
    });
    let accept = operation.accept.as_ref().map(|accept| quote!(.header("accept", #accept)));
    let body = operation.body.as_ref().map(|body| self::body(file, body));
    let server = operation.server.as_ref().map(|server| quote!(.server(#server)));
    let security = operation.security.as_ref().map(|alternatives| {
        let alternatives = alternatives.iter().map(|schemes| quote!(&[#(#schemes),*]));
        quote!(.security(&[#(#alternatives),*]))
    });
    quote!(let request = #request::new(&#name)#server #security #accept #(#fixed)*#(#arguments)*#(#options)*#body #(#of_body)*;)
}

/// Returns whether an option is the media type of the body, which has no header parameter.
fn is_content_type(field: &Parameter) -> bool {
    field.location == Location::Header && field.wire == "content-type"
}

fn required(file: &File<'_>, argument: &Parameter) -> TokenStream {
    let (wire, name) = (&argument.wire, ident(&argument.name));
    if argument.ty == Type::Secret {
        let method = secret_method(argument.location);
        return quote!(.#method(#wire, #name));
    }
    if let Some(style) = argument.style {
        let value = if is_borrowed(&argument.ty) { quote!(#name) } else { quote!(&#name) };
        return styled(file, argument, style, "", &value);
    }
    match (argument.location, &argument.ty) {
        (Location::Path, _) => quote!(.path_parameter(#wire, #name)),
        (Location::Header, _) => quote!(.header(#wire, #name)),
        (Location::Cookie, _) => quote!(.cookie(#wire, #name)),
        (Location::Query, Type::List(_)) => quote!(.query_all(#wire, #name)),
        (Location::Query, _) => quote!(.query(#wire, #name)),
    }
}

fn optional(file: &File<'_>, field: &Parameter) -> TokenStream {
    let (wire, name) = (&field.wire, ident(&field.name));
    if field.ty == Type::Secret {
        let method = secret_method(field.location);
        return quote!(.#method(#wire, options.#name.as_ref()));
    }
    if let Some(style) = field.style {
        let suffix = if field.location == Location::Path { "_opt" } else { "" };
        return styled(file, field, style, suffix, &quote!(&options.#name));
    }
    let value = match &field.ty {
        ty if ty.is_copy() => quote!(options.#name),
        Type::List(_) => quote!(&options.#name),
        _ => quote!(options.#name.as_ref()),
    };
    match (field.location, &field.ty) {
        (Location::Query, Type::List(_)) => quote!(.query_all(#wire, #value)),
        (Location::Query, _) => quote!(.query_opt(#wire, #value)),
        (Location::Cookie, _) => quote!(.cookie_opt(#wire, #value)),
        (Location::Path, _) => quote!(.path_parameter_opt(#wire, #value)),
        (Location::Header, _) => quote!(.header_opt(#wire, #value)),
    }
}

fn secret_method(location: Location) -> Ident {
    ident(match location {
        Location::Path => "path_secret",
        Location::Query => "query_secret",
        Location::Header => "header_secret",
        Location::Cookie => "cookie_secret",
    })
}

fn is_borrowed(ty: &Type) -> bool {
    !ty.is_copy()
}

fn styled(
    file: &File<'_>,
    parameter: &Parameter,
    style: &str,
    suffix: &str,
    value: &TokenStream,
) -> TokenStream {
    let wire = &parameter.wire;
    let styles = file.runtime("Style");
    let style = ident(style);
    let method = match parameter.location {
        Location::Path => "path_as",
        Location::Query => "query_as",
        Location::Header => "header_as",
        Location::Cookie => "cookie_as",
    };
    let method = ident(&format!("{method}{suffix}"));
    quote!(.#method(#wire, #styles::#style, #value))
}

pub(super) fn body_type(file: &File<'_>, content: &Content) -> TokenStream {
    match content {
        Content::Json(ty) | Content::Form(ty) | Content::Xml(XmlBody { ty, .. }) => file.borrowed(ty),
        Content::JsonLines(ty) => file.borrowed(&Type::List(Box::new(ty.clone()))),
        Content::Multipart(id) => {
            let ty = file.named(*id);
            quote!(&#ty)
        }
        Content::AnyMultipart => file.runtime("Multipart"),
        Content::Bytes => {
            let body = file.runtime("Body");
            quote!(impl Into<#body>)
        }
        Content::Text => quote!(&str),
    }
}

/// Returns whether the body is an `Option`. Other optional bodies are empty.
pub(super) fn may_be_absent(body: &Body) -> bool {
    !body.required
        && matches!(body.content, Content::Json(_) | Content::Xml(_) | Content::Form(_) | Content::Text)
}

fn body(file: &File<'_>, body: &Body) -> TokenStream {
    let optional = may_be_absent(body);
    let body_call = match (&body.content, optional) {
        (Content::Json(ty), false) if !is_borrowed(ty) => quote!(.body_json(&body)),
        (Content::Json(ty), true) if !is_borrowed(ty) => quote!(.body_json_opt(body.as_ref())),
        (Content::Json(_), false) => quote!(.body_json(body)),
        (Content::Json(_), true) => quote!(.body_json_opt(body)),
        (Content::JsonLines(_), _) => quote!(.body_json_lines(body)),
        (Content::Xml(body), _) => {
            let root = xml::root(file, body);
            match (optional, is_borrowed(&body.ty)) {
                (false, false) => quote!(.body_xml(&body, #root)),
                (true, false) => quote!(.body_xml_opt(body.as_ref(), #root)),
                (false, true) => quote!(.body_xml(body, #root)),
                (true, true) => quote!(.body_xml_opt(body, #root)),
            }
        }
        (Content::Form(_), _) if !body.encodings.is_empty() => {
            let styles = body.encodings.iter().filter_map(|Encoding { wire, format }| match format {
                EncodingFormat::Style(style) => {
                    let (styles, style) = (file.runtime("Style"), ident(style));
                    Some(quote!((#wire, #styles::#style)))
                }
                EncodingFormat::ContentType(_) => None,
            });
            quote!(.body_form_as(body, &[#(#styles),*]))
        }
        (Content::Form(_), false) => quote!(.body_form(body)),
        (Content::Form(_), true) => quote!(.body_form_opt(body)),
        (Content::Multipart(id), _) => {
            let form = multipart(file, *id, &body.encodings);
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

fn multipart(file: &File<'_>, id: TypeId, encodings: &[Encoding]) -> TokenStream {
    let form = file.runtime("Multipart");
    let Shape::Struct(object) = &file.types()[id].shape else { return quote!(#form::new()) };
    let label = |field: &Field| {
        encodings.iter().find_map(|Encoding { wire, format }| match format {
            EncodingFormat::ContentType(content_type) if *wire == field.wire => Some(content_type),
            _ => None,
        })
    };
    let types = object.fields.iter().filter_map(|field| {
        let (wire, content_type) = (&field.wire, label(field)?);
        Some(quote!(.part_type(#wire, #content_type)))
    });
    let parts = object.fields.iter().map(|field| {
        let is_json = label(field).is_some_and(|content_type| content_type.ends_with("json"));
        part(file, field, is_json)
    });
    quote!(#form::new()#(#types)*#(#parts)*)
}

fn part(file: &File<'_>, field: &Field, is_json: bool) -> TokenStream {
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
        ty if ty.is_copy() && is_required => quote!(.text(#wire, body.#name)),
        ty if is_scalar(file, ty) && is_required => quote!(.text(#wire, #value)),
        ty if is_scalar(file, ty) => quote!(.text_opt(#wire, #value)),
        Type::List(item) if **item == Type::File || is_scalar(file, item) && !is_json => {
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

fn is_scalar(file: &File<'_>, ty: &Type) -> bool {
    match ty {
        Type::Named(id) => matches!(file.types()[*id].shape, Shape::Enum(_)),
        ty => ty.is_scalar(),
    }
}
