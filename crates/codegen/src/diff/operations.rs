//! Comparison of all operations, and of the servers.

use std::collections::BTreeSet;

use super::difference::Difference;
use super::impact::Impact;
use super::operation::Pair;
use super::paths::{Operation, operations, template};
use crate::document::Node;
use crate::problem::Problem;

/// Compares all our operations with the vendor's, whose paths have been converted.
pub(super) fn compare(ours: &Node<'_>, upstream: &Node<'_>) -> Result<Vec<Difference>, Problem> {
    let (our_operations, their_operations) = (operations(ours)?, operations(upstream)?);
    let mut found = Vec::new();
    servers(ours, upstream, &mut found)?;
    let mut tags = BTreeSet::new();
    for operation in &our_operations {
        match their_operations.iter().find(|theirs| are_same(operation, theirs)) {
            Some(theirs) => {
                tags.extend(tags_of(theirs));
                Pair { ours: operation, theirs, name: operation.name() }.compare(&mut found)?;
            }
            None => found.push(Difference::new(
                &operation.name(),
                "operation",
                "gone",
                Impact::Breaking,
                (Some(&operation.node), None),
            )),
        }
    }
    let area = area(&our_operations);
    for theirs in &their_operations {
        let is_ours = our_operations.iter().any(|operation| are_same(operation, theirs));
        let rest = area.as_ref().and_then(|area| theirs.path.strip_prefix(area.as_str()));
        let is_near = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            || tags_of(theirs).iter().any(|tag| tags.contains(tag));
        if !is_ours && is_near {
            let places = (None, Some(&theirs.node));
            found.push(Difference::new(&theirs.name(), "operation", "new", Impact::Compatible, places));
        }
    }
    Ok(found)
}

fn are_same(ours: &Operation<'_>, theirs: &Operation<'_>) -> bool {
    ours.method == theirs.method && template(ours.path) == template(theirs.path)
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
