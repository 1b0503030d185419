//! Descriptions of XML bodies.
//!
//! A description follows the schemas and not the types: it says where the JSON of a value is in XML.

mod annotation;
mod unions;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use self::annotation::{Annotation, valid};
use self::unions::Union;
use super::bases::derived;
use super::builder::Schemas;
use super::classify::{self, classify};
use super::form::{Declared, Form, MAX_DEPTH, Member};
use super::{all_of, type_keyword};
use crate::document::Node;
use crate::lower::names::{self, Scope};
use crate::model::{
    Type, Xml, XmlContent, XmlKind, XmlNode, XmlObject, XmlObjectId, XmlProperty, XmlRoot, XmlUnionId,
};
use crate::problem::{Problem, Topic};

/// The descriptions so far.
#[derive(Debug, Default)]
pub(super) struct Descriptions<'d> {
    roots: Vec<XmlRoot>,
    objects: BTreeMap<XmlObjectId, XmlObject>,
    /// The objects of schemas, by pointer. They may be under construction.
    known: HashMap<String, XmlObjectId>,
    /// The unions, whose alternatives are resolved at the end.
    unions: Vec<Union<'d>>,
    /// The descriptions of schemas, by pointer and position.
    described: HashMap<(String, Position), (Annotation<'d>, XmlContent)>,
    /// The objects that are still to be described, with their parts and proposed names.
    waiting: VecDeque<(XmlObjectId, Vec<Node<'d>>, String)>,
    /// The pointers of the schemas around the current one, up to the object that contains it.
    path: Vec<String>,
    names: Scope,
}

/// The position of an array, for the names of its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Position {
    /// The items have the name of the root element, or that of their component.
    Root,
    /// The items have the name of the property.
    Property,
}

impl<'d> Schemas<'d> {
    /// Describes the XML of a body. Returns the name of the description.
    pub(crate) fn xml_root(
        &mut self,
        schema: &Node<'d>,
        proposed: &str,
        is_request: bool,
    ) -> Result<String, Problem> {
        let (annotation, mut content) = self.described(schema, proposed, Position::Root)?;
        while let Some((id, parts, proposed)) = self.xml.waiting.pop_front() {
            if let (Err(problem), Some(part)) = (self.describe_object(id, &parts, &proposed), parts.last()) {
                part.tolerate(problem, "its XML is read as strings")?;
            }
        }
        let inferred = annotation.name().or(annotation.component.as_deref()).unwrap_or_default();
        if inferred.is_empty() {
            let problem = schema.problem("the root element has no name", "set `name` in `xml`");
            match is_request {
                true => schema.tolerate(problem, "sent as `root`")?,
                false => schema.pass_over(problem, "any name is accepted")?,
            }
        }
        name_items(&mut content, if inferred.is_empty() { "item" } else { inferred });
        let proposed = annotation.component.clone().unwrap_or_else(|| proposed.to_owned());
        let node = annotation.node(schema, inferred, content)?;
        if let Some(known) = self.xml.roots.iter().find(|root| root.node == node) {
            return Ok(known.name.clone());
        }
        let name = self.xml.names.claim([names::constant_name(&proposed).as_str()]);
        self.xml.roots.push(XmlRoot { name: name.clone(), node });
        Ok(name)
    }

    /// Returns the annotation and the content of a schema, which may refer to other schemas.
    fn described(
        &mut self,
        node: &Node<'d>,
        proposed: &str,
        position: Position,
    ) -> Result<(Annotation<'d>, XmlContent), Problem> {
        let key = (node.pointer().to_owned(), position);
        if let Some(known) = self.xml.described.get(&key) {
            return Ok(known.clone());
        }
        let problem = if self.xml.path.contains(&key.0) {
            Some(node.problem("the schema contains only itself", "put an object in between"))
        } else {
            let is_too_deep = self.xml.path.len() >= MAX_DEPTH;
            is_too_deep.then(|| node.problem("the schema is nested too deeply", "move it to `components`"))
        };
        self.xml.path.push(key.0.clone());
        let described = match problem {
            Some(problem) => Err(problem),
            None => self.strictly_described(node, proposed, position),
        };
        self.xml.path.pop();
        let described = described.or_else(|problem| {
            node.tolerate(problem, "its XML is read as strings")?;
            Ok((Annotation::default(), XmlContent::Any))
        })?;
        self.xml.described.insert(key, described.clone());
        Ok(described)
    }

