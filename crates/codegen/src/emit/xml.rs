//! `xml.rs`: the descriptions of XML bodies.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::docs::file_comment;
use super::file::{File, ident};
use crate::model::{Api, Xml, XmlBody, XmlContent, XmlKind, XmlNode, XmlObject, XmlProperty};

pub(super) fn emit(api: &Api) -> String {
    let file = File::using_types(&api.types);
    let emitter = Emitter { file: &file, xml: &api.xml };
    let roots = api.xml.roots.iter().map(|root| {
        let (name, ty, node) = (ident(&root.name), file.runtime("XmlNode"), emitter.node(&root.node));
        quote!(pub(super) static #name: #ty = #node;)
    });
    let objects = api.xml.objects.values().map(|object| emitter.object(object));
    let head =
        file_comment("The XML of bodies: the names and kinds of the elements and attributes for JSON.");
    file.text(head, roots.chain(objects))
}

/// Returns a reference to the description of a body.
pub(super) fn root(file: &File<'_>, body: &XmlBody) -> TokenStream {
    let (module, name) = (file.import("super", "xml"), ident(&body.root));
    quote!(&#module::#name)
}

struct Emitter<'a> {
    file: &'a File<'a>,
    xml: &'a Xml,
}

impl Emitter<'_> {
    fn node(&self, node: &XmlNode) -> TokenStream {
        let (ty, content, local) = (self.file.runtime("XmlNode"), self.content(&node.content), &node.local);
        let namespace = node.namespace.as_ref().map(|uri| quote!(.namespace(#uri)));
        let prefix = node.prefix.as_ref().map(|prefix| quote!(.prefix(#prefix)));
        match local.as_str() {
            "" => quote!(#ty::unnamed(#content)#namespace #prefix),
            _ => quote!(#ty::new(#local, #content)#namespace #prefix),
        }
    }

    fn content(&self, content: &XmlContent) -> TokenStream {
        let ty = self.file.runtime("XmlContent");
        match content {
            XmlContent::Text => quote!(#ty::Text),
            XmlContent::Integer => quote!(#ty::Integer),
            XmlContent::Number => quote!(#ty::Number),
            XmlContent::Boolean => quote!(#ty::Boolean),
            XmlContent::Any => quote!(#ty::Any),
            XmlContent::Object(id) => {
                let name = ident(&self.xml.objects[id].name);
                quote!(#ty::Object(&#name))
            }
            XmlContent::List(item) => {
                let item = self.node(item);
                quote!(#ty::List(&#item))
            }
            XmlContent::OneOf(id) => match self.xml.unions[id.0].as_slice() {
                [only] => self.content(only),
                alternatives => {
                    let alternatives = alternatives.iter().map(|content| self.content(content));
                    quote!(#ty::OneOf(&[#(#alternatives),*]))
                }
            },
        }
    }

    fn object(&self, object: &XmlObject) -> TokenStream {
        let (name, ty) = (ident(&object.name), self.file.runtime("XmlObject"));
        let properties = object.properties.iter().map(|property| self.property(property));
        let additional = match &object.additional {
            None => quote!(None),
            Some((content, is_several)) => {
                let (entries, content) = (self.file.runtime("XmlEntries"), self.content(content));
                let variant = ident(if *is_several { "Several" } else { "One" });
                quote!(Some(#entries::#variant(#content)))
            }
        };
        quote! {
            static #name: #ty = #ty { properties: &[#(#properties),*], additional: #additional };
        }
    }

    fn property(&self, XmlProperty { key, kind, node, required }: &XmlProperty) -> TokenStream {
        let ty = self.file.runtime("XmlProperty");
        let (constructor, value): (Ident, _) = match kind {
            XmlKind::Attribute => (ident("attribute"), self.node(node)),
            XmlKind::Element => (ident("element"), self.node(node)),
            XmlKind::Items => (ident("items"), self.node(node)),
            XmlKind::Text => (ident("text"), self.content(&node.content)),
            XmlKind::Cdata => (ident("cdata"), self.content(&node.content)),
        };
        let is_relevant = matches!(kind, XmlKind::Items | XmlKind::Text | XmlKind::Cdata);
        let required = (*required && is_relevant).then(|| quote!(.required()));
        quote!(#ty::#constructor(#key, #value)#required)
    }
}
