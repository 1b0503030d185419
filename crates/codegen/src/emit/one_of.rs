//! Unions selected by a property or by known fields.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs::comment;
use super::file::{File, ident};
use crate::model::{SelectedBy, Tag, TagValue, TypeDef, Union};

pub(super) fn other(file: &File<'_>, union: &Union) -> TokenStream {
    let name = ident(&union.other);
    let text = match &union.selected_by {
        SelectedBy::Tag(tag) => format!("An object with another `{}`.", tag.property),
        _ => "A value that matches none of the variants, or several.".to_owned(),
    };
    let docs = comment(&text, 1);
    let json = file.runtime("Json");
    quote!(#docs #name(#json),)
}

/// Returns the implementation of `Deserialize` by the value of a property.
pub(super) fn by_tag(file: &File<'_>, definition: &TypeDef, union: &Union, tag: &Tag) -> TokenStream {
    let property = &tag.property;
    let other = ident(&union.other);
    let arms = union.variants.iter().zip(&tag.values).map(|(variant, values)| {
        let variant = ident(&variant.name);
        let values = values.iter().map(|value| match value {
            TagValue::Text(value) => quote!(#value),
            TagValue::Boolean(value) => quote!(#value),
            TagValue::Integer(value) => {
                let value = Literal::i64_unsuffixed(*value);
                quote!(#value)
            }
        });
        quote!(Some(#(#values)|*) => value.only(Self::#variant),)
    });
    let look = ident(match tag.values.iter().flatten().next() {
        Some(TagValue::Boolean(_)) => "boolean",
        Some(TagValue::Integer(_)) => "integer",
        Some(TagValue::Text(_)) | None => "text",
    });
    let body = quote! {
        match value.#look(#property) {
            #(#arms)*
            _ => Ok(value.or(Self::#other)),
        }
    };
    deserialize(file, definition, &body)
}

/// Returns the implementation of `Deserialize` by the number of known fields.
pub(super) fn by_fit(file: &File<'_>, definition: &TypeDef, union: &Union) -> TokenStream {
    let variants = union.variants.iter().map(|variant| ident(&variant.name));
    let other = ident(&union.other);
    deserialize(file, definition, &quote!(Ok(value #(.fit(Self::#variants))* .or(Self::#other))))
}

fn deserialize(file: &File<'_>, definition: &TypeDef, body: &TokenStream) -> TokenStream {
    let name = ident(&definition.name);
    let deserialize = file.import("serde", "Deserialize");
    let deserializer = file.import("serde", "Deserializer");
    let one_of = file.runtime("OneOf");
    quote! {
        impl<'de> #deserialize<'de> for #name {
            fn deserialize<D: #deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = #one_of::deserialize(deserializer)?;
                #body
            }
        }
    }
}
