//! XML to JSON values, with errors that never quote the body.

use std::borrow::Cow;
use std::collections::HashSet;

use quick_xml::XmlVersion;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::escape::{resolve_xml_entity, unescape};
use quick_xml::events::{BytesDecl, BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_json::{Map, Number, Value};

use super::{
    Kind, MAX_DEPTH, SCHEMA_INSTANCE, XmlContent, XmlEntries, XmlNode, XmlObject, XmlProperty, is_allowed,
};
use crate::response::json::{DecodeFailure, printable};

/// Decodes a document. If its value does not match the type, the document is read again to find the element.
pub(crate) fn decode<T: DeserializeOwned>(body: &[u8], root: &'static XmlNode) -> Result<T, DecodeFailure> {
    let text = str::from_utf8(body).map_err(|error| {
        let invalid = Invalid::syntax("it is not encoded in UTF-8", error.valid_up_to());
        invalid.into_failure(body, "")
    })?;
    let mut decoder = Decoder::new(text, None);
    let value = decoder.document(root).map_err(|invalid| invalid.into_failure(body, &decoder.path))?;
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let mut decoder = Decoder::new(text, Some(&path));
        let _ = decoder.document(root);
        let at = decoder.nearest.1;
        Invalid { category: Category::Data, detail: None, at }.into_failure(body, &path)
    })
}

/// The reason why a document is invalid, and its location as an offset.
#[derive(Debug)]
struct Invalid {
    category: Category,
    detail: Option<&'static str>,
    at: usize,
}

impl Invalid {
    fn syntax(detail: &'static str, at: usize) -> Self {
        Self { category: Category::Syntax, detail: Some(detail), at }
    }

    fn data(detail: &'static str, at: usize) -> Self {
        Self { category: Category::Data, detail: Some(detail), at }
    }

    fn into_failure(self, body: &[u8], path: &str) -> DecodeFailure {
        let before = &body[..self.at.min(body.len())];
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        DecodeFailure {
            path: if path.is_empty() { ".".to_owned() } else { printable(path) },
            line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
            column: before.len() - line_start + 1,
            category: self.category,
            detail: self.detail,
        }
    }
}

struct Decoder<'x> {
    reader: NsReader<&'x [u8]>,
    /// The offset of the text, after a byte order mark.
    start: usize,
    /// The path of the current value in JSON, as in errors.
    path: String,
    depth: usize,
    /// A path to locate.
    sought: Option<&'x str>,
    /// The length of the longest path so far that leads to the sought one, and the location of its element.
    nearest: (usize, usize),
}

/// A part of the content of an element.
enum Part<'x> {
    Text(Cow<'x, str>),
    Element(Element<'x>),
    End,
}

/// A start tag.
struct Element<'x> {
    tag: BytesStart<'x>,
    name: Name,
    attributes: Vec<(Name, String)>,
    is_nil: bool,
    at: usize,
}

#[derive(PartialEq, Eq, Hash)]
struct Name {
    namespace: Option<String>,
    local: String,
}

