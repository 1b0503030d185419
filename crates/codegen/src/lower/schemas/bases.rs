//! Objects with a `discriminator`, and the objects that include them.

use std::collections::HashSet;

use super::builder::Schemas;
use super::discriminator;
use super::form::MAX_DEPTH;
use super::variants::without_union_name;
use crate::document::Node;
use crate::lower::descriptions;
use crate::lower::names::{self, Scope};
use crate::model::{Docs, SelectedBy, Shape, Type, TypeDef, Union, Variant};
use crate::problem::Problem;

impl<'d> Schemas<'d> {
    /// Lowers a base to a union of the objects that include it and of the base itself, or to a struct if there are none.
    pub(super) fn base(&mut self, base: &Node<'d>, parts: &[Node<'d>], name: &str) -> Result<Shape, Problem> {
        let mut object = self.structure(parts, name)?;
        let derived = derived(base)?;
        let Some(tag) = discriminator::of_derived(base, &derived)? else { return Ok(Shape::Struct(object)) };
        // Other objects may lack the property.
        for field in object.fields.iter_mut().filter(|field| field.wire == tag.property) {
            field.presence = field.presence.optional();
        }
        let base_name = self.names.claim([format!("{name}Base").as_str()]);
        let docs = descriptions::docs(base)?;
        let base_type = Type::Named(self.push(TypeDef::new(base_name, docs, Shape::Struct(object))));

        let mut scope = Scope::default();
        let mut variants = Vec::new();
        for node in &derived {
            let own = names::type_name(names::chosen(node, &node.key())?);
            let mut ty = self.usage(node, &own)?.into_type();
            if self.is_type_of(&ty, base) {
                // It has no properties of its own.
                ty = base_type.clone();
            }
            let name = scope.claim([without_union_name(&own, name).as_str()]);
            variants.push(Variant { name, docs: descriptions::docs(node)?, ty, boxed: false });
        }
        let other = scope.claim(["Other", "Unlisted", "Undescribed"]);
        let text = format!("An object with another `{}`, or without it.", tag.property);
        let docs = Docs { text, notes: Vec::new() };
        variants.push(Variant { name: other.clone(), docs, ty: base_type, boxed: false });
        Ok(Shape::Union(Union { variants, selected_by: SelectedBy::Tag(tag), other }))
    }
}

/// Returns the schemas that `mapping` lists, or those that include a base through `allOf` if there is no mapping.
pub(super) fn derived<'d>(base: &Node<'d>) -> Result<Vec<Node<'d>>, Problem> {
    let schemas = base.root().get("components").and_then(|components| components.get("schemas"));
    let mapping = match base.get("discriminator") {
        Some(discriminator) => discriminator.entries_of("mapping")?,
        None => Vec::new(),
    };
    if mapping.is_empty() {
        let schemas = schemas.map_or(Ok(Vec::new()), |schemas| schemas.entries())?;
        let nodes = schemas.into_iter().map(|(_, node)| node);
        return Ok(nodes.filter(|node| includes(node, base, &mut HashSet::new())).collect());
    }
    let mut found: Vec<Node<'d>> = Vec::new();
    for (_, reference) in mapping {
        let component = schemas.as_ref().and_then(|schemas| schemas.get(reference.text().ok()?));
        let target = match component.map_or_else(|| reference.target(), Ok) {
            Ok(target) => target,
            Err(problem) => {
                reference.tolerate(problem, "objects with this value are treated as unlisted")?;
                continue;
            }
        };
        let is_known = |other: &Node<'d>| other.pointer() == target.pointer();
        if !is_known(base) && !found.iter().any(is_known) {
            found.push(target);
        }
    }
    Ok(found)
}

/// Returns whether a schema includes a base, without another base in between.
fn includes<'d>(node: &Node<'d>, base: &Node<'d>, seen: &mut HashSet<String>) -> bool {
    if seen.len() > MAX_DEPTH || !seen.insert(node.pointer().to_owned()) {
        return false;
    }
    let members = node.items_of("allOf").unwrap_or_default();
    members.iter().filter_map(|member| member.resolve().ok()).any(|member| {
        member.pointer() == base.pointer()
            || (member.get("discriminator").is_none() && includes(&member, base, seen))
    })
}
