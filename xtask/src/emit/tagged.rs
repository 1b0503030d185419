//! Enums of objects that a property tells apart.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::comment;
use super::file::{File, ident};
use crate::model::{Tag, TypeDef, Union};

/// The variant for an object that the document does not know.
pub(super) fn other(file: &File<'_>, tag: &Tag) -> TokenStream {
    let name = ident(&tag.other);
    let docs = comment(&format!("An object whose `{}` the document does not list.", tag.property), 1);
    let value = file.import("serde_json", "Value");
    quote!(#docs #name(#value),)
}

/// Reading the property first, and then the object as what it says.
pub(super) fn deserialize(file: &File<'_>, definition: &TypeDef, union: &Union, tag: &Tag) -> TokenStream {
    let name = ident(&definition.name);
    let deserialize = file.import("serde", "Deserialize");
    let deserializer = file.import("serde", "Deserializer");
    let de = file.import("serde", "de");
    let value = file.import("serde_json", "Value");
    let property = &tag.property;
    let other = ident(&tag.other);
    let arms = union.variants.iter().zip(&tag.values).map(|(variant, words)| {
        let variant_name = ident(&variant.name);
        let wrap = if variant.boxed {
            quote!(.map(Box::new).map(Self::#variant_name))
        } else {
            quote!(.map(Self::#variant_name))
        };
        quote!(Some(#(#words)|*) => serde_json::from_value(value)#wrap,)
    });
    quote! {
        impl<'de> #deserialize<'de> for #name {
            fn deserialize<D: #deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = #value::deserialize(deserializer)?;
                let read = match value.get(#property).and_then(#value::as_str) {
                    #(#arms)*
                    _ => Ok(Self::#other(value)),
                };
                read.map_err(#de::Error::custom)
            }
        }
    }
}
