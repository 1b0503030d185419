//! Comparison of all operations, and of the servers.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::difference::Difference;
use super::impact::Impact;
use super::operation::{Found, Pair};
use super::paths::{Operation, operations, template};
use super::schemas::Schemas;
use crate::document::Node;
use crate::problem::Problem;

/// Compares all our operations with the vendor's, whose paths have been converted. Differences are passed on after each
/// operation, because operations that share schemas have the same ones.
pub(super) fn compare(
    ours: &Node<'_>,
    upstream: &Node<'_>,
    with_edits: bool,
    mut add: impl FnMut(Vec<Difference>),
) -> Result<(), Problem> {
    let (our_operations, their_operations) = (operations(ours)?, operations(upstream)?);
    let mut found = Found { differences: Vec::new(), schemas: Schemas::new(with_edits) };
    servers(ours, upstream, &mut found.differences)?;
    add(std::mem::take(&mut found.differences));
    let mut by_key = HashMap::new();
    for theirs in &their_operations {
        by_key.entry(key(theirs)).or_insert(theirs);
    }
    let mut our_keys = HashSet::new();
    let mut tags = BTreeSet::new();
    for operation in &our_operations {
        let key = key(operation);
        match by_key.get(&key) {
            Some(theirs) => {
                tags.extend(tags_of(theirs));
                Pair { ours: operation, theirs, name: operation.name() }.compare(&mut found)?;
            }
            None => found.differences.push(Difference::new(
                &operation.name(),
                "operation",
                "gone",
                Impact::Breaking,
                (Some(&operation.node), None),
            )),
        }
        our_keys.insert(key);
        add(std::mem::take(&mut found.differences));
    }
    let area = area(&our_operations);
    for theirs in &their_operations {
        let rest = area.as_ref().and_then(|area| theirs.path.strip_prefix(area.as_str()));
        let is_near = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            || tags_of(theirs).iter().any(|tag| tags.contains(tag));
        if !our_keys.contains(&key(theirs)) && is_near {
            let places = (None, Some(&theirs.node));
            let name = theirs.name();
            found.differences.push(Difference::new(&name, "operation", "new", Impact::Compatible, places));
        }
    }
    add(found.differences);
    Ok(())
}

/// Returns the identity of an operation across documents.
fn key<'o>(operation: &'o Operation<'_>) -> (&'o str, String) {
    (&operation.method, template(operation.path))
}

fn tags_of(operation: &Operation<'_>) -> Vec<String> {
    let tags = operation.node.items_of("tags").unwrap_or_default();
    tags.iter().filter_map(|tag| tag.text().ok()).map(str::to_owned).collect()
}

/// Returns the common prefix of all our paths, if there is one.
fn area(operations: &[Operation<'_>]) -> Option<String> {
    let literal = |operation: &Operation<'_>| {
        let segments = operation.path.trim_end_matches('/').split('/');
        segments.take_while(|segment| !segment.contains('{')).map(str::to_owned).collect::<Vec<_>>()
    };
    let common = operations.iter().map(literal).reduce(|one, other| {
        one.into_iter().zip(other).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
    });
    common.map(|segments| segments.join("/")).filter(|area| !area.is_empty())
}

fn urls<'d>(root: &Node<'d>) -> Result<Vec<(String, Node<'d>)>, Problem> {
    let mut urls = Vec::new();
    for server in root.items_of("servers")? {
        let url = server.require("url")?.text()?;
        urls.push((url.trim_end_matches('/').to_owned(), server));
    }
    Ok(urls)
}

/// Compares servers. A server with variables matches any, and a missing one is ignored.
fn servers(ours: &Node<'_>, upstream: &Node<'_>, found: &mut Vec<Difference>) -> Result<(), Problem> {
    let (ours, theirs) = (urls(ours)?, urls(upstream)?);
    let is_fixed = |(url, _): &(String, Node<'_>)| url.contains("://") && !url.contains('{');
    if !ours.iter().all(is_fixed) || !theirs.iter().any(is_fixed) {
        return Ok(());
    }
    for (url, node) in ours.iter().filter(|(url, _)| !theirs.iter().any(|(other, _)| other == url)) {
        let message = format!("`{url}` is gone");
        found.push(Difference::new("", "servers", message, Impact::Breaking, (Some(node), None)));
    }
    for (url, node) in theirs.iter().filter(|(url, _)| !ours.iter().any(|(other, _)| other == url)) {
        let message = format!("`{url}` is new");
        found.push(Difference::new("", "servers", message, Impact::Compatible, (None, Some(node))));
    }
    Ok(())
}