    fn strictly_described(
        &mut self,
        node: &Node<'d>,
        proposed: &str,
        position: Position,
    ) -> Result<(Annotation<'d>, XmlContent), Problem> {
        let annotation = Annotation::of(node)?;
        match classify(node)?.0 {
            Form::Same(other) => {
                let target = if other.pointer() == node.pointer() { node.resolve()? } else { other };
                let (inherited, content) = self.described(&target, proposed, position)?;
                Ok((annotation.or(inherited), content))
            }
            form => {
                let content = self.content(form, node, proposed, position)?;
                Ok((annotation, content))
            }
        }
    }

    fn content(
        &mut self,
        form: Form<'d>,
        node: &Node<'d>,
        proposed: &str,
        position: Position,
    ) -> Result<XmlContent, Problem> {
        Ok(match form {
            Form::Any => {
                node.note(Topic::Bodies, "the XML of any value has no types", "it is read as strings");
                XmlContent::Any
            }
            Form::Scalar(Type::Bool) => XmlContent::Boolean,
            Form::Scalar(Type::Int32 | Type::Int64 | Type::UInt64) => XmlContent::Integer,
            Form::Scalar(Type::Number) => XmlContent::Number,
            Form::Scalar(_) | Form::Declared(Declared::Enum(_)) => XmlContent::Text,
            Form::Same(other) => self.described(&other, proposed, position)?.1,
            Form::List(None) => {
                let item = Annotation::default().node(node, "", XmlContent::Any)?;
                XmlContent::List(Box::new(item))
            }
            Form::List(Some(items)) => {
                let (annotation, content) = self.described(&items, &names::singular(proposed), position)?;
                if matches!(content, XmlContent::List(_)) && !annotation.is_wrapped() {
                    let problem = items.problem(
                        "arrays in an array without elements of their own are not supported",
                        "set `wrapped` in `xml`",
                    );
                    items.tolerate(problem, "treated as wrapped")?;
                }
                let component = annotation.component.as_deref().filter(|_| position == Position::Root);
                let item = annotation.node(&items, component.unwrap_or_default(), content)?;
                XmlContent::List(Box::new(item))
            }
            Form::Tuple(items) => {
                let problem = node.problem("`prefixItems` in XML is not supported", "use an object");
                node.tolerate(problem, "the items are distinguished by their content")?;
                let mut members = Vec::new();
                for item in &items {
                    members.push(self.described(item, proposed, Position::Property)?.1);
                }
                let content = self.xml_union(node, members)?;
                XmlContent::List(Box::new(Annotation::default().node(node, "", content)?))
            }
            Form::Map(values) => {
                let id = self.reserve_object(None, proposed);
                let entries = self.entries(values.as_ref(), proposed)?;
                self.complete_object(id, Vec::new(), Some(entries));
                XmlContent::Object(id)
            }
            Form::Declared(Declared::Struct(parts)) => XmlContent::Object(self.xml_object(parts, proposed)?),
            Form::Declared(Declared::Base(base, parts)) => {
                let mut contents = vec![XmlContent::Object(self.xml_object(parts, proposed)?)];
                for object in derived(&base)? {
                    let name = names::type_name(&object.key());
                    contents.push(self.described(&object, &name, Position::Property)?.1);
                }
                self.xml_union(node, contents)?
            }
            Form::Declared(Declared::Union(members, _)) => self.alternatives(node, &members, proposed)?,
        })
    }

