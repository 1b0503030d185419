//! Comparison of arrays and objects.

use std::collections::{HashMap, HashSet};

use super::compare::Comparer;
use super::difference::Places;
use super::edit::Edit;
use super::edits;
use super::impact::{Direction, Impact};
use super::schema::{Property, Rest, Schema, Shape, list};
use super::words::describe;
use crate::document::{Node, escape};
use crate::problem::Problem;

impl<'d> Comparer<'d> {
    pub(super) fn items(
        &mut self,
        ours: &Shape<'d>,
        upstream: &Shape<'d>,
        at: Places<'_, '_>,
    ) -> Result<(), Problem> {
        let (first_ours, first_theirs) = (firsts(ours), firsts(upstream));
        if first_ours.len() != first_theirs.len() {
            let message = format!("{} fixed items, was {}", first_theirs.len(), first_ours.len());
            self.report(message, Impact::Breaking, at, Vec::new());
        }
        for (index, (ours, theirs)) in first_ours.into_iter().zip(first_theirs).enumerate() {
            self.below(format!("[{index}]"), vec![ours], vec![theirs]);
        }
        self.or_anything(ours.items(), upstream.items(), at, "[]")
    }

    /// Compares schemas. A missing schema allows any value.
    fn or_anything(
        &mut self,
        ours: Vec<Node<'d>>,
        upstream: Vec<Node<'d>>,
        at: Places<'_, '_>,
        path: &str,
    ) -> Result<(), Problem> {
        let (there, wider) = match (ours.is_empty(), upstream.is_empty()) {
            (true, true) => return Ok(()),
            (false, false) => {
                self.below(path, ours, upstream);
                return Ok(());
            }
            (true, false) => (Schema::of(upstream)?, false),
            (false, true) => (Schema::of(ours)?, true),
        };
        if there.is_any() {
            return Ok(());
        }
        let (message, places) = match wider {
            true => (format!("any JSON, was {}", describe(&there)), (there.at.first(), at.1)),
            false => (format!("{}, was any JSON", describe(&there)), (at.0, there.at.first())),
        };
        self.report_at(path, message, self.direction.widened(wider), places, Vec::new());
        Ok(())
    }

    pub(super) fn object(
        &mut self,
        ours: &Shape<'d>,
        upstream: &Shape<'d>,
        at: Places<'_, '_>,
    ) -> Result<(), Problem> {
        let (our_fields, their_fields) = (self.fields(ours)?, self.fields(upstream)?);
        let by_name = |fields: &[Property<'d>]| {
            fields.iter().map(|field| (field.name, field.clone())).collect::<HashMap<_, _>>()
        };
        let (our_names, their_names) = (by_name(&our_fields), by_name(&their_fields));
        let below = |name: &str| format!(".{name}");
        let word = |required: bool| if required { "required" } else { "optional" };
        for field in our_fields {
            let (path, required) = (below(field.name), field.required);
            let Some(theirs) = their_names.get(field.name) else {
                let impact = match self.direction {
                    Direction::Received if !required => Impact::Compatible,
                    _ => Impact::Breaking,
                };
                let message = format!("{} field is gone", word(required));
                self.report_at(&path, message, impact, (field.at.first(), None), Vec::new());
                continue;
            };
            if required != theirs.required {
                let message = format!("{}, was {}", word(theirs.required), word(required));
                let impact = self.direction.widened(required);
                let places = (field.at.first(), theirs.at.first());
                self.report_at(&path, message, impact, places, Vec::new());
            }
            self.below(path, field.at, theirs.at.clone());
        }
        for field in their_fields.iter().filter(|field| !our_names.contains_key(field.name)) {
            let impact = match self.direction {
                Direction::Sent if field.required => Impact::Breaking,
                _ => Impact::Compatible,
            };
            let edits = match impact {
                Impact::Compatible if self.with_edits => self.new_field(ours, field),
                _ => Vec::new(),
            };
            let kind = describe(&Schema::of(field.at.clone())?);
            let message = format!("new {} field: {kind}", word(field.required));
            self.report_at(&below(field.name), message, impact, (None, field.at.first()), edits);
        }
        if self.direction == Direction::Sent {
            let required = ours.required();
            let described: HashSet<_> =
                upstream.properties().into_iter().map(|property| property.name).collect();
            for node in upstream.parts.iter().flat_map(|part| list(part, "required")) {
                let name = node.value().as_str().unwrap_or_default();
                if !required.contains(name) && !described.contains(name) {
                    let message = "required, and not described";
                    let places = (None, Some(&node));
                    self.report_at(&below(name), message, Impact::Breaking, places, Vec::new());
                }
            }
        }
        self.rest(ours, upstream, at)
    }

