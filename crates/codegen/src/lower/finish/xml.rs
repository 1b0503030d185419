//! The descriptions of XML bodies that are used.

use std::collections::{BTreeSet, HashSet};

use crate::model::{BodyFormat, Content, Operation, Success, Xml, XmlBody, XmlContent, XmlObjectId};

/// Removes the descriptions of bodies that no method sends or receives.
pub(super) fn retain_used(xml: &mut Xml, operations: &[Operation]) {
    let names: HashSet<&str> = operations.iter().flat_map(bodies).map(|body| body.root.as_str()).collect();
    xml.roots.retain(|root| names.contains(root.name.as_str()));
    let mut used = BTreeSet::new();
    let mut ahead: Vec<&XmlContent> = xml.roots.iter().map(|root| &root.node.content).collect();
    while let Some(content) = ahead.pop() {
        match content {
            XmlContent::Object(id) if used.insert(*id) => ahead.extend(contents(xml, *id)),
            XmlContent::List(item) => ahead.push(&item.content),
            XmlContent::OneOf(id) => ahead.extend(&xml.unions[id.0]),
            _ => {}
        }
    }
    xml.objects.retain(|id, _| used.contains(id));
}

/// Returns the XML bodies of an operation.
fn bodies(operation: &Operation) -> Vec<&XmlBody> {
    let mut bodies = Vec::new();
    if let Some(Content::Xml(body)) = operation.body.as_ref().map(|body| &body.content) {
        bodies.push(body);
    }
    let mut enums: Vec<_> = operation.error.iter().collect();
    match &operation.success {
        Success::Xml(body) | Success::OptionalXml(body) => bodies.push(body),
        Success::ByStatus(by_status) => enums.push(by_status),
        Success::Empty | Success::Json(_) | Success::Optional(_) | Success::Raw | Success::Stream(_) => {}
    }
    let responses = enums.into_iter().flat_map(|by_status| &by_status.responses);
    bodies.extend(responses.flat_map(|response| &response.bodies).filter_map(|body| match &body.format {
        BodyFormat::Xml(body) => Some(body),
        BodyFormat::Json(_) | BodyFormat::Text => None,
    }));
    bodies
}

fn contents(xml: &Xml, id: XmlObjectId) -> impl Iterator<Item = &XmlContent> {
    let object = &xml.objects[&id];
    let properties = object.properties.iter().map(|property| &property.node.content);
    properties.chain(object.additional.iter().map(|(content, _)| content))
}
