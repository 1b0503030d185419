//! Comparison of schemas with those below them.
//!
//! Schemas form a graph, because operations share them and they can contain each other. Each pair of schemas is compared
//! once for each direction. The differences of an operation are those of the pairs that it reaches.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::collections::hash_map::Entry;

use super::compare::{Form, SchemaPair, Step, compare};
use super::difference::Difference;
use super::impact::Direction;
use crate::document::Node;
use crate::problem::Problem;

/// The compared schemas of two documents.
#[derive(Debug)]
pub(super) struct Schemas<'d> {
    /// If true, edits of our document are suggested.
    pub(super) with_edits: bool,
    /// The indices of pairs, by direction and locations.
    indices: HashMap<(Form, Direction, String, String), usize>,
    /// Pairs to compare, in the order of their indices.
    pending: VecDeque<SchemaPair<'d>>,
    compared: Vec<Compared>,
    /// The number of visits.
    visits: usize,
}

/// A compared pair.
#[derive(Debug)]
struct Compared {
    /// The results, with the indices of the pairs below.
    steps: Vec<Step<usize>>,
    /// True if this pair or one below it has a difference.
    differs: bool,
    visit: Visit,
}

/// The last visit of a pair.
#[derive(Debug, Default)]
struct Visit {
    /// The number of the visit; 0 for none.
    number: usize,
    /// The pair and the step from which it came.
    from: Option<(usize, usize)>,
}

impl<'d> Schemas<'d> {
    pub(super) fn new(with_edits: bool) -> Self {
        Self {
            with_edits,
            indices: HashMap::new(),
            pending: VecDeque::new(),
            compared: Vec::new(),
            visits: 0,
        }
    }

    /// Compares a pair and those below it. Returns the differences, whose places are paths from the pair.
    pub(super) fn compare(&mut self, pair: SchemaPair<'d>) -> Result<Vec<Difference>, Problem> {
        let known = self.compared.len();
        let root = self.index(pair);
        while let Some(pair) = self.pending.pop_front() {
            let steps = compare(pair, self.with_edits)?.into_iter().map(|step| match step {
                Step::Found(difference) => Step::Found(difference),
                Step::Below(path, pair) => Step::Below(path, self.index(pair)),
            });
            let steps = steps.collect();
            self.compared.push(Compared { steps, differs: false, visit: Visit::default() });
        }
        self.mark(known);
        Ok(self.differences(root))
    }

    /// Returns whether there is no difference between two schemas.
    pub(super) fn are_equal(pair: SchemaPair<'d>) -> Result<bool, Problem> {
        let mut schemas = Self::new(false);
        schemas.index(pair);
        while let Some(pair) = schemas.pending.pop_front() {
            for step in compare(pair, false)? {
                match step {
                    Step::Found(_) => return Ok(false),
                    Step::Below(_, pair) => schemas.index(pair),
                };
            }
        }
        Ok(true)
    }

    /// Returns the index of a pair. A new pair becomes pending.
    fn index(&mut self, pair: SchemaPair<'d>) -> usize {
        let pair = match pair.form {
            Form::Schemas => {
                SchemaPair { ours: targets(pair.ours), upstream: targets(pair.upstream), ..pair }
            }
            Form::Objects => pair,
        };
        let key = |nodes: &[Node<'_>]| nodes.iter().map(Node::pointer).collect::<Vec<_>>().join(" ");
        let next = self.indices.len();
        match self.indices.entry((pair.form, pair.direction, key(&pair.ours), key(&pair.upstream))) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.pending.push_back(pair);
                *new.insert(next)
            }
        }
    }

    /// Marks the pairs from an index on that have differences, or reach pairs that have some. Other pairs are no longer
    /// reached.
    fn mark(&mut self, from: usize) {
        let mut above: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut differing = Vec::new();
        for (index, compared) in self.compared.iter().enumerate().skip(from) {
            for step in &compared.steps {
                match step {
                    Step::Below(_, below) if *below >= from => above.entry(*below).or_default().push(index),
                    Step::Below(_, below) if !self.compared[*below].differs => {}
                    Step::Found(_) | Step::Below(..) => differing.push(index),
                }
            }
        }
        while let Some(index) = differing.pop() {
            if !std::mem::replace(&mut self.compared[index].differs, true) {
                differing.extend(above.remove(&index).into_iter().flatten());
            }
        }
        for index in from..self.compared.len() {
            let mut steps = std::mem::take(&mut self.compared[index].steps);
            steps.retain(|step| !matches!(step, Step::Below(_, below) if !self.compared[*below].differs));
            self.compared[index].steps = steps;
        }
    }

    /// Returns the differences of a pair and those below it, with the shortest paths.
    fn differences(&mut self, root: usize) -> Vec<Difference> {
        if !self.compared[root].differs {
            return Vec::new();
        }
        self.visit(root);
        let mut found = Vec::new();
        let mut path: Vec<&str> = Vec::new();
        let mut stack = vec![(root, self.compared[root].steps.iter().enumerate())];
        while let Some((index, steps)) = stack.last_mut() {
            match steps.next() {
                None => {
                    stack.pop();
                    path.pop();
                }
                Some((_, Step::Found(difference))) => {
                    let mut place = path.concat();
                    place.push_str(&difference.place);
                    if place.starts_with('.') {
                        place.remove(0);
                    }
                    found.push(Difference { place, ..difference.clone() });
                }
                Some((step, Step::Below(segment, next))) => {
                    let visit = &self.compared[*next].visit;
                    if visit.number == self.visits && visit.from == Some((*index, step)) {
                        path.push(segment);
                        stack.push((*next, self.compared[*next].steps.iter().enumerate()));
                    }
                }
            }
        }
        found
    }

    /// Visits the differing pairs below a pair, the nearest first.
    fn visit(&mut self, root: usize) {
        self.visits += 1;
        let number = self.visits;
        self.compared[root].visit = Visit { number, from: None };
        let mut queue = VecDeque::from([root]);
        while let Some(index) = queue.pop_front() {
            for step in 0..self.compared[index].steps.len() {
                let Step::Below(_, below) = self.compared[index].steps[step] else { continue };
                let compared = &mut self.compared[below];
                if compared.visit.number != number {
                    compared.visit = Visit { number, from: Some((index, step)) };
                    queue.push_back(below);
                }
            }
        }
    }
}

