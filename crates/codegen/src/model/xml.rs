//! Descriptions of XML bodies, which convert between XML and the JSON of their types.

use std::collections::BTreeMap;

/// The descriptions for all bodies. Names are those of constants.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Xml {
    pub(crate) roots: Vec<XmlRoot>,
    pub(crate) objects: BTreeMap<XmlObjectId, XmlObject>,
    pub(crate) unions: Vec<XmlUnion>,
}

/// The contents of the alternatives of a union: at most one object, at most one array, and scalars.
pub(crate) type XmlUnion = Vec<XmlContent>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct XmlRoot {
    pub(crate) name: String,
    pub(crate) node: XmlNode,
}

/// An element or an attribute.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct XmlNode {
    /// The local name; empty if it is unknown.
    pub(crate) local: String,
    pub(crate) namespace: Option<String>,
    pub(crate) prefix: Option<String>,
    pub(crate) content: XmlContent,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum XmlContent {
    Text,
    Integer,
    Number,
    Boolean,
    Any,
    Object(XmlObjectId),
    /// An array in an element of its own, with its items.
    List(Box<XmlNode>),
    OneOf(XmlUnionId),
}

/// The index of an [`XmlUnion`] in [`Xml`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct XmlUnionId(pub(crate) usize);

/// The id of an [`XmlObject`] in [`Xml`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct XmlObjectId(pub(crate) usize);

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct XmlObject {
    pub(crate) name: String,
    pub(crate) properties: Vec<XmlProperty>,
    /// The elements for undeclared properties, and whether an entry has several.
    pub(crate) additional: Option<(XmlContent, bool)>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct XmlProperty {
    /// The name in JSON.
    pub(crate) key: String,
    pub(crate) kind: XmlKind,
    pub(crate) node: XmlNode,
    pub(crate) required: bool,
}

/// The nodes for a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum XmlKind {
    Attribute,
    Element,
    /// An element for each item of an array.
    Items,
    /// The text of the element itself.
    Text,
    /// The text of the element itself, as CDATA.
    Cdata,
}