impl<'x> Decoder<'x> {
    fn new(text: &'x str, sought: Option<&'x str>) -> Self {
        let content = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = NsReader::from_str(content);
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            start: text.len() - content.len(),
            path: String::new(),
            depth: 0,
            sought,
            nearest: (0, 0),
        }
    }

    fn document(&mut self, root: &'static XmlNode) -> Result<Value, Invalid> {
        let element = loop {
            let at = self.position();
            match self.event()? {
                Event::Decl(declaration) if at == self.start => expect_utf8(&declaration, at)?,
                Event::Comment(_) | Event::PI(_) => {}
                Event::Text(text) if is_blank(&text) => {}
                Event::Start(tag) => break self.start(tag, at)?,
                Event::DocType(_) => return Err(Invalid::syntax("it declares a document type", at)),
                Event::Eof => return Err(Invalid { category: Category::Eof, detail: None, at }),
                _ => return Err(Invalid::syntax(NOT_WELL_FORMED, at)),
            }
        };
        let Name { local, namespace } = &element.name;
        if !root.is_unnamed() && !root.matches(local, namespace.as_deref()) {
            return Err(Invalid::data("the root element has another name", element.at));
        }
        let value = self.element(element, root.content)?;
        loop {
            let at = self.position();
            match self.event()? {
                Event::Comment(_) | Event::PI(_) => {}
                Event::Text(text) if is_blank(&text) => {}
                Event::Eof => return Ok(value),
                _ => return Err(Invalid::syntax(NOT_WELL_FORMED, at)),
            }
        }
    }

    fn element(&mut self, element: Element<'x>, content: XmlContent) -> Result<Value, Invalid> {
        self.locate(element.at);
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Invalid::syntax("it is nested too deeply", element.at));
        }
        let value = match content {
            _ if element.is_nil => {
                self.skip(&element)?;
                Value::Null
            }
            XmlContent::Object(object) => self.object(&element, object, String::new(), None)?,
            XmlContent::List(item) => self.list(&element, item, None)?,
            XmlContent::OneOf(alternatives) => self.one_of(&element, alternatives)?,
            XmlContent::Any => self.any(&element)?,
            scalar => {
                let text = self.text()?;
                self::scalar(scalar, &text)
            }
        };
        self.depth -= 1;
        Ok(value)
    }

    /// Reads the content of an object after a text and a part that were read before.
    fn object(
        &mut self,
        element: &Element<'x>,
        object: &'static XmlObject,
        mut text: String,
        mut ahead: Option<Part<'x>>,
    ) -> Result<Value, Invalid> {
        let mut fields = Map::new();
        for (Name { local, namespace }, value) in &element.attributes {
            if let Some(property) = object.find(&[Kind::Attribute], local, namespace.as_deref()) {
                fields.insert(property.key.to_owned(), scalar(property.node.content, value));
            }
        }
        let mut has_elements = false;
        loop {
            match ahead.take().map_or_else(|| self.part(), Ok)? {
                Part::Text(part) => text.push_str(&part),
                Part::Element(element) => {
                    has_elements = true;
                    self.member(element, object, &mut fields)?;
                }
                Part::End => break,
            }
        }
        if let Some(property) = object.text() {
            // Between elements, whitespace is indentation.
            let text = if has_elements { text.trim_matches(is_space) } else { &text };
            if property.is_required || !text.is_empty() {
                fields.insert(property.key.to_owned(), scalar(property.node.content, text));
            }
        }
        for property in object.properties {
            if property.kind == Kind::Items && property.is_required {
                fields.entry(property.key).or_insert_with(|| Value::Array(Vec::new()));
            }
        }
        Ok(Value::Object(fields))
    }

    /// Reads an element of an object.
    fn member(
        &mut self,
        element: Element<'x>,
        object: &'static XmlObject,
        fields: &mut Map<String, Value>,
    ) -> Result<(), Invalid> {
        let Name { local, namespace } = &element.name;
        let kinds = [Kind::Element, Kind::Items];
        let (key, content, is_item) =
            match (object.find(&kinds, local, namespace.as_deref()), object.additional) {
                (Some(XmlProperty { key, kind, node, .. }), _) => {
                    ((*key).to_owned(), node.content, *kind == Kind::Items)
                }
                (None, Some(XmlEntries::One(content))) => (local.clone(), content, false),
                (None, Some(XmlEntries::Several(content))) => (local.clone(), content, true),
                (None, None) => return self.skip(&element),
            };
        let length = self.enter_key(&key);
        let index = match fields.get(&key) {
            None => 0,
            Some(Value::Array(items)) if is_item => items.len(),
            Some(_) => return Err(Invalid::data("an element occurs twice", element.at)),
        };
        if is_item {
            self.enter_index(index);
        }
        let value = self.element(element, content)?;
        self.path.truncate(length);
        match fields.entry(key).or_insert_with(|| Value::Array(Vec::new())) {
            Value::Array(items) if is_item => items.push(value),
            field => *field = value,
        }
        Ok(())
    }

    /// Reads the items of an array after a part that was read before.
    fn list(
        &mut self,
        element: &Element<'x>,
        item: &'static XmlNode,
        mut ahead: Option<Part<'x>>,
    ) -> Result<Value, Invalid> {
        let mut items = Vec::new();
        let mut has_others = false;
        loop {
            match ahead.take().map_or_else(|| self.part(), Ok)? {
                Part::Text(_) => {}
                Part::Element(element) if is_node(item, &element) => {
                    let length = self.path.len();
                    self.enter_index(items.len());
                    items.push(self.element(element, item.content)?);
                    self.path.truncate(length);
                }
                Part::Element(other) => {
                    has_others = true;
                    self.skip(&other)?;
                }
                Part::End => break,
            }
        }
        // Otherwise a difference between the document and the server would be an empty array.
        if items.is_empty() && has_others {
            return Err(Invalid::data("the items of an array have another name", element.at));
        }
        Ok(Value::Array(items))
    }

    /// Reads a union. Elements and attributes distinguish objects and arrays from scalars.
    fn one_of(
        &mut self,
        element: &Element<'x>,
        alternatives: &'static [XmlContent],
    ) -> Result<Value, Invalid> {
        let object = alternatives.iter().find_map(|content| match content {
            XmlContent::Object(object) => Some(*object),
            _ => None,
        });
        let list = alternatives.iter().find_map(|content| match content {
            XmlContent::List(item) => Some(*item),
            _ => None,
        });
        let mut text = String::new();
        let ahead = loop {
            match self.part()? {
                Part::Text(part) => text.push_str(&part),
                other => break other,
            }
        };
        if let Part::Element(first) = &ahead {
            return match (object, list) {
                (object, Some(item)) if object.is_none() || is_node(item, first) => {
                    self.list(element, item, Some(ahead))
                }
                (Some(object), _) => self.object(element, object, text, Some(ahead)),
                (None, _) => Err(Invalid::data(NOT_TEXT, first.at)),
            };
        }
        let is_scalar =
            |content: &&XmlContent| !matches!(content, XmlContent::Object(_) | XmlContent::List(_));
        let mut scalars = alternatives.iter().filter(is_scalar).peekable();
        let is_attribute = |object: &&XmlObject| {
            let mut names = element.attributes.iter().map(|(name, _)| name);
            names.any(|Name { local, namespace }| {
                object.find(&[Kind::Attribute], local, namespace.as_deref()).is_some()
            })
        };
        match (object, list) {
            (Some(object), _) if scalars.peek().is_none() || is_attribute(&object) => {
                self.object(element, object, text, Some(ahead))
            }
            (_, Some(_)) if is_blank(&text) => Ok(Value::Array(Vec::new())),
            _ => Ok(scalars.find_map(|content| word(*content, &text)).unwrap_or(Value::String(text))),
        }
    }

    /// Reads an element without a description.
    fn any(&mut self, element: &Element<'x>) -> Result<Value, Invalid> {
        let mut fields = Map::new();
        for (Name { local, .. }, value) in &element.attributes {
            fields.insert(format!("@{local}"), Value::String(value.clone()));
        }
        let mut text = String::new();
        loop {
            match self.part()? {
                Part::Text(part) => text.push_str(&part),
                Part::Element(child) => {
                    let key = child.name.local.clone();
                    let length = self.enter_key(&key);
                    let value = self.element(child, XmlContent::Any)?;
                    self.path.truncate(length);
                    match fields.remove(&key) {
                        None => fields.insert(key, value),
                        Some(Value::Array(mut items)) => {
                            items.push(value);
                            fields.insert(key, Value::Array(items))
                        }
                        Some(first) => fields.insert(key, Value::Array(vec![first, value])),
                    };
                }
                Part::End => break,
            }
        }
        if fields.is_empty() {
            return Ok(Value::String(text));
        }
        if !is_blank(&text) {
            fields.insert("$text".to_owned(), Value::String(text.trim_matches(is_space).to_owned()));
        }
        Ok(Value::Object(fields))
    }

    /// Reads the text of a scalar.
    fn text(&mut self) -> Result<String, Invalid> {
        let mut text = String::new();
        loop {
            match self.part()? {
                Part::Text(part) => text.push_str(&part),
                Part::Element(element) => return Err(Invalid::data(NOT_TEXT, element.at)),
                Part::End => return Ok(text),
            }
        }
    }

    fn skip(&mut self, element: &Element<'x>) -> Result<(), Invalid> {
        let read = self.reader.read_to_end(element.tag.name());
        read.map(drop).map_err(|error| self.invalid(&error))
    }

    /// Reads the next part of the content of an element.
    fn part(&mut self) -> Result<Part<'x>, Invalid> {
        loop {
            let at = self.position();
            let text = match self.event()? {
                Event::Start(tag) => return self.start(tag, at).map(Part::Element),
                Event::End(_) => return Ok(Part::End),
                Event::Text(text) => text.xml10_content(),
                Event::CData(text) => text.xml10_content(),
                Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                    Ok(Some(c)) => Cow::Owned(c.to_string()),
                    Ok(None) => match resolve_xml_entity(&reference) {
                        Some(text) => Cow::Borrowed(text),
                        None => return Err(Invalid::syntax("it refers to an unknown entity", at)),
                    },
                    Err(_) => return Err(Invalid::syntax(NOT_WELL_FORMED, at)),
                },
                Event::Comment(_) | Event::PI(_) => continue,
                Event::Eof => return Err(Invalid { category: Category::Eof, detail: None, at }),
                Event::Empty(_) | Event::Decl(_) | Event::DocType(_) => {
                    return Err(Invalid::syntax(NOT_WELL_FORMED, at));
                }
            };
            return match text.chars().all(is_allowed) {
                true => Ok(Part::Text(text)),
                false => Err(Invalid::syntax(NOT_WELL_FORMED, at)),
            };
        }
    }

    fn start(&self, tag: BytesStart<'x>, at: usize) -> Result<Element<'x>, Invalid> {
        let not_well_formed = || Invalid::syntax(NOT_WELL_FORMED, at);
        let resolver = self.reader.resolver();
        let (namespace, local) = resolver.resolve_element(tag.name());
        let name = Name::of(namespace, local.into_inner()).ok_or_else(not_well_formed)?;
        let mut attributes = Vec::new();
        let mut is_nil = false;
        // The check for duplicates takes quadratic time.
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(|_| not_well_formed())?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let (namespace, local) = resolver.resolve_attribute(attribute.key);
            let name = Name::of(namespace, local.into_inner()).ok_or_else(not_well_formed)?;
            let value = attribute.normalized_value(XmlVersion::Explicit1_0);
            let value = value.map_err(|_| not_well_formed())?.into_owned();
            if !value.chars().all(is_allowed) {
                return Err(not_well_formed());
            }
            if name.namespace.as_deref() == Some(SCHEMA_INSTANCE) {
                is_nil |= name.local == "nil" && ["true", "1"].contains(&value.trim());
            } else {
                attributes.push((name, value));
            }
        }
        let mut names = HashSet::new();
        if !attributes.iter().all(|(name, _)| names.insert(name)) {
            return Err(not_well_formed());
        }
        Ok(Element { tag, name, attributes, is_nil, at })
    }

    fn event(&mut self) -> Result<Event<'x>, Invalid> {
        self.reader.read_event().map_err(|error| self.invalid(&error))
    }

    fn invalid(&self, error: &Error) -> Invalid {
        let at = self.start + usize::try_from(self.reader.error_position()).unwrap_or(usize::MAX);
        match error {
            // A tag, comment or section without an end, or elements without an end.
            Error::Syntax(_) | Error::IllFormed(IllFormedError::MissingEndTag(_)) => {
                Invalid { category: Category::Eof, detail: None, at }
            }
            _ => Invalid::syntax(NOT_WELL_FORMED, at),
        }
    }

    fn position(&self) -> usize {
        self.start + usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }

    /// Adds a key to the path. Returns the previous length of the path.
    fn enter_key(&mut self, key: &str) -> usize {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(key);
        length
    }

    fn enter_index(&mut self, index: usize) {
        self.path.push_str(&format!("[{index}]"));
    }

    /// Notes the location of an element if its path leads to the sought one.
    fn locate(&mut self, at: usize) {
        let rest = self.sought.and_then(|sought| sought.strip_prefix(&self.path));
        if self.path.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '['])) {
            self.nearest = (self.path.len(), at).max(self.nearest);
        }
    }
}