    /// Returns the properties for this direction.
    fn fields(&self, shape: &Shape<'d>) -> Result<Vec<Property<'d>>, Problem> {
        let other_way = match self.direction {
            Direction::Sent => "readOnly",
            Direction::Received => "writeOnly",
        };
        let mut fields = Vec::new();
        for property in shape.properties() {
            if !Schema::of(property.at.clone())?.flag(other_way) {
                fields.push(property);
            }
        }
        Ok(fields)
    }

    /// Returns the edit that adds the vendor's field to our object.
    fn new_field(&self, ours: &Shape<'_>, field: &Property<'_>) -> Vec<Edit> {
        let has_properties = |part: &&Node<'_>| part.get("properties").is_some();
        let is_own =
            |part: &&Node<'_>| ["$ref", "allOf", "oneOf", "anyOf"].iter().all(|key| part.get(key).is_none());
        let Some(object) = ours.parts.iter().find(has_properties).or_else(|| ours.parts.iter().rfind(is_own))
        else {
            return Vec::new();
        };
        let [node] = field.at.as_slice() else { return Vec::new() };
        let Some(value) = edits::schema(node, self.direction, &object.root()) else { return Vec::new() };
        let pointer = format!("{}/properties/{}", object.pointer(), escape(field.name));
        let mut edits = vec![Edit::Insert { pointer, value }];
        if field.required {
            edits.push(Edit::Append {
                pointer: format!("{}/required", object.pointer()),
                value: field.name.into(),
            });
        }
        edits
    }

    /// Compares the additional properties of objects.
    fn rest(&mut self, ours: &Shape<'d>, upstream: &Shape<'d>, at: Places<'_, '_>) -> Result<(), Problem> {
        let below = ".*";
        let (our_place, their_place) =
            (ours.get("additionalProperties"), upstream.get("additionalProperties"));
        let at = (our_place.as_ref().or(at.0), their_place.as_ref().or(at.1));
        match (ours.rest(), upstream.rest()) {
            (Rest::Closed, Rest::Closed) | (Rest::Open(_), Rest::Open(_)) => Ok(()),
            (Rest::Closed, _) => {
                let message = "other fields are allowed, were not";
                self.report(message, Impact::Compatible, at, Vec::new());
                Ok(())
            }
            (was, Rest::Closed) => {
                // Only callers that were allowed to send other fields can be affected.
                let impact = match (self.direction, was) {
                    (Direction::Sent, Rest::Each(_) | Rest::Open(true)) => Impact::Breaking,
                    _ => Impact::Compatible,
                };
                self.report("no other fields are allowed", impact, at, Vec::new());
                Ok(())
            }
            (Rest::Each(ours), Rest::Each(upstream)) => {
                self.or_anything(vec![ours], vec![upstream], at, below)
            }
            (Rest::Each(ours), Rest::Open(_)) => self.or_anything(vec![ours], Vec::new(), at, below),
            (Rest::Open(_), Rest::Each(upstream)) => self.or_anything(Vec::new(), vec![upstream], at, below),
        }
    }
}

/// Returns the items of a list that have their own schema.
fn firsts<'d>(shape: &Shape<'d>) -> Vec<Node<'d>> {
    shape.parts.iter().flat_map(|part| list(part, "prefixItems")).collect()
}
