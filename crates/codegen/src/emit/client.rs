//! `client.rs`: the client with a method per operation.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs::{comment, docs, file_comment, markdown};
use super::example::example;
use super::file::{File, constant, ident};
use super::method_docs::method_docs;
use super::{options, pagination, requests, statuses, streams, xml};
use crate::model::{
    Api, Class, ClientHeader, Credential, Items, Operation, Scheme, Server, StatusEnum, Streamed, Success,
};

pub(super) fn emit(api: &Api) -> String {
    let file = File::using_types(&api.types);
    let base_url = api.base_url.iter().map(|server| server_constant(server, "The default base URL."));
    let servers = api.servers.iter().map(|server| {
        let fallback = "The server of some operations. Configure it with \
                        [`server`](runtime::ClientBuilder::server), unless it has the origin of the base URL.";
        server_constant(server, fallback)
    });
    let headers = api.client_headers.iter().map(|header| client_header(&file, header));
    let credentials = api.credentials.iter().map(|credential| credential_function(&file, credential));
    let client = client(&file, api);
    let options = api
        .operations
        .iter()
        .filter_map(|operation| Some(options::emit(&file, operation, operation.options.as_ref()?)));
    let status_enums = api.operations.iter().filter_map(|operation| match &operation.success {
        Success::ByStatus(by_status) => Some(status_enum(&file, operation, by_status)),
        _ => None,
    });
    let event_enums =
        api.operations.iter().flat_map(|operation| operation.streams()).filter_map(|(method, stream)| {
            match &stream.items {
                Items::Enum(events) => Some(streams::event_enum(&file, method, events)),
                _ => None,
            }
        });
    let statics = api.operations.iter().map(|operation| operation_static(&file, operation));
    let items = base_url.chain(servers).chain(headers).chain(credentials).chain([client]);
    let items = items.chain(options).chain(status_enums).chain(event_enums).chain(statics);
    let head = file_comment("The client and its operations.");
    file.text(head, items)
}

