//! Matching of alternatives in two schemas.

use std::collections::HashSet;

use super::schema::{Schema, Shape, same};
use crate::document::Node;

/// The matched alternatives, and those that were removed or added.
pub(super) fn pair<'s, 'd>(
    ours: &'s Schema<'d>,
    upstream: &'s Schema<'d>,
) -> (Vec<(&'s Shape<'d>, &'s Shape<'d>)>, Vec<&'s Shape<'d>>, Vec<&'s Shape<'d>>) {
    let mut scores = Vec::new();
    for (i, one) in ours.shapes.iter().enumerate() {
        for (j, other) in upstream.shapes.iter().enumerate() {
            scores.push((likeness(one, other), i, j));
        }
    }
    // The most similar first; among equals, in the order of the document.
    scores.sort_by(|a, b| b.0.cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let is_only = ours.shapes.len() == 1 && upstream.shapes.len() == 1;
    let (mut taken, mut theirs) = (HashSet::new(), HashSet::new());
    let mut pairs = Vec::new();
    for (score, i, j) in scores {
        if (score > 0 || is_only) && !taken.contains(&i) && !theirs.contains(&j) {
            taken.insert(i);
            theirs.insert(j);
            pairs.push((&ours.shapes[i], &upstream.shapes[j]));
        }
    }
    let left = |shapes: &'s [Shape<'d>], taken: &HashSet<usize>| {
        shapes
            .iter()
            .enumerate()
            .filter(|(index, _)| !taken.contains(index))
            .map(|(_, shape)| shape)
            .collect()
    };
    (pairs, left(&ours.shapes, &taken), left(&upstream.shapes, &theirs))
}

/// Returns the similarity of two alternatives without following references.
fn likeness<'d>(one: &Shape<'d>, other: &Shape<'d>) -> usize {
    let mut score: usize = match (one.ty, other.ty) {
        (a, b) if a == b => 1_000,
        (Some("integer" | "number"), Some("integer" | "number")) => 500,
        _ => return 0,
    };
    let (ours, theirs) = (one.properties(), other.properties());
    let all = ours.len() + theirs.len();
    let mut common: usize = 0;
    for property in &ours {
        let Some(other) = theirs.iter().find(|other| other.name == property.name) else { continue };
        common += 1;
        // A discriminator value weighs more than other fields.
        let word = |at: &[Node<'d>]| Shape { ty: None, parts: at.to_vec() };
        match have_common_value(&word(&property.at), &word(&other.at)) {
            Some(true) => score += 300,
            Some(false) => score = score.saturating_sub(300).max(1),
            None => {}
        }
    }
    score += (200 * common).checked_div(all).unwrap_or_default();
    if have_common_value(one, other) == Some(true) {
        score += 100;
    }
    let format = |shape: &Shape<'_>| shape.get("format").map(|node| node.value().clone());
    score + 50 * usize::from(format(one) == format(other))
}

/// Returns whether a value is valid for both, if both enumerate their values.
fn have_common_value(one: &Shape<'_>, other: &Shape<'_>) -> Option<bool> {
    let ((_, ours), (_, theirs)) = (one.values()?, other.values()?);
    Some(ours.iter().any(|ours| theirs.iter().any(|theirs| same(ours, theirs))))
}
