//! JSON values to XML.

use std::borrow::Cow;
use std::fmt::Write;

use quick_xml::escape::{escape, partial_escape};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Kind, MAX_DEPTH, SCHEMA_INSTANCE, XmlContent, XmlEntries, XmlNode, XmlObject, is_allowed};

/// A description of a problem that does not quote the value.
type Result<T, E = &'static str> = std::result::Result<T, E>;

/// Encodes a value as a document.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T, root: &'static XmlNode) -> Result<String> {
    // The source may quote the value.
    let value = serde_json::to_value(value).map_err(|_| "the value is not serializable")?;
    let mut encoder = Encoder {
        out: r#"<?xml version="1.0" encoding="UTF-8"?>"#.to_owned(),
        namespaces: Vec::new(),
        depth: 0,
    };
    let root = if root.is_unnamed() { &XmlNode { local: "root", ..*root } } else { root };
    encoder.element(root, &value)?;
    Ok(encoder.out)
}

/// The attribute that marks null.
static NIL: XmlNode = XmlNode::new("nil", XmlContent::Boolean).namespace(SCHEMA_INSTANCE).prefix("xsi");

struct Encoder {
    out: String,
    /// The prefixes in scope and their namespaces. The default namespace has an empty prefix.
    namespaces: Vec<(String, String)>,
    depth: usize,
}

/// A start tag under construction.
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
    /// The prefixes of these names, which the tag cannot declare with another namespace.
    prefixes: Vec<String>,
    /// The number of namespaces in scope that enclosing elements declare.
    inherited: usize,
}

impl Encoder {
    fn element(&mut self, node: &XmlNode, value: &Value) -> Result<()> {
        let tag = self.tag(node);
        self.content(tag, node.content, value)
    }

    /// Writes an element whose name is a key.
    fn entry(&mut self, key: &str, content: XmlContent, value: &Value) -> Result<()> {
        if !is_name(key) {
            return Err("a key is not an XML name");
        }
        let tag = Tag { name: key.to_owned(), ..self.unnamed_tag() };
        self.content(tag, content, value)
    }

