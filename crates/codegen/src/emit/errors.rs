//! `errors.rs`: the documented errors of each operation.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{comment, file_comment};
use super::file::{File, ident};
use super::statuses;
use crate::model::{Api, Operation, StatusEnum};

pub(super) fn emit(api: &Api) -> String {
    let file = File::using_types(&api.types);
    let enums = api
        .operations
        .iter()
        .filter_map(|operation| Some(error_enum(&file, operation, operation.error.as_ref()?)));
    let head = file_comment("Documented errors: a type per operation, a variant per status.");
    file.text(head, enums)
}

fn error_enum(file: &File<'_>, operation: &Operation, error: &StatusEnum) -> TokenStream {
    let name = ident(&error.name);
    let docs = comment(&format!("Errors of [`{0}`](super::Client::{0}).", operation.name), 0);
    let copies = (!statuses::has_secret(file, error)).then(|| quote!(, Clone, PartialEq));
    let variants = statuses::variants(file, error);
    let body = ident(if statuses::has_body(error) { "body" } else { "_body" });
    let decode = statuses::decode(file, error, &quote!(#body));
    let documented_error = file.runtime("DocumentedError");
    quote! {
        #docs
        #[derive(Debug #copies)]
        #[non_exhaustive]
        pub enum #name {
            #variants
        }

        impl #documented_error for #name {
            fn decode(status: u16, #body: &[u8]) -> Option<Self> {
                #decode
            }
        }
    }
}
