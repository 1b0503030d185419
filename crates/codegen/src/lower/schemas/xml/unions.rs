//! Unions in XML.
//!
//! XML does not name the variant of an object. A union of objects is therefore one object with all properties, from
//! which the variant is selected as in JSON.

use std::collections::{HashMap, HashSet, VecDeque};

use super::{Descriptions, expect_distinct};
use crate::document::Node;
use crate::lower::names::Scope;
use crate::model::{Xml, XmlContent, XmlObject, XmlObjectId, XmlProperty, XmlUnion, XmlUnionId};
use crate::problem::Problem;

/// A union before its alternatives are resolved.
#[derive(Debug)]
pub(super) struct Union<'d> {
    pub(super) schema: Node<'d>,
    pub(super) contents: Vec<XmlContent>,
}

/// Resolves the unions. All objects must be complete.
pub(super) fn resolve_all(descriptions: Descriptions<'_>) -> Result<Xml, Problem> {
    let Descriptions { roots, objects, unions, names, .. } = descriptions;
    let xml = Xml { roots, objects, unions: vec![Vec::new(); unions.len()] };
    let mut resolver = Resolver { unions: &unions, xml, names, merged: HashMap::new() };
    for (index, union) in unions.iter().enumerate() {
        resolver.xml.unions[index] = resolver.resolve(union)?;
    }
    Ok(resolver.xml)
}

struct Resolver<'a, 'd> {
    unions: &'a [Union<'d>],
    xml: Xml,
    names: Scope,
    /// The objects that replace several.
    merged: HashMap<Vec<XmlObjectId>, XmlObjectId>,
}

/// The contents of a union and of the unions in it, each once.
#[derive(Debug, Default)]
struct Alternatives {
    objects: Vec<XmlObjectId>,
    lists: Vec<XmlContent>,
    scalars: Vec<XmlContent>,
}

impl Resolver<'_, '_> {
    fn alternatives(&self, contents: &[XmlContent]) -> Alternatives {
        let mut alternatives = Alternatives::default();
        let mut seen = HashSet::new();
        let mut ahead: VecDeque<_> = contents.iter().collect();
        while let Some(content) = ahead.pop_front() {
            match content {
                XmlContent::OneOf(id) if !seen.insert(*id) => {}
                // Combined scalars are resolved already.
                XmlContent::OneOf(id) => match self.unions.get(id.0) {
                    Some(union) => ahead.extend(&union.contents),
                    None => ahead.extend(&self.xml.unions[id.0]),
                },
                XmlContent::Object(id) if alternatives.objects.contains(id) => {}
                XmlContent::Object(id) => alternatives.objects.push(*id),
                list @ XmlContent::List(_) if alternatives.lists.contains(list) => {}
                list @ XmlContent::List(_) => alternatives.lists.push(list.clone()),
                scalar if alternatives.scalars.contains(scalar) => {}
                scalar => alternatives.scalars.push(scalar.clone()),
            }
        }
        alternatives.scalars.sort_by_key(rank);
        alternatives
    }

    fn resolve(&mut self, Union { schema, contents }: &Union<'_>) -> Result<XmlUnion, Problem> {
        let Alternatives { objects, lists, scalars } = self.alternatives(contents);
        if scalars.contains(&XmlContent::Any) {
            return Ok(vec![XmlContent::Any]);
        }
        if lists.len() > 1 {
            let problem = schema.problem("several arrays among alternatives have different XML", "");
            schema.tolerate(problem, "the first one is used")?;
        }
        let object = match objects.as_slice() {
            [] => None,
            [only] => Some(*only),
            several => Some(match self.merged.get(several) {
                Some(known) => *known,
                None => self.merge(schema, several)?,
            }),
        };
        let object = object.map(XmlContent::Object);
        Ok(object.into_iter().chain(lists.into_iter().take(1)).chain(scalars).collect())
    }

    /// Adds an object with the properties of several objects.
    fn merge(&mut self, schema: &Node<'_>, objects: &[XmlObjectId]) -> Result<XmlObjectId, Problem> {
        let mut properties: Vec<XmlProperty> = Vec::new();
        for id in objects {
            for property in self.xml.objects[id].properties.clone() {
                match properties.iter_mut().find(|known| known.key == property.key) {
                    None => {
                        expect_distinct(&properties, &property, schema)?;
                        properties.push(property);
                    }
                    Some(known) => self.combine(schema, known, &property)?,
                }
            }
        }
        let parts: Vec<_> = objects.iter().map(|id| self.xml.objects[id].clone()).collect();
        for property in &mut properties {
            let is_required =
                |part: &XmlObject| part.properties.iter().any(|own| own.key == property.key && own.required);
            property.required = parts.iter().all(is_required);
        }
        let first = parts.first().map(|part| part.name.as_str()).unwrap_or_default();
        let name = self.names.claim([format!("{first}_UNION").as_str()]);
        let additional = parts.into_iter().find_map(|part| part.additional);
        let id = XmlObjectId(self.xml.objects.len());
        self.xml.objects.insert(id, XmlObject { name, properties, additional });
        self.merged.insert(objects.to_vec(), id);
        Ok(id)
    }

    /// Adds the content of a property of another alternative.
    fn combine(
        &mut self,
        schema: &Node<'_>,
        known: &mut XmlProperty,
        other: &XmlProperty,
    ) -> Result<(), Problem> {
        let is_same_node = known.kind == other.kind
            && known.node.local == other.node.local
            && known.node.namespace == other.node.namespace;
        let Alternatives { objects, lists, scalars } =
            self.alternatives(&[known.node.content.clone(), other.node.content.clone()]);
        match (is_same_node, known.node.content == other.node.content) {
            (true, true) => {}
            (true, false) if objects.is_empty() && lists.is_empty() => {
                let message = format!("alternatives have different types for `{}` in XML", known.key);
                let problem = schema.problem(message, "describe it equally");
                schema.tolerate(problem, "read as the most specific type")?;
                known.node.content = XmlContent::OneOf(XmlUnionId(self.xml.unions.len()));
                self.xml.unions.push(scalars);
            }
            _ => {
                let message = format!("alternatives have different XML for `{}`", known.key);
                schema.tolerate(schema.problem(message, "describe it equally"), "the first one is used")?;
            }
        }
        Ok(())
    }
}

/// Returns the position of a scalar among alternatives: the most specific ones first.
fn rank(scalar: &XmlContent) -> usize {
    match scalar {
        XmlContent::Boolean => 0,
        XmlContent::Integer => 1,
        XmlContent::Number => 2,
        _ => 3,
    }
}
