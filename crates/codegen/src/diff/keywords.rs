//! Comparison of keywords that constrain values, formats and sizes.

use super::compare::Comparer;
use super::difference::Places;
use super::edit::Edit;
use super::impact::{self, Direction, Impact};
use super::schema::{Shape, same};
use super::words::{number, text};
use crate::document::Node;

/// Keywords of sizes and bounds.
const BOUNDS: [&str; 11] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
];

/// Keywords that are compared individually, or that do not affect structure. Others are compared literally.
const KNOWN: [&str; 36] = [
    "$anchor",
    "$comment",
    "$defs",
    "$id",
    "$ref",
    "$schema",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contentEncoding",
    "contentMediaType",
    "default",
    "definitions",
    "deprecated",
    "description",
    "discriminator",
    "enum",
    "example",
    "examples",
    "externalDocs",
    "format",
    "items",
    "nullable",
    "oneOf",
    "pattern",
    "prefixItems",
    "properties",
    "readOnly",
    "required",
    "summary",
    "title",
    "type",
    "uniqueItems",
    "writeOnly",
    "xml",
];

impl Comparer<'_> {
    pub(super) fn values(&mut self, ours: &Shape<'_>, upstream: &Shape<'_>, at: Places<'_, '_>) {
        match (ours.values(), upstream.values()) {
            (Some((our_list, ours)), Some((their_list, theirs))) => {
                let both = (Some(&our_list), Some(&their_list));
                for value in theirs.iter().filter(|value| !ours.iter().any(|ours| same(ours, value))) {
                    let edits = match our_list.value().is_array() {
                        true => vec![Edit::Append {
                            pointer: our_list.pointer().to_owned(),
                            value: (*value).clone(),
                        }],
                        false => Vec::new(),
                    };
                    self.report(format!("also {value}"), Impact::Compatible, both, edits);
                }
                for value in ours.iter().filter(|value| !theirs.iter().any(|theirs| same(theirs, value))) {
                    self.report(format!("no longer {value}"), self.direction.narrowed(), both, vec![]);
                }
            }
            (None, Some((list, values))) => {
                let values: Vec<_> = values.iter().map(ToString::to_string).collect();
                let message = format!("only {}, was any value", values.join(", "));
                self.report(message, self.direction.narrowed(), (at.0, Some(&list)), Vec::new());
            }
            (Some((list, _)), None) => {
                let message = "any value, was one of a list";
                self.report(message, Impact::Compatible, (Some(&list), at.1), Vec::new());
            }
            (None, None) => {}
        }
    }

    pub(super) fn texts(&mut self, ours: &Shape<'_>, upstream: &Shape<'_>, at: Places<'_, '_>) {
        for keyword in ["format", "pattern"] {
            let (was, is) = (ours.get(keyword), upstream.get(keyword));
            let values = (was.as_ref().map(Node::value), is.as_ref().map(Node::value));
            // `format: password` is our mark, and does not change the values.
            let is_mark =
                keyword == "format" && values.0.is_some_and(|was| was == "password") && is.is_none();
            if values.0 == values.1 || is_mark {
                continue;
            }
            let impact = match keyword {
                "format" => impact::format(self.direction, values),
                _ => self.direction.bounded(values.0.is_some(), values.1.is_some()),
            };
            let message = format!("{keyword} {}, was {}", text(values.1), text(values.0));
            let places = (was.as_ref().or(at.0), is.as_ref().or(at.1));
            self.report(message, impact, places, Vec::new());
        }
    }

    pub(super) fn bounds(&mut self, ours: &Shape<'_>, upstream: &Shape<'_>, at: Places<'_, '_>) {
        for keyword in BOUNDS {
            let (was, is) = (ours.bound(keyword), upstream.bound(keyword));
            let values = (was.as_ref().map(|(_, value)| *value), is.as_ref().map(|(_, value)| *value));
            if values.0 == values.1 {
                continue;
            }
            let impact = impact::bound(self.direction, keyword, values);
            let message = format!("{keyword} {}, was {}", number(values.1), number(values.0));
            let edits = match (&was, &is) {
                (Some((node, _)), Some((theirs, _))) if theirs.value().is_number() => {
                    vec![Edit::Insert { pointer: node.pointer().to_owned(), value: theirs.value().clone() }]
                }
                (Some((node, _)), None) => vec![Edit::Remove { pointer: node.pointer().to_owned() }],
                _ => Vec::new(),
            };
            // The client does not check bounds of responses, so no edit is needed.
            let edits = if self.direction == Direction::Sent { edits } else { Vec::new() };
            let places = (was.as_ref().map(|(node, _)| node), is.as_ref().map(|(node, _)| node));
            self.report(message, impact, (places.0.or(at.0), places.1.or(at.1)), edits);
        }
    }

    /// Compares rare keywords literally.
    pub(super) fn others(&mut self, ours: &Shape<'_>, upstream: &Shape<'_>) {
        let (was, is) = (unique(ours), unique(upstream));
        if was.is_some() != is.is_some() {
            let message = if is.is_some() { "items must be unique" } else { "items need not be unique" };
            let impact = self.direction.bounded(was.is_some(), is.is_some());
            self.report(message, impact, (was.as_ref(), is.as_ref()), Vec::new());
        }
        let mut compared =
            vec![("discriminator", discriminator_property(ours), discriminator_property(upstream))];
        let mut keywords: Vec<&str> = Vec::new();
        for part in ours.parts.iter().chain(&upstream.parts) {
            for (keyword, _) in part.entries().unwrap_or_default() {
                let is_known = KNOWN.contains(&keyword) || BOUNDS.contains(&keyword);
                if !is_known && !keyword.starts_with("x-") && !keywords.contains(&keyword) {
                    keywords.push(keyword);
                    compared.push((keyword, ours.get(keyword), upstream.get(keyword)));
                }
            }
        }
        for (keyword, was, is) in compared {
            let values = (was.as_ref().map(Node::value), is.as_ref().map(Node::value));
            let message = match values {
                (Some(was), Some(is)) if !same(was, is) => format!("`{keyword}` is another"),
                (None, Some(_)) => format!("`{keyword}` is new"),
                (Some(_), None) => format!("`{keyword}` is gone"),
                _ => continue,
            };
            self.report(message, Impact::Breaking, (was.as_ref(), is.as_ref()), Vec::new());
        }
    }
}

fn unique<'d>(shape: &Shape<'d>) -> Option<Node<'d>> {
    shape.get("uniqueItems").filter(|node| node.value() == true)
}

/// Returns the discriminator property of alternatives.
fn discriminator_property<'d>(shape: &Shape<'d>) -> Option<Node<'d>> {
    shape.parts.iter().find_map(|part| part.get("discriminator")?.get("propertyName"))
}
