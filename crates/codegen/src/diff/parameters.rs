//! The parameters of an operation.

use super::compare::{Form, SchemaPair};
use super::edit::Edit;
use super::edits;
use super::impact::{Direction, Impact};
use super::operation::{Found, Pair};
use super::paths::{Operation, names};
use super::schema::{Schema, schema_of};
use crate::document::Node;
use crate::problem::Problem;

impl<'d> Pair<'_, 'd> {
    pub(super) fn parameters(&self, found: &mut Found<'d>) -> Result<(), Problem> {
        let (ours, theirs) = (parameters(self.ours)?, parameters(self.theirs)?);
        let scope =
            |parameter: &Parameter<'_>| format!("parameter `{}` in {}", parameter.name, parameter.location);
        for parameter in &ours {
            let Some(theirs) = theirs.iter().find(|theirs| theirs.key == parameter.key) else {
                let node = Some(&parameter.node);
                self.report(found, scope(parameter), "gone", Impact::Breaking, (node, None));
                continue;
            };
            let both = (Some(&parameter.node), Some(&theirs.node));
            if parameter.required != theirs.required {
                let (message, impact) = match theirs.required {
                    true => ("required, was optional", Impact::Breaking),
                    false => ("optional, was required", Impact::Compatible),
                };
                self.report(found, scope(parameter), message, impact, both);
            }
            let (was, is) = (style(parameter), style(theirs));
            if was != is {
                let message = format!("written as {is}, was {was}");
                self.report(found, scope(parameter), message, Impact::Breaking, both);
            }
            if let (Some(ours), Some(theirs)) = (schema_of(&parameter.node), schema_of(&theirs.node)) {
                let direction = Direction::Sent;
                let schemas =
                    SchemaPair { form: Form::Schemas, direction, ours: vec![ours], upstream: vec![theirs] };
                self.schemas(found, &scope(parameter), schemas)?;
            }
        }
        for parameter in theirs.iter().filter(|theirs| !ours.iter().any(|ours| ours.key == theirs.key)) {
            let (message, impact) = match parameter.required {
                true => ("new and required", Impact::Breaking),
                false => ("new and optional", Impact::Compatible),
            };
            let our_node = &self.ours.node;
            let edit = found.edit(|| {
                let value = edits::header_or_parameter(&parameter.node, Direction::Sent, &our_node.root())?;
                let pointer = format!("{}/parameters", our_node.pointer());
                (!parameter.required).then_some(Edit::Append { pointer, value })
            });
            let places = (None, Some(&parameter.node));
            self.report(found, scope(parameter), message, impact, places).edits.extend(edit);
        }
        Ok(())
    }
}

#[derive(Debug)]
struct Parameter<'d> {
    /// Returns the identity of a parameter across documents.
    key: (String, String),
    name: &'d str,
    location: &'d str,
    required: bool,
    node: Node<'d>,
}

/// Returns the parameters of an operation and of its path, except headers that are described elsewhere.
fn parameters<'d>(operation: &Operation<'d>) -> Result<Vec<Parameter<'d>>, Problem> {
    let order = names(operation.path);
    let mut parameters: Vec<Parameter<'_>> = Vec::new();
    let mut unknown = 0;
    for node in [operation.node.items_of("parameters")?, operation.item.items_of("parameters")?].concat() {
        let node = node.resolve()?;
        let (name, location) = (node.require("name")?.text()?, node.require("in")?.text()?);
        let is_elsewhere = ["accept", "authorization", "content-type"]
            .iter()
            .any(|header| name.eq_ignore_ascii_case(header));
        if location == "header" && is_elsewhere {
            continue;
        }
        let key = match location {
            // Parameters in paths have our names, in the same order.
            "path" => order
                .iter()
                .position(|known| *known == name)
                .unwrap_or_else(|| {
                    unknown += 1;
                    unknown - 1
                })
                .to_string(),
            "header" => name.to_ascii_lowercase(),
            _ => name.to_owned(),
        };
        let key = (location.to_owned(), key);
        let required = location == "path" || node.flag("required").unwrap_or_default();
        // Parameters of the operation take precedence over those of the path.
        if !parameters.iter().any(|known| known.key == key) {
            parameters.push(Parameter { key, name, location, required, node });
        }
    }
    Ok(parameters)
}

/// Returns the serialization of a parameter. For a single value, all styles except two are equal.
fn style(parameter: &Parameter<'_>) -> String {
    if let Some((media, _)) = parameter.node.entries_of("content").unwrap_or_default().first() {
        return format!("`{media}`");
    }
    let default = if ["query", "cookie"].contains(&parameter.location) { "form" } else { "simple" };
    let style = parameter.node.text_of("style").ok().flatten().unwrap_or(default);
    let explode =
        parameter.node.get("explode").and_then(|node| node.value().as_bool()).unwrap_or(style == "form");
    let is_single =
        schema_of(&parameter.node).and_then(|node| Schema::of(vec![node]).ok()).is_some_and(|schema| {
            schema.shapes.iter().all(|shape| !matches!(shape.ty, None | Some("array" | "object")))
        });
    match (is_single, explode) {
        (true, _) => style.to_owned(),
        (false, true) => format!("{style}, exploded"),
        (false, false) => format!("{style}, not exploded"),
    }
}