fn server_constant(server: &Server, fallback: &str) -> TokenStream {
    let (name, url) = (ident(&server.name), &server.url);
    let docs = docs(&server.docs, fallback, 0);
    quote!(#docs pub const #name: &str = #url;)
}

fn client_header(file: &File<'_>, header: &ClientHeader) -> TokenStream {
    let name = ident(&header.name);
    let wire = &header.wire;
    let docs = docs(&header.docs, &format!("The header `{wire}`, sent with every request."), 0);
    let client_header = file.runtime("ClientHeader");
    let default = match &header.default {
        Some(default) => quote!(Some(#default)),
        None => quote!(None),
    };
    quote! {
        #docs
        pub const #name: #client_header = #client_header { name: #wire, default: #default };
    }
}

fn credential_function(file: &File<'_>, credential: &Credential) -> TokenStream {
    let name = ident(&credential.name);
    let (how, value) = match &credential.scheme {
        Scheme::Bearer => ("`Authorization: Bearer`".to_owned(), quote!(bearer(secret))),
        Scheme::Header(header) => (format!("the header `{header}`"), quote!(header(#header, secret))),
        Scheme::Query(name) => (format!("the query parameter `{name}`"), quote!(query(#name, secret))),
        Scheme::Cookie(name) => (format!("the cookie `{name}`"), quote!(cookie(#name, secret))),
        Scheme::Http(scheme) => (format!("`Authorization: {scheme}`"), quote!(http(#scheme, secret))),
        Scheme::Basic => ("`Authorization: Basic`".to_owned(), quote!(basic(user, secret))),
    };
    let user = (credential.scheme == Scheme::Basic).then(|| quote!(user: impl Into<String>,));
    let fallback = format!("Creates a credential that is sent as {how}.");
    let docs = docs(&credential.docs, &fallback, 0);
    let authentication = file.runtime("Authentication");
    let secret = file.import("api_keys_core", "SecretKey");
    let scheme = credential.scheme_name.as_ref().map(|scheme| quote!(.for_scheme(#scheme)));
    quote! {
        #docs
        pub fn #name(#user secret: impl Into<#secret>) -> #authentication {
            #authentication::#value #scheme
        }
    }
}

fn client(file: &File<'_>, api: &Api) -> TokenStream {
    file.note("api_keys_runtime", "self as runtime");
    let docs = comment(&format!("A client for {}. Clones are cheap.", markdown(&api.title)), 0);
    let new_docs = comment("Creates a client that sends requests with an HTTP client.", 1);
    let methods = api.operations.iter().map(|operation| method(file, api, operation));
    let unused =
        api.operations.is_empty().then(|| quote!(#[allow(dead_code, reason = "there are no operations")]));
    quote! {
        #docs
        #[derive(Debug, Clone)]
        pub struct Client {
            #unused
            http: runtime::Client,
        }

        impl Client {
            #new_docs
            pub fn new(http: runtime::Client) -> Self {
                Self { http }
            }

            #(#methods)*
        }
    }
}

fn method(file: &File<'_>, api: &Api, operation: &Operation) -> TokenStream {
    let name = ident(&operation.name);
    let docs = comment(&format!("{}\n\n{}", method_docs(operation), example(api, operation)), 1);
    let (response, error) = (file.runtime("Response"), file.runtime("Error"));
    let (success, send) = match &operation.success {
        Success::Empty => (quote!(()), quote!(self.http.send_empty(request).await)),
        Success::Json(ty) => (file.ty(ty), quote!(self.http.send_json(request).await)),
        Success::Optional(ty) => {
            let ty = file.ty(ty);
            (quote!(Option<#ty>), quote!(self.http.send_json_opt(request).await))
        }
        Success::Xml(body) => {
            let root = xml::root(file, body);
            (file.ty(&body.ty), quote!(self.http.send_xml(request, #root).await))
        }
        Success::OptionalXml(body) => {
            let (ty, root) = (file.ty(&body.ty), xml::root(file, body));
            (quote!(Option<#ty>), quote!(self.http.send_xml_opt(request, #root).await))
        }
        Success::ByStatus(by_status) => {
            let name = ident(&by_status.name);
            let send = quote! {
                let response = self.http.send_bytes(request).await?;
                let status = response.status().as_u16();
                Ok(response.map(|body| #name::read(status, body)))
            };
            (quote!(#name), send)
        }
        Success::Raw => {
            (file.import("api_keys_core", "SecretBytes"), quote!(self.http.send_bytes(request).await))
        }
        Success::Stream(stream) => streams::call(file, stream),
    };
    let failure = match &operation.error {
        Some(error) => file.import("super::errors", &error.name),
        None => quote!(()),
    };

    let arguments = operation.arguments.iter().map(|argument| {
        let name = ident(&argument.name);
        let ty = file.borrowed(&argument.ty);
        quote!(#name: #ty)
    });
    let body = operation.body.as_ref().map(|body| {
        let ty = requests::body_type(file, &body.content);
        if requests::may_be_absent(body) { quote!(body: Option<#ty>) } else { quote!(body: #ty) }
    });
    let options = operation.options.as_ref().map(|options| {
        let name = ident(&options.name);
        quote!(options: &#name)
    });
    let parameters: Vec<_> = arguments.chain(body).chain(options).collect();
    let request = requests::request(file, operation);
    let streamed = operation.streamed.as_ref().map(|Streamed { name, stream }| {
        let name = ident(name);
        let docs = comment(&streams::method_docs(operation, stream), 1);
        let (body, send) = streams::call(file, stream);
        quote! {
            #docs
            pub async fn #name(&self, #(#parameters),*) -> Result<#response<#body>, #error<#failure>> {
                #request
                #send
            }
        }
    });
    let items = operation
        .pagination
        .as_ref()
        .map(|pagination| pagination::method(file, operation, pagination, &parameters, &request, &failure));
    quote! {
        #docs
        pub async fn #name(&self, #(#parameters),*) -> Result<#response<#success>, #error<#failure>> {
            #request
            #send
        }

        #streamed

        #items
    }
}

/// Returns the enum for the successes of an operation with different types. Undocumented successes are kept, because an
/// error would hide the result of the operation.
fn status_enum(file: &File<'_>, operation: &Operation, by_status: &StatusEnum) -> TokenStream {
    let name = ident(&by_status.name);
    let docs = comment(&format!("Responses of [`{0}`](Client::{0}) by status.", operation.name), 0);
    let variants = statuses::variants(file, by_status);
    let decode = statuses::decode(file, by_status, &quote!(body.expose()));
    let other_docs = comment("An undocumented status or body.", 1);
    let bytes = file.import("api_keys_core", "SecretBytes");
    quote! {
        #docs
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum #name {
            #variants
            #other_docs
            Other(#bytes),
        }

        impl #name {
            fn read(status: u16, body: #bytes) -> Self {
                let documented = #decode;
                documented.unwrap_or(Self::Other(body))
            }
        }
    }
}

fn is_standard(method: &str) -> bool {
    ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "QUERY"].contains(&method)
}

fn operation_static(file: &File<'_>, operation: &Operation) -> TokenStream {
    let name = constant(&operation.name);
    let Operation { id, path, list, .. } = operation;
    let (ty, methods, classes) =
        (file.runtime("Operation"), file.runtime("Method"), file.runtime("OperationClass"));
    let method = &operation.method;
    let class = match operation.class {
        Class::Safe => quote!(Safe),
        Class::Idempotent => quote!(Idempotent),
        Class::Unsafe => quote!(Unsafe),
    };
    let method = match is_standard(method) {
        true => {
            let method = ident(method);
            quote!(#methods::#method)
        }
        false => {
            let method = Literal::byte_string(method.as_bytes());
            quote!(#methods::from_bytes(#method).expect("a valid method"))
        }
    };
    let value = quote! {
        #ty {
            id: #id,
            method: #method,
            path: #path,
            class: #classes::#class,
            list: #list,
        }
    };
    if is_standard(&operation.method) {
        return quote!(static #name: #ty = #value;);
    }
    // Only the standard methods are constants.
    let lazy = file.import("std::sync", "LazyLock");
    quote!(static #name: #lazy<#ty> = #lazy::new(|| #value);)
}
