//! OpenAPI overlay documents.
//!
//! This implements the Overlay Specification 1.1, which also covers documents of 1.0. An action that has no effect is
//! not an error: the document has changed since, and the action is reported as [`Stale`].
//!
//! Two extensions support this. `x-was` in an action contains the value of its targets at the time of writing, with
//! null for absent: a target with another value remains unchanged. `x-applies-when` in an overlay is a JSONPath that
//! selects something in the documents to which the overlay applies.

mod merge;
mod places;

use serde::Serialize;
use serde_json::Value;
use serde_json_path::JsonPath;

use self::merge::merge_all;
pub(crate) use self::places::{Move, original};
use self::places::{Step, places, pointer};

use crate::document::{Document, Node, read};
use crate::problem::Problem;

/// A parsed and valid overlay.
#[derive(Debug)]
pub(crate) struct Overlay {
    file: String,
    /// The selector of the documents to which it applies, if a vendor's document has several forms.
    when: Option<JsonPath>,
    actions: Vec<Action>,
}

#[derive(Debug)]
struct Action {
    pointer: String,
    target: JsonPath,
    description: String,
    /// The value of the targets at the time of writing.
    was: Option<Value>,
    change: Change,
}

#[derive(Debug)]
enum Change {
    Remove,
    Update(Value),
    Copy(JsonPath),
}

/// An action of an overlay without an effect on the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// The location of the action.
    pub action: String,
    /// The target as a JSONPath.
    pub target: String,
    /// The target of the action.
    pub description: String,
    /// The reason.
    pub reason: String,
}

impl Overlay {
    /// Parses an overlay in JSON or YAML. `file` is its name in problems.
    pub(crate) fn parse(file: &str, text: &str) -> Result<Self, Problem> {
        let document = Document::untyped(file, read(file, text)?);
        let root = document.root();
        known_keys(&root, &["overlay", "info", "extends", "actions"])?;
        let version = root.require("overlay")?;
        if !["1.0.", "1.1."].iter().any(|known| version.text().is_ok_and(|text| text.starts_with(known))) {
            return Err(version.problem("not an overlay of version 1.0 or 1.1", "write 1.1.0"));
        }
        for key in ["title", "version"] {
            root.require("info")?.require(key)?.text()?;
        }
        let actions = root.require("actions")?;
        let items = actions.items()?;
        if items.is_empty() {
            return Err(actions.problem("no action", "add one, or remove the overlay"));
        }
        let actions = items.iter().map(Action::parse).collect::<Result<_, _>>()?;
        let when = root.get("x-applies-when").map(|node| path(&node)).transpose()?;
        Ok(Self { file: file.to_owned(), when, actions })
    }

    /// Returns the name of the overlay.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// Selects the overlay for a document: the first whose `x-applies-when` matches something in it, or else the first
    /// without this condition.
    pub(crate) fn choose<'o>(overlays: &'o [Self], document: &Value) -> Option<&'o Self> {
        let applies =
            |overlay: &&Self| overlay.when.as_ref().is_some_and(|when| !when.query(document).is_empty());
        overlays.iter().find(applies).or_else(|| overlays.iter().find(|overlay| overlay.when.is_none()))
    }

    /// Applies the actions in order and returns those without effect.
    pub(crate) fn apply(&self, mut document: Value, moves: &mut Vec<Move>) -> (Value, Vec<Stale>) {
        let mut stale = Vec::new();
        for action in &self.actions {
            if let Err(reason) = action.apply(&mut document, moves) {
                stale.push(Stale {
                    action: format!("{}#{}", self.file, action.pointer),
                    target: action.target.to_string(),
                    description: action.description.clone(),
                    reason,
                });
            }
        }
        (document, stale)
    }
}

impl Action {
    fn parse(node: &Node<'_>) -> Result<Self, Problem> {
        known_keys(node, &["target", "description", "update", "copy", "remove"])?;
        let change = if node.flag("remove")? {
            Change::Remove
        } else {
            match (node.get("update"), node.get("copy")) {
                (Some(update), None) => Change::Update(update.value().clone()),
                (None, Some(copy)) => Change::Copy(path(&copy)?),
                (Some(_), Some(_)) => {
                    return Err(node.problem("both `update` and `copy`", "use two actions"));
                }
                (None, None) => {
                    return Err(node.problem("no change", "add `update`, `copy` or `remove: true`"));
                }
            }
        };
        Ok(Self {
            pointer: node.pointer().to_owned(),
            target: path(&node.require("target")?)?,
            description: node.text_of("description")?.unwrap_or_default().to_owned(),
            was: node.get("x-was").map(|node| node.value().clone()),
            change,
        })
    }

    /// Changes the document, or returns the reason for not changing it.
    fn apply(&self, document: &mut Value, moves: &mut Vec<Move>) -> Result<(), String> {
        let places = places(&self.target, document);
        let was = self.was.as_ref();
        if places.is_empty() {
            return Err("the target matches nothing".to_owned());
        }
        match &self.change {
            Change::Remove => {
                // In reverse order, so that the remaining locations stay valid.
                for place in places.iter().rev() {
                    remove(document, place, moves)?;
                }
                Ok(())
            }
            Change::Update(update) => merge_all(document, &places, was, update),
            Change::Copy(source) => {
                let sources = self::places(source, document);
                let [source] = sources.as_slice() else {
                    return Err(format!("`copy` matches {} locations instead of one", sources.len()));
                };
                let from = pointer(source);
                let copy = document.pointer(&from).cloned().unwrap_or_default();
                merge_all(document, &places, was, &copy)?;
                moves.extend(places.iter().map(|to| Move::Copied { from: from.clone(), to: pointer(to) }));
                Ok(())
            }
        }
    }
}

fn path(node: &Node<'_>) -> Result<JsonPath, Problem> {
    JsonPath::parse(node.text()?)
        .map_err(|error| node.problem(format!("not a JSONPath: {error}"), "use the syntax of RFC 9535"))
}

fn remove(document: &mut Value, place: &[Step], moves: &mut Vec<Move>) -> Result<(), String> {
    let Some((last, parent)) = place.split_last() else {
        return Err("the action would remove the whole document".to_owned());
    };
    let parent = pointer(parent);
    match (document.pointer_mut(&parent), last) {
        (Some(Value::Object(object)), Step::Name(name)) => {
            object.shift_remove(name);
        }
        (Some(Value::Array(items)), Step::Index(index)) if *index < items.len() => {
            items.remove(*index);
            moves.push(Move::Removed { array: parent, index: *index });
        }
        // Removed together with a parent.
        _ => {}
    }
    Ok(())
}

fn known_keys(node: &Node<'_>, known: &[&str]) -> Result<(), Problem> {
    for (key, entry) in node.entries()? {
        if !known.contains(&key) && !key.starts_with("x-") {
            return Err(entry.problem(format!("unknown key `{key}`"), "remove it"));
        }
    }
    Ok(())
}
