//! `client.rs`: the client with a method per operation.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{comment, docs, file_comment, markdown};
use super::example::example;
use super::file::{File, constant, ident};
use super::method_docs::method_docs;
use super::{options, requests, statuses};
use crate::model::{Api, Class, ClientHeader, Credential, Operation, Scheme, Server, StatusEnum, Success};

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
    let statics = api.operations.iter().map(|operation| operation_static(&file, operation));
    let items = base_url.chain(servers).chain(headers).chain(credentials).chain([client]);
    let items = items.chain(options).chain(status_enums).chain(statics);
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
    let (success, call) = match &operation.success {
        Success::Empty => (quote!(()), quote!(send_empty)),
        Success::Json(ty) => (file.ty(ty), quote!(send_json)),
        Success::Optional(ty) => {
            let ty = file.ty(ty);
            (quote!(Option<#ty>), quote!(send_json_opt))
        }
        Success::ByStatus(by_status) => {
            let name = ident(&by_status.name);
            (quote!(#name), quote!(send_bytes))
        }
        Success::Raw => (file.import("api_keys_core", "SecretBytes"), quote!(send_bytes)),
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
    let send = match &operation.success {
        Success::ByStatus(by_status) => {
            let name = ident(&by_status.name);
            quote! {
                let response = self.http.send_bytes(request).await?;
                let status = response.status().as_u16();
                Ok(response.map(|body| #name::read(status, body)))
            }
        }
        _ => quote!(self.http.#call(request).await),
    };
    quote! {
        #docs
        pub async fn #name(&self, #(#parameters),*) -> Result<#response<#success>, #error<#failure>> {
            #request
            #send
        }
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

fn operation_static(file: &File<'_>, operation: &Operation) -> TokenStream {
    let name = constant(&operation.name);
    let Operation { id, path, list, .. } = operation;
    let (ty, methods, classes) =
        (file.runtime("Operation"), file.runtime("Method"), file.runtime("OperationClass"));
    let method = ident(&operation.method);
    let class = match operation.class {
        Class::Safe => quote!(Safe),
        Class::Idempotent => quote!(Idempotent),
        Class::Unsafe => quote!(Unsafe),
    };
    quote! {
        static #name: #ty = #ty {
            id: #id,
            method: #methods::#method,
            path: #path,
            class: #classes::#class,
            list: #list,
        };
    }
}