/// Replaces references without other keywords by their targets.
fn targets(nodes: Vec<Node<'_>>) -> Vec<Node<'_>> {
    nodes.into_iter().map(|node| target(&node).unwrap_or(node)).collect()
}

fn target<'d>(node: &Node<'d>) -> Option<Node<'d>> {
    let mut keys = node.value().as_object()?.keys();
    let is_reference = keys.all(|key| ["$ref", "description", "summary", "title"].contains(&key.as_str()));
    // An invalid reference is reported by the comparison.
    if is_reference { node.resolve().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::document::{Document, Policy};

    /// Returns a document in which each schema reaches all others, in several ways.
    fn document(count: usize, change: bool) -> Document {
        let reference = |index: usize| json!({ "$ref": format!("#/components/schemas/S{}", index % count) });
        let schema = |index: usize| {
            let expandable = |step: usize| json!({ "anyOf": [{ "type": "string" }, reference(index + step), reference(index + step + 1)] });
            let mut properties = json!({
                "next": reference(index + 1),
                "list": { "type": "array", "items": reference(index + 2) },
                "one": expandable(3),
                "two": expandable(5),
                "three": expandable(7),
            });
            if change && index == count / 2 {
                properties["new"] = json!({ "type": "string" });
            }
            json!({ "type": "object", "properties": properties })
        };
        let schemas: Value = (0..count).map(|index| (format!("S{index}"), schema(index))).collect();
        let document = json!({ "openapi": "3.1.0", "components": { "schemas": schemas } });
        Document::of("test.json", document, Policy::Strict).unwrap()
    }

    /// Compares all schemas of two documents. Returns the number of comparisons and of differences.
    fn compare_all(ours: &Document, upstream: &Document) -> (usize, Vec<usize>) {
        let entries = |document| {
            let root: Node<'_> = Document::root(document);
            root.require("components").unwrap().entries_of("schemas").unwrap()
        };
        let mut schemas = Schemas::new(false);
        let pairs = entries(ours).into_iter().zip(entries(upstream));
        let differences = pairs.map(|((_, ours), (_, upstream))| {
            let direction = Direction::Received;
            let (ours, upstream) = (vec![ours], vec![upstream]);
            let pair = SchemaPair { form: Form::Schemas, direction, ours, upstream };
            schemas.compare(pair).unwrap().len()
        });
        let differences = differences.collect();
        (schemas.compared.len(), differences)
    }

    #[test]
    fn comparisons_are_linear() {
        for count in [50, 100, 200] {
            let old = document(count, false);
            let (comparisons, differences) = compare_all(&old, &document(count, true));
            assert!(comparisons < 10 * count, "{comparisons} comparisons of {count} schemas");
            assert_eq!(differences, vec![1; count], "each schema reaches the difference");
            let (_, differences) = compare_all(&old, &old);
            assert_eq!(differences, vec![0; count]);
        }
    }

    #[test]
    fn paths_are_shortest() {
        let (old, new) = (document(50, false), document(50, true));
        let mut schemas = Schemas::new(false);
        for (name, path) in [("S16", "next.three.new"), ("S20", "two.new"), ("S16", "next.three.new")] {
            let node = |document| {
                let root: Node<'_> = Document::root(document);
                root.get("components").and_then(|node| node.get("schemas")?.get(name)).into_iter().collect()
            };
            let (ours, upstream) = (node(&old), node(&new));
            let pair = SchemaPair { form: Form::Schemas, direction: Direction::Sent, ours, upstream };
            let found = schemas.compare(pair).unwrap();
            assert_eq!(found.iter().map(|one| one.place.as_str()).collect::<Vec<_>>(), [path]);
        }
    }
}