    fn content(&mut self, mut tag: Tag, content: XmlContent, value: &Value) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("the value is nested too deeply");
        }
        match (resolved(content, value), value) {
            (_, Value::Null) => {
                let nil = self.qualified(&NIL, &mut tag, true);
                tag.attributes.push((nil, "true".to_owned()));
                self.parent(tag, |_| Ok(()))?;
            }
            (XmlContent::Object(object), Value::Object(fields)) => self.object(tag, object, fields)?,
            (XmlContent::List(item), Value::Array(items)) => {
                self.parent(tag, |encoder| items.iter().try_for_each(|value| encoder.element(item, value)))?
            }
            (_, Value::Object(fields)) => self.any_object(tag, fields)?,
            (_, Value::Array(items)) => self.parent(tag, |encoder| {
                items.iter().try_for_each(|value| encoder.entry("item", XmlContent::Any, value))
            })?,
            (_, scalar) => self.parent(tag, |encoder| encoder.text(scalar))?,
        }
        self.depth -= 1;
        Ok(())
    }

    fn object(&mut self, mut tag: Tag, object: &XmlObject, fields: &Map<String, Value>) -> Result<()> {
        for property in object.properties.iter().filter(|property| property.kind == Kind::Attribute) {
            let Some(value) = fields.get(property.key).filter(|value| !value.is_null()) else { continue };
            let name = self.qualified(&property.node, &mut tag, true);
            tag.attributes.push((name, text(value)?.into_owned()));
        }
        self.parent(tag, |encoder| {
            for property in object.properties {
                let Some(value) = fields.get(property.key) else { continue };
                match (property.kind, value) {
                    (Kind::Attribute, _) | (Kind::Items | Kind::Text | Kind::Cdata, Value::Null) => {}
                    (Kind::Text, value) => encoder.text(value)?,
                    (Kind::Cdata, value) => encoder.cdata(&text(value)?),
                    (Kind::Items, Value::Array(items)) => {
                        items.iter().try_for_each(|value| encoder.element(&property.node, value))?;
                    }
                    (Kind::Element | Kind::Items, value) => encoder.element(&property.node, value)?,
                }
            }
            let is_declared = |key: &str| object.properties.iter().any(|property| property.key == key);
            for (key, value) in fields.iter().filter(|(key, _)| !is_declared(key)) {
                match (object.additional, value) {
                    (Some(XmlEntries::Several(content)), Value::Array(items)) => {
                        items.iter().try_for_each(|value| encoder.entry(key, content, value))?;
                    }
                    (Some(XmlEntries::Several(content) | XmlEntries::One(content)), value) => {
                        encoder.entry(key, content, value)?;
                    }
                    (None, value) => encoder.any(key, value)?,
                }
            }
            Ok(())
        })
    }

    fn any_object(&mut self, mut tag: Tag, fields: &Map<String, Value>) -> Result<()> {
        let mut others = Vec::new();
        for (key, value) in fields {
            match key.strip_prefix('@') {
                Some(_) if value.is_null() => {}
                Some(name) if is_name(name) => {
                    tag.attributes.push((name.to_owned(), text(value)?.into_owned()));
                }
                Some(_) => return Err("a key is not an XML name"),
                None => others.push((key, value)),
            }
        }
        self.parent(tag, |encoder| {
            for (key, value) in others {
                match key.as_str() {
                    "$text" => encoder.text(value)?,
                    key => encoder.any(key, value)?,
                }
            }
            Ok(())
        })
    }

    /// Writes a property without a description. An array has an element for each item.
    fn any(&mut self, key: &str, value: &Value) -> Result<()> {
        match value {
            Value::Array(items) => items.iter().try_for_each(|value| self.entry(key, XmlContent::Any, value)),
            value => self.entry(key, XmlContent::Any, value),
        }
    }

    fn cdata(&mut self, text: &str) {
        // A section cannot contain its end, or a carriage return, which parsers would replace.
        let text = text.replace("]]>", "]]]]><![CDATA[>").replace('\r', "]]>&#13;<![CDATA[");
        let _ = write!(self.out, "<![CDATA[{text}]]>");
    }

    fn text(&mut self, scalar: &Value) -> Result<()> {
        self.out.push_str(&partial_escape(text(scalar)?));
        Ok(())
    }

    /// Writes an element with the content that `write` writes.
    fn parent(&mut self, tag: Tag, write: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let _ = write!(self.out, "<{}", tag.name);
        for (prefix, uri) in &self.namespaces[tag.inherited..] {
            let separator = if prefix.is_empty() { "" } else { ":" };
            let _ = write!(self.out, " xmlns{separator}{prefix}=\"{}\"", attribute(uri));
        }
        for (name, value) in &tag.attributes {
            let _ = write!(self.out, " {name}=\"{}\"", attribute(value));
        }
        let end = self.out.len();
        self.out.push('>');
        write(self)?;
        if self.out.len() == end + 1 {
            self.out.insert(end, '/');
        } else {
            let _ = write!(self.out, "</{}>", tag.name);
        }
        self.namespaces.truncate(tag.inherited);
        Ok(())
    }

    fn tag(&mut self, node: &XmlNode) -> Tag {
        let mut tag = self.unnamed_tag();
        tag.name = self.qualified(node, &mut tag, false);
        tag
    }

    fn unnamed_tag(&self) -> Tag {
        Tag {
            name: String::new(),
            attributes: Vec::new(),
            prefixes: Vec::new(),
            inherited: self.namespaces.len(),
        }
    }

    /// Returns a name with its prefix, which the tag declares if necessary.
    fn qualified(&mut self, node: &XmlNode, tag: &mut Tag, is_attribute: bool) -> String {
        let XmlNode { local, namespace, prefix, .. } = *node;
        let prefix = match namespace {
            Some(uri) => self.prefix(uri, prefix, tag, is_attribute),
            None => {
                prefix.filter(|prefix| *prefix == "xml" || self.bound(prefix).is_some()).map(str::to_owned)
            }
        };
        let name = match prefix.as_deref() {
            None | Some("") => local.to_owned(),
            Some(prefix) => format!("{prefix}:{local}"),
        };
        tag.prefixes.extend(prefix);
        name
    }

    /// Returns a prefix for a namespace: the preferred one, unless the tag needs it for another namespace.
    fn prefix(
        &mut self,
        uri: &str,
        preferred: Option<&str>,
        tag: &Tag,
        is_attribute: bool,
    ) -> Option<String> {
        // The default namespace does not apply to attributes.
        let preferred = preferred.or((!is_attribute).then_some("")).map(str::to_owned);
        let mut candidates = preferred.into_iter().chain((1..).map(|number| format!("ns{number}")));
        let prefix = candidates.find(|prefix| {
            self.bound(prefix) == Some(uri) || !tag.prefixes.iter().any(|used| used == prefix)
        })?;
        if self.bound(&prefix) != Some(uri) {
            self.namespaces.push((prefix.clone(), uri.to_owned()));
        }
        Some(prefix)
    }

    /// Returns the namespace of a prefix.
    fn bound(&self, prefix: &str) -> Option<&str> {
        let mut innermost = self.namespaces.iter().rev();
        innermost.find(|(bound, _)| bound == prefix).map(|(_, uri)| uri.as_str())
    }
}

/// Returns the alternative for a value.
fn resolved(content: XmlContent, value: &Value) -> XmlContent {
    let XmlContent::OneOf(alternatives) = content else { return content };
    let is_suitable = |content: &&XmlContent| match value {
        Value::Object(_) => matches!(content, XmlContent::Object(_)),
        Value::Array(_) => matches!(content, XmlContent::List(_)),
        _ => !matches!(content, XmlContent::Object(_) | XmlContent::List(_)),
    };
    alternatives.iter().find(is_suitable).copied().unwrap_or(XmlContent::Any)
}

/// Returns the text of a scalar.
fn text(value: &Value) -> Result<Cow<'_, str>> {
    match value {
        Value::String(text) if text.chars().all(is_allowed) => Ok(Cow::Borrowed(text)),
        Value::String(_) => Err("a string contains a character that XML does not allow"),
        Value::Array(_) | Value::Object(_) => Err("an attribute or a text is not a scalar"),
        Value::Null => Ok(Cow::Borrowed("")),
        Value::Bool(_) | Value::Number(_) => Ok(Cow::Owned(value.to_string())),
    }
}

/// Escapes the value of an attribute, in which parsers replace whitespace.
fn attribute(value: &str) -> String {
    escape(value).replace('\n', "&#10;").replace('\t', "&#9;")
}

/// Returns whether a key is a name without a prefix.
fn is_name(key: &str) -> bool {
    let mut chars = key.chars();
    chars.next().is_some_and(starts_name) && chars.all(|c| {
        starts_name(c)
            || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}' | '\u{2040}')
    })
}

fn starts_name(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}
