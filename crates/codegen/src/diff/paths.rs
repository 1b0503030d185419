//! Matching of operations in two documents.

use serde_json::Value;

use crate::document::{Node, escape};
use crate::overlay::Move;
use crate::problem::Problem;
use crate::selection::METHODS;

/// One operation of a document.
#[derive(Debug)]
pub(super) struct Operation<'d> {
    pub(super) method: &'static str,
    pub(super) path: &'d str,
    pub(super) item: Node<'d>,
    pub(super) node: Node<'d>,
}

impl Operation<'_> {
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
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
        for method in METHODS {
            if let Some(node) = item.get(method) {
                operations.push(Operation { method, path, item: item.clone(), node });
            }
        }
    }
    Ok(operations)
}

/// Returns the prefix of our paths in the vendor's document, or vice versa, if the base path is in the server URL of
/// one and in the paths of the other.
#[derive(Debug, Default, PartialEq, Eq)]
struct Base<'d> {
    theirs: &'d str,
    ours: &'d str,
}

/// Returns the base with which most operations match, if it differs.
fn base<'d>(ours: &[Operation<'d>], theirs: &[Operation<'d>]) -> Base<'d> {
    let mut candidates = vec![Base::default()];
    for ours in ours {
        for theirs in theirs.iter().filter(|theirs| theirs.method == ours.method) {
            let before = |long: &'d str, short: &str| {
                let whole = template(long);
                let prefix = whole.strip_suffix(&template(short))?;
                // Without parameters, it has the same length in the path and the template.
                long.get(..prefix.len()).filter(|_| !prefix.is_empty() && !prefix.contains('{'))
            };
            let base = match (before(theirs.path, ours.path), before(ours.path, theirs.path)) {
                (Some(prefix), _) => Base { theirs: prefix, ours: "" },
                (_, Some(prefix)) => Base { theirs: "", ours: prefix },
                _ => continue,
            };
            if !candidates.contains(&base) {
                candidates.push(base);
            }
        }
    }
    let matches = |base: &Base<'_>| {
        let is_same = |one: &&Operation<'_>| theirs.iter().any(|other| are_same(one, other, base));
        ours.iter().filter(is_same).count()
    };
    // The first of the best, which prefers no base.
    let best = candidates.iter().map(&matches).max().unwrap_or_default();
    candidates.into_iter().find(|base| matches(base) == best).unwrap_or_default()
}

fn are_same(ours: &Operation<'_>, theirs: &Operation<'_>, base: &Base<'_>) -> bool {
    let path = |prefix: &str, path: &str| format!("{prefix}{}", template(path));
    ours.method == theirs.method && path(base.theirs, ours.path) == path(base.ours, theirs.path)
}

/// Converts the paths of the vendor's document to ours, so that an overlay matches them: the base path is in the URLs
/// of the servers if it is there in ours, and parameters in paths have our names.
pub(super) fn align(ours: &Node<'_>, theirs: &Node<'_>) -> Result<(Value, Vec<Move>), Problem> {
    let (our_operations, their_operations) = (operations(ours)?, operations(theirs)?);
    let base = base(&our_operations, &their_operations);
    let mut document = theirs.value().clone();
    let mut moves = Vec::new();
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        let mut aligned = serde_json::Map::new();
        for (path, item) in std::mem::take(paths) {
            let moved = format!("{}{}", base.ours, path.strip_prefix(base.theirs).unwrap_or(&path));
            let same = our_operations.iter().find(|ours| template(ours.path) == template(&moved));
            let moved = same.map_or(moved, |ours| ours.path.to_owned());
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
