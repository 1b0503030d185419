//! XML bodies.
//!
//! Types of bodies implement the traits of serde for JSON. A static description, which is generated from the schema,
//! converts between the JSON of a type and its XML.

mod decode;
mod encode;

use serde::de::DeserializeOwned;

pub(crate) use self::decode::decode;
pub(crate) use self::encode::encode;

/// The maximum depth of elements, as for JSON.
const MAX_DEPTH: usize = 128;

/// The namespace of `xsi:nil`, which marks null.
const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// A description of an element or an attribute: its name and its content.
///
/// ```
/// use api_keys_runtime::{XmlContent, XmlNode, XmlObject, XmlProperty, decode_xml};
///
/// static KEY: XmlNode = XmlNode::new("Key", XmlContent::Object(&KEY_PROPERTIES));
///
/// static KEY_PROPERTIES: XmlObject = XmlObject {
///     properties: &[
///         XmlProperty::attribute("id", XmlNode::new("id", XmlContent::Integer)),
///         XmlProperty::items("scopes", XmlNode::new("Scope", XmlContent::Text)),
///     ],
///     additional: None,
/// };
///
/// let xml = br#"<Key id="1"><Scope>read</Scope><Scope>write</Scope></Key>"#;
/// let json = serde_json::json!({ "id": 1, "scopes": ["read", "write"] });
/// assert_eq!(decode_xml(xml, &KEY), Some(json));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct XmlNode {
    local: &'static str,
    namespace: Option<&'static str>,
    prefix: Option<&'static str>,
    content: XmlContent,
}

impl XmlNode {
    /// Creates a node without a namespace. In responses, such a node may have any namespace.
    pub const fn new(name: &'static str, content: XmlContent) -> Self {
        Self { local: name, namespace: None, prefix: None, content }
    }

    /// Creates a root element without a documented name. In responses, it may have any name.
    pub const fn unnamed(content: XmlContent) -> Self {
        Self::new("", content)
    }

    /// Sets the namespace. In responses, nodes are compared by it, whatever their prefix.
    pub const fn namespace(mut self, uri: &'static str) -> Self {
        self.namespace = Some(uri);
        self
    }

    /// Sets the prefix in requests. Without a namespace, it has an effect where an enclosing element declares it.
    pub const fn prefix(mut self, prefix: &'static str) -> Self {
        self.prefix = Some(prefix);
        self
    }

    fn is_unnamed(&self) -> bool {
        self.local.is_empty()
    }

    /// Returns whether this is the description of a name, whose namespace has one of its own.
    fn is_exactly(&self, local: &str, namespace: Option<&str>) -> bool {
        self.local == local && self.namespace == namespace
    }

    /// Returns whether this is the description of a name, for any namespace if none is documented.
    fn matches(&self, local: &str, namespace: Option<&str>) -> bool {
        self.local == local && (self.namespace.is_none() || self.namespace == namespace)
    }
}

/// The content of an element or an attribute, by its type in JSON. Attributes and text are scalars.
///
/// Exhaustive: generated code contains all of them.
#[derive(Debug, Clone, Copy)]
pub enum XmlContent {
    /// A string.
    Text,
    /// An integer.
    Integer,
    /// A number.
    Number,
    /// A boolean.
    Boolean,
    /// An object.
    Object(&'static XmlObject),
    /// An array in an element of its own, with a description of its items.
    List(&'static XmlNode),
    /// One of several contents, in the order of preference: at most one object, at most one array, and scalars.
    OneOf(&'static [XmlContent]),
    /// Anything: a string, or an object of strings. Attributes are properties such as `@id`; text alongside others is
    /// `$text`.
    Any,
}

/// The properties of an object.
///
/// Exhaustive: generated code contains all fields.
#[derive(Debug, Clone, Copy)]
pub struct XmlObject {
    /// The declared properties, in the order of their elements.
    pub properties: &'static [XmlProperty],
    /// The elements for undeclared properties. By default they are ignored in responses.
    pub additional: Option<XmlEntries>,
}

/// Undeclared properties of an object, or the entries of a map. The names of elements are their keys.
///
/// Exhaustive: an entry is one element or several.
#[derive(Debug, Clone, Copy)]
pub enum XmlEntries {
    /// An element for each entry.
    One(XmlContent),
    /// Entries are arrays, with an element for each item.
    Several(XmlContent),
}

/// A property of an object.
#[derive(Debug, Clone, Copy)]
pub struct XmlProperty {
    /// The name in JSON.
    key: &'static str,
    kind: Kind,
    node: XmlNode,
    is_required: bool,
}

/// The nodes for a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Attribute,
    Element,
    /// The property is an array, with an element for each item.
    Items,
    /// The text of the element itself.
    Text,
    /// The text of the element itself, sent as CDATA.
    Cdata,
}

impl XmlProperty {
    /// Creates a property that is an attribute.
    pub const fn attribute(key: &'static str, node: XmlNode) -> Self {
        Self::new(key, Kind::Attribute, node)
    }

    /// Creates a property that is an element.
    pub const fn element(key: &'static str, node: XmlNode) -> Self {
        Self::new(key, Kind::Element, node)
    }

    /// Creates a property that is an array, with an element for each item.
    pub const fn items(key: &'static str, item: XmlNode) -> Self {
        Self::new(key, Kind::Items, item)
    }

    /// Creates a property that is the text of the element itself.
    pub const fn text(key: &'static str, content: XmlContent) -> Self {
        Self::new(key, Kind::Text, XmlNode::new("", content))
    }

    /// Creates a property that is the text of the element itself, sent as CDATA.
    pub const fn cdata(key: &'static str, content: XmlContent) -> Self {
        Self::new(key, Kind::Cdata, XmlNode::new("", content))
    }

    /// Marks the property as required. In XML, a property without elements or text is an empty array or an empty string
    /// if it is required, and absent otherwise.
    pub const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    const fn new(key: &'static str, kind: Kind, node: XmlNode) -> Self {
        Self { key, kind, node, is_required: false }
    }
}

impl XmlObject {
    /// Returns the property for an element or an attribute: that of its namespace, or else one without a namespace.
    fn find(&self, kinds: &[Kind], local: &str, namespace: Option<&str>) -> Option<&'static XmlProperty> {
        let of_kind = |property: &&XmlProperty| kinds.contains(&property.kind);
        let mut exact = self.properties.iter().filter(of_kind);
        let mut loose = self.properties.iter().filter(of_kind);
        exact
            .find(|property| property.node.is_exactly(local, namespace))
            .or_else(|| loose.find(|property| property.node.matches(local, namespace)))
    }

    /// Returns the property that is the text of the element itself.
    fn text(&self) -> Option<&'static XmlProperty> {
        self.properties.iter().find(|property| matches!(property.kind, Kind::Text | Kind::Cdata))
    }
}

/// Returns whether XML 1.0 allows a character.
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Decodes the XML body of a documented error, if it matches the document. For implementations of
/// [`DocumentedError`](crate::DocumentedError).
pub fn decode_xml<T: DeserializeOwned>(body: &[u8], root: &'static XmlNode) -> Option<T> {
    decode(body, root).ok()
}