    fn alternatives(
        &mut self,
        node: &Node<'d>,
        members: &[Member<'d>],
        proposed: &str,
    ) -> Result<XmlContent, Problem> {
        let mut contents = Vec::new();
        for (index, member) in members.iter().enumerate() {
            let proposed = format!("{proposed}{}", index + 1);
            let content = match (member.only, &member.base) {
                (None, None) => self.described(&member.node, &proposed, Position::Property)?.1,
                _ => {
                    let form = classify::member(member)?.0;
                    self.content(form, &member.node, &proposed, Position::Property)?
                }
            };
            contents.push(content);
        }
        self.xml_union(node, contents)
    }

    fn xml_union(&mut self, schema: &Node<'d>, mut contents: Vec<XmlContent>) -> Result<XmlContent, Problem> {
        for content in &mut contents {
            if let XmlContent::List(item) = content
                && item.local.is_empty()
            {
                let problem = schema
                    .problem("an alternative is an array whose items have no name", "set `name` in `xml`");
                schema.tolerate(problem, "treated as `item`")?;
            }
            name_items(content, "item");
        }
        let id = XmlUnionId(self.xml.unions.len());
        self.xml.unions.push(Union { schema: schema.clone(), contents });
        Ok(XmlContent::OneOf(id))
    }

    /// Adds an object whose properties are still to be described.
    fn reserve_object(&mut self, pointer: Option<String>, proposed: &str) -> XmlObjectId {
        let name = format!("{}_OBJECT", names::constant_name(names::short(proposed)));
        let name = self.xml.names.claim([name.as_str()]);
        let id = XmlObjectId(self.xml.objects.len());
        // It remains so if the description fails.
        let additional = Some((XmlContent::Any, false));
        self.xml.objects.insert(id, XmlObject { name, properties: Vec::new(), additional });
        self.xml.known.extend(pointer.map(|pointer| (pointer, id)));
        id
    }

    fn complete_object(
        &mut self,
        id: XmlObjectId,
        properties: Vec<XmlProperty>,
        additional: Option<(XmlContent, bool)>,
    ) {
        if let Some(object) = self.xml.objects.get_mut(&id) {
            object.properties = properties;
            object.additional = additional;
        }
    }

    /// Returns the object with these parts: one, or several with `allOf`.
    fn xml_object(&mut self, parts: Vec<Node<'d>>, proposed: &str) -> Result<XmlObjectId, Problem> {
        let pointers: Vec<_> = parts.iter().map(Node::pointer).collect();
        let pointer = pointers.join(" ");
        if let Some(known) = self.xml.known.get(&pointer) {
            return Ok(*known);
        }
        let component = parts.last().map(Annotation::of).transpose()?.and_then(|part| part.component);
        let proposed = component.map_or_else(|| proposed.to_owned(), |key| names::type_name(&key));
        let id = self.reserve_object(Some(pointer), &proposed);
        self.xml.waiting.push_back((id, parts, proposed));
        Ok(id)
    }

    fn describe_object(
        &mut self,
        id: XmlObjectId,
        parts: &[Node<'d>],
        proposed: &str,
    ) -> Result<(), Problem> {
        let mut required = BTreeSet::new();
        for part in parts {
            for item in part.items_of("required")? {
                required.insert(item.text()?);
            }
        }
        let mut properties: Vec<XmlProperty> = Vec::new();
        for part in parts {
            for (key, node) in part.entries_of("properties")? {
                if properties.iter().any(|property| property.key == key) {
                    continue;
                }
                let proposed = format!("{proposed}{}", names::type_name(key));
                let (annotation, content) = match all_of::in_all(parts, key) {
                    Some(form) => {
                        let content = self.content(form, &node, &proposed, Position::Property)?;
                        (Annotation::of(&node)?, content)
                    }
                    None => self.described(&node, &proposed, Position::Property)?,
                };
                let property = self.xml_property(key, &node, &annotation, content)?;
                expect_distinct(&properties, &property, &node)?;
                let required = required.contains(key);
                properties.push(XmlProperty { required, ..property });
            }
        }
        for key in required {
            if let Some(part) = parts.last()
                && !properties.iter().any(|property| property.key == key)
            {
                let node = Annotation::default().node(part, key, XmlContent::Any)?;
                let key = key.to_owned();
                properties.push(XmlProperty { key, kind: XmlKind::Element, node, required: true });
            }
        }
        let mut additional = None;
        for part in parts {
            let Some(node) = type_keyword::additional(part)? else { continue };
            additional = Some(self.entries(Some(&node), proposed)?);
            break;
        }
        // Members of the discriminator have more properties.
        if parts.last().is_some_and(|part| part.get("discriminator").is_some()) {
            additional = additional.or(Some((XmlContent::Any, false)));
        }
        self.complete_object(id, properties, additional);
        Ok(())
    }

    fn xml_property(
        &mut self,
        key: &str,
        schema: &Node<'d>,
        annotation: &Annotation<'d>,
        mut content: XmlContent,
    ) -> Result<XmlProperty, Problem> {
        let is_list = matches!(content, XmlContent::List(_));
        // Without an element of its own, the name of an array has no effect.
        let name = if is_list && !annotation.is_wrapped() { None } else { annotation.name() };
        name_items(&mut content, &valid(schema, name.unwrap_or(key))?);
        let is_structured = is_list || matches!(content, XmlContent::Object(_));
        let kind = match &content {
            _ if annotation.is("attribute") => XmlKind::Attribute,
            _ if annotation.is("text") => XmlKind::Text,
            _ if annotation.is("cdata") => XmlKind::Cdata,
            XmlContent::List(_) if !annotation.is_wrapped() => XmlKind::Items,
            _ if annotation.is("none") => {
                let problem = schema.problem("a property without an element is not supported", "");
                schema.tolerate(problem, "it has an element")?;
                XmlKind::Element
            }
            _ => XmlKind::Element,
        };
        let kind = if is_structured && !matches!(kind, XmlKind::Element | XmlKind::Items) {
            let problem = schema.problem("an attribute or a text that is not a scalar is not supported", "");
            schema.tolerate(problem, "it has an element")?;
            XmlKind::Element
        } else {
            kind
        };
        let node = match (kind, content) {
            (XmlKind::Items, XmlContent::List(item)) => *item,
            (_, content) => annotation.node(schema, key, content)?,
        };
        Ok(XmlProperty { key: key.to_owned(), kind, node, required: false })
    }

    /// Describes the entries of a map. Returns whether they have several elements.
    fn entries(&mut self, values: Option<&Node<'d>>, proposed: &str) -> Result<(XmlContent, bool), Problem> {
        let Some(values) = values else { return Ok((XmlContent::Any, false)) };
        let proposed = format!("{proposed}Value");
        let (annotation, mut content) = self.described(values, &proposed, Position::Property)?;
        name_items(&mut content, "item");
        Ok(match content {
            XmlContent::List(item) if !annotation.is_wrapped() => (item.content, true),
            content => (content, false),
        })
    }

    /// Resolves the unions and returns all descriptions.
    pub(crate) fn finish_xml(&mut self) -> Result<Xml, Problem> {
        unions::resolve_all(std::mem::take(&mut self.xml))
    }
}

/// Names the items of an array, and of arrays in it, that have no name.
fn name_items(content: &mut XmlContent, name: &str) {
    if let XmlContent::List(item) = content {
        if item.local.is_empty() {
            item.local = name.to_owned();
        }
        name_items(&mut item.content, name);
    }
}

/// Reports a property whose nodes are also those of another one.
fn expect_distinct(others: &[XmlProperty], property: &XmlProperty, schema: &Node<'_>) -> Result<(), Problem> {
    let is_same = |other: &&XmlProperty| {
        let is_text = |kind| matches!(kind, XmlKind::Text | XmlKind::Cdata);
        let name = |node: &XmlNode| (node.local.clone(), node.namespace.clone());
        let is_attribute = |kind| kind == XmlKind::Attribute;
        match (is_text(other.kind), is_text(property.kind)) {
            (true, true) => true,
            (false, false) => {
                is_attribute(other.kind) == is_attribute(property.kind)
                    && name(&other.node) == name(&property.node)
            }
            _ => false,
        }
    };
    let Some(other) = others.iter().find(is_same) else { return Ok(()) };
    let problem = schema.problem(format!("`{}` has the same XML", other.key), "set another `name` in `xml`");
    schema.tolerate(problem, "values are read as that property")
}