impl Name {
    /// Returns a name, unless its prefix is not declared or its namespace is invalid.
    fn of(namespace: ResolveResult<'_>, local: &str) -> Option<Self> {
        let namespace = match namespace {
            ResolveResult::Unbound => None,
            ResolveResult::Bound(namespace) => Some(unescape(namespace.into_inner()).ok()?.into_owned()),
            ResolveResult::Unknown(_) => return None,
        };
        Some(Self { namespace, local: local.to_owned() })
    }
}

const NOT_WELL_FORMED: &str = "it is not well-formed XML";
const NOT_TEXT: &str = "an element contains elements instead of text";

fn expect_utf8(declaration: &BytesDecl<'_>, at: usize) -> Result<(), Invalid> {
    match declaration.encoding() {
        None => Ok(()),
        Some(Ok(name)) if ["utf-8", "us-ascii"].iter().any(|known| name.eq_ignore_ascii_case(known)) => {
            Ok(())
        }
        Some(_) => Err(Invalid::syntax("it is not encoded in UTF-8", at)),
    }
}

fn is_node(node: &XmlNode, element: &Element<'_>) -> bool {
    node.matches(&element.name.local, element.name.namespace.as_deref())
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

fn is_blank(text: &str) -> bool {
    text.chars().all(is_space)
}

/// Returns the value of a text. One of another type remains a string, which does not decode as the type.
fn scalar(content: XmlContent, text: &str) -> Value {
    let value = match (content, text.trim_matches(is_space)) {
        (XmlContent::Boolean, "1") => Some(Value::Bool(true)),
        (XmlContent::Boolean, "0") => Some(Value::Bool(false)),
        (XmlContent::OneOf(alternatives), _) => alternatives.iter().find_map(|content| word(*content, text)),
        (content, _) => word(content, text),
    };
    value.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// Returns the value of a text if the text is of the type.
fn word(content: XmlContent, text: &str) -> Option<Value> {
    let word = text.trim_matches(is_space);
    match content {
        XmlContent::Text | XmlContent::Any => Some(Value::String(text.to_owned())),
        XmlContent::Integer => {
            word.parse::<i64>().map(Value::from).or_else(|_| word.parse::<u64>().map(Value::from)).ok()
        }
        XmlContent::Number => word.parse().ok().and_then(Number::from_f64).map(Value::Number),
        XmlContent::Boolean => word.parse().ok().map(Value::Bool),
        XmlContent::Object(_) | XmlContent::List(_) | XmlContent::OneOf(_) => None,
    }
}
