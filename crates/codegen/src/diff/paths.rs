//! Matching of operations in two documents.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::document::{Node, escape};
use crate::methods;
use crate::overlay::Move;
use crate::problem::Problem;

/// One operation of a document.
#[derive(Debug)]
pub(super) struct Operation<'d> {
    pub(super) method: Cow<'d, str>,
    pub(super) path: &'d str,
    pub(super) item: Node<'d>,
    pub(super) node: Node<'d>,
}

impl Operation<'_> {
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Returns a path without the names of its parameters.
pub(super) fn template(path: &str) -> String {
    let mut parts = path.split('{');
    let mut template = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        template.push_str("{}");
        template.push_str(part.split_once('}').map_or(part, |(_, rest)| rest));
    }
    template
}

/// Returns the names of the parameters of a path, in order.
pub(super) fn names(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0)).collect()
}

pub(super) fn operations<'d>(root: &Node<'d>) -> Result<Vec<Operation<'d>>, Problem> {
    let mut operations = Vec::new();
    for (path, item) in root.entries_of("paths")? {
        let item = item.resolve_if_any()?;
        for (method, node) in methods::operations(&item)? {
            operations.push(Operation { method, path, item: item.clone(), node });
        }
    }
    Ok(operations)
}

/// Returns the prefix of our paths in the vendor's document, or vice versa, if the base path is in the server URL of
/// one and in the paths of the other.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
struct Base<'d> {
    theirs: &'d str,
    ours: &'d str,
}

/// Returns the base with which most operations match, if it differs.
fn base<'d>(ours: &[Operation<'d>], theirs: &[Operation<'d>]) -> Base<'d> {
    let our_indices = indices(ours);
    let their_indices = indices(theirs);
    // Our operations that match with each base, and the first match.
    let mut candidates: HashMap<Base<'d>, (HashSet<usize>, (usize, usize))> = HashMap::new();
    let mut add = |base: Base<'d>, i: usize, j: usize| {
        let (matches, first) = candidates.entry(base).or_insert_with(|| (HashSet::new(), (i, j)));
        matches.insert(i);
        *first = (*first).min((i, j));
    };
    for (j, operation) in theirs.iter().enumerate() {
        for (prefix, rest) in splits(operation.path) {
            for i in our_indices.get(&(&*operation.method, rest)).into_iter().flatten() {
                add(Base { theirs: prefix, ours: "" }, *i, j);
            }
        }
    }
    for (i, operation) in ours.iter().enumerate() {
        for (prefix, rest) in splits(operation.path).filter(|(prefix, _)| !prefix.is_empty()) {
            for j in their_indices.get(&(&*operation.method, rest)).into_iter().flatten() {
                add(Base { theirs: "", ours: prefix }, i, *j);
            }
        }
    }
    // The first of the best, which prefers no base.
    let order = |(base, (matches, first)): &(Base<'d>, (HashSet<usize>, (usize, usize)))| {
        (std::cmp::Reverse(matches.len()), *base != Base::default(), *first)
    };
    candidates.into_iter().min_by_key(order).map(|(base, _)| base).unwrap_or_default()
}

/// Returns the indices of operations by method and template.
fn indices<'o>(operations: &'o [Operation<'_>]) -> HashMap<(&'o str, String), Vec<usize>> {
    let mut indices: HashMap<_, Vec<usize>> = HashMap::new();
    for (index, operation) in operations.iter().enumerate() {
        indices.entry((&*operation.method, template(operation.path))).or_default().push(index);
    }
    indices
}

/// Returns the prefixes of a path without parameters, each with the template of the rest.
fn splits(path: &str) -> impl Iterator<Item = (&str, String)> {
    let literal = path.find('{').unwrap_or(path.len());
    let positions = path.char_indices().map(|(index, _)| index).take_while(move |index| *index <= literal);
    positions.map(|index| (&path[..index], template(&path[index..])))
}

/// Converts the paths of the vendor's document to ours, so that an overlay matches them: the base path is in the URLs
/// of the servers if it is there in ours, and parameters in paths have our names.
pub(super) fn align(ours: &Node<'_>, theirs: &Node<'_>) -> Result<(Value, Vec<Move>), Problem> {
    let (our_operations, their_operations) = (operations(ours)?, operations(theirs)?);
    let base = base(&our_operations, &their_operations);
    let mut our_paths = HashMap::new();
    for ours in &our_operations {
        our_paths.entry(template(ours.path)).or_insert(ours.path);
    }
    let mut document = theirs.value().clone();
    let mut moves = Vec::new();
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        let mut aligned = serde_json::Map::new();
        for (path, item) in std::mem::take(paths) {
            let moved = format!("{}{}", base.ours, path.strip_prefix(base.theirs).unwrap_or(&path));
            let moved = our_paths.get(&template(&moved)).map_or(moved, |ours| (*ours).to_owned());
            // Two of the vendor's paths may differ only in the names of parameters.
            let name = if aligned.contains_key(&moved) { path.clone() } else { moved };
            if name != path {
                let pointer = |path: &str| format!("/paths/{}", escape(path));
                moves.push(Move::Renamed { from: pointer(&path), to: pointer(&name) });
            }
            aligned.insert(name, item);
        }
        *paths = aligned;
    }
    let servers = document.get_mut("servers").and_then(Value::as_array_mut).into_iter().flatten();
    for url in servers.filter_map(|server| server.get_mut("url")) {
        if let Some(text) = url.as_str() {
            let text = text.trim_end_matches('/');
            *url = format!("{}{}", text.strip_suffix(base.ours).unwrap_or(text), base.theirs).into();
        }
    }
    Ok((document, moves))
}
