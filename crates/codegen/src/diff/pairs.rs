//! Matching of alternatives in two schemas.

use std::collections::{HashMap, HashSet};

use super::schema::{Schema, Shape, same};

/// The matched alternatives, and those that were removed or added.
pub(super) fn pair<'s, 'd>(
    ours: &'s Schema<'d>,
    upstream: &'s Schema<'d>,
) -> (Vec<(&'s Shape<'d>, &'s Shape<'d>)>, Vec<&'s Shape<'d>>, Vec<&'s Shape<'d>>) {
    let (mut taken, mut theirs) = (HashSet::new(), HashSet::new());
    let mut pairs = Vec::new();
    // Equal ones first, because the scores of all combinations take long.
    for (i, one) in ours.shapes.iter().enumerate() {
        let is_equal = |j: &usize| !theirs.contains(j) && are_equal(one, &upstream.shapes[*j]);
        if let Some(j) = (0..upstream.shapes.len()).find(is_equal) {
            taken.insert(i);
            theirs.insert(j);
            pairs.push((one, &upstream.shapes[j]));
        }
    }
    let rest = |shapes: &'s [Shape<'d>], taken: &HashSet<usize>| {
        let rest = shapes.iter().enumerate().filter(|(index, _)| !taken.contains(index));
        rest.map(|(index, shape)| (index, Candidate::of(shape))).collect::<Vec<_>>()
    };
    let (our_rest, their_rest) = (rest(&ours.shapes, &taken), rest(&upstream.shapes, &theirs));
    let mut scores = Vec::new();
    for (i, one) in &our_rest {
        for (j, other) in &their_rest {
            scores.push((likeness(one, other), *i, *j));
        }
    }
    // The most similar first; among equals, in the order of the document.
    scores.sort_by(|a, b| b.0.cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let is_only = ours.shapes.len() == 1 && upstream.shapes.len() == 1;
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

/// Returns whether two alternatives are written in the same way.
fn are_equal(one: &Shape<'_>, other: &Shape<'_>) -> bool {
    let mut parts = one.parts.iter().zip(&other.parts);
    one.ty == other.ty
        && one.parts.len() == other.parts.len()
        && parts.all(|(one, other)| one.value() == other.value())
}

/// An alternative with its properties.
#[derive(Debug)]
struct Candidate<'s, 'd> {
    shape: &'s Shape<'d>,
    /// The properties, each as an alternative of its own.
    properties: HashMap<&'d str, Shape<'d>>,
}

impl<'s, 'd> Candidate<'s, 'd> {
    fn of(shape: &'s Shape<'d>) -> Self {
        let properties = shape.properties().into_iter();
        let properties =
            properties.map(|property| (property.name, Shape { ty: None, parts: property.at })).collect();
        Self { shape, properties }
    }
}

/// Returns the similarity of two alternatives without following references.
fn likeness(one: &Candidate<'_, '_>, other: &Candidate<'_, '_>) -> usize {
    let by_type: usize = match (one.shape.ty, other.shape.ty) {
        (a, b) if a == b => 1_000,
        (Some("integer" | "number"), Some("integer" | "number")) => 500,
        _ => return 0,
    };
    let all = one.properties.len() + other.properties.len();
    let (mut common, mut agreeing, mut contradicting) = (0_usize, 0, 0);
    for (name, property) in &one.properties {
        let Some(other) = other.properties.get(name) else { continue };
        common += 1;
        match have_common_value(property, other) {
            Some(true) => agreeing += 1,
            Some(false) => contradicting += 1,
            None => {}
        }
    }
    // A discriminator value weighs more than other fields.
    let mut score = (by_type + 300 * agreeing).saturating_sub(300 * contradicting).max(1);
    score += (200 * common).checked_div(all).unwrap_or_default();
    score += 100 * usize::from(have_common_value(one.shape, other.shape) == Some(true));
    let format = |shape: &Shape<'_>| shape.get("format").map(|node| node.value().clone());
    score + 50 * usize::from(format(one.shape) == format(other.shape))
}

/// Returns whether a value is valid for both, if both enumerate their values.
fn have_common_value(one: &Shape<'_>, other: &Shape<'_>) -> Option<bool> {
    let ((_, ours), (_, theirs)) = (one.values()?, other.values()?);
    Some(ours.iter().any(|ours| theirs.iter().any(|theirs| same(ours, theirs))))
}
