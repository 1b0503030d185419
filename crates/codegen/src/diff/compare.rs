//! Comparison of two schemas.

use std::collections::HashSet;

use serde_json::Value;

use super::difference::{Difference, Places};
use super::edit::Edit;
use super::impact::{Direction, Impact};
use super::pairs::pair;
use super::schema::{Schema, Shape, same};
use super::words::{describe, describe_shape, text};
use crate::document::Node;
use crate::problem::Problem;

/// The schemas of one body, parameter or header.
#[derive(Debug)]
pub(super) struct Schemas<'r> {
    pub(super) operation: &'r str,
    /// The subject of the schemas, for messages.
    pub(super) scope: String,
    pub(super) direction: Direction,
    pub(super) found: &'r mut Vec<Difference>,
    /// If true, edits of our document are suggested.
    pub(super) with_edits: bool,
    /// Compared pairs: a schema may contain itself.
    seen: HashSet<(String, String)>,
}

impl<'r> Schemas<'r> {
    pub(super) fn new(
        operation: &'r str,
        scope: String,
        direction: Direction,
        found: &'r mut Vec<Difference>,
    ) -> Self {
        Self { operation, scope, direction, found, with_edits: true, seen: HashSet::new() }
    }

    pub(super) fn report(
        &mut self,
        path: &str,
        message: String,
        impact: Impact,
        places: Places<'_, '_>,
        edits: Vec<Edit>,
    ) {
        let place = match path {
            "" => self.scope.clone(),
            path => format!("{}, `{path}`", self.scope),
        };
        let difference = Difference::new(self.operation, place, message, impact, places);
        self.found.push(Difference { edits, ..difference });
    }

    /// Compares the schemas at two locations. `path` is the readable path to them.
    pub(super) fn compare(
        &mut self,
        ours: Vec<Node<'_>>,
        upstream: Vec<Node<'_>>,
        path: &str,
    ) -> Result<(), Problem> {
        let key = |nodes: &[Node<'_>]| nodes.iter().map(Node::pointer).collect::<Vec<_>>().join(" ");
        if !self.seen.insert((key(&ours), key(&upstream))) {
            return Ok(());
        }
        let (ours, upstream) = (Schema::of(ours)?, Schema::of(upstream)?);
        let at = (ours.place(), upstream.place());
        let both = (at.0.as_ref(), at.1.as_ref());
        let are_any = [&ours, &upstream].iter().any(|schema| schema.is_any());
        if ours.nullable != upstream.nullable && !are_any {
            let (message, wider) = match upstream.nullable {
                true => ("may be null, was never", true),
                false => ("never null, was nullable", false),
            };
            self.report(path, message.to_owned(), self.direction.widened(wider), both, Vec::new());
        }
        let (pairs, gone, new) = pair(&ours, &upstream);
        for shape in new {
            let message = format!("also {}, was {}", describe_shape(shape), describe(&ours));
            self.report(
                path,
                message,
                self.direction.widened(true),
                (both.0, shape.parts.first()),
                Vec::new(),
            );
        }
        for shape in gone {
            let message = format!("no longer {}, is {}", describe_shape(shape), describe(&upstream));
            self.report(
                path,
                message,
                self.direction.widened(false),
                (shape.parts.first(), both.1),
                Vec::new(),
            );
        }
        for (ours, upstream) in pairs {
            self.shapes(ours, upstream, both, path)?;
        }
        self.annotations(&ours, &upstream, path);
        Ok(())
    }

    /// Compares `default` and `deprecated`.
    fn annotations(&mut self, ours: &Schema<'_>, upstream: &Schema<'_>, path: &str) {
        let both = (ours.at.first(), upstream.at.first());
        let set = |key: &str, value: &Value| {
            both.0.map(|at| Edit::Insert { pointer: format!("{}/{key}", at.pointer()), value: value.clone() })
        };
        let (was, is) = (ours.annotation("default"), upstream.annotation("default"));
        let values = (was.as_ref().map(Node::value), is.as_ref().map(Node::value));
        let is_same = match values {
            (Some(was), Some(is)) => same(was, is),
            (was, is) => was.is_none() && is.is_none(),
        };
        if !is_same {
            let (impact, edit) = match (self.direction, values) {
                (Direction::Sent, (Some(_), Some(_))) => (Impact::Breaking, None),
                (Direction::Sent, (None, Some(value))) => (Impact::Compatible, set("default", value)),
                _ => (Impact::Compatible, None),
            };
            let message = format!("default {}, was {}", text(values.1), text(values.0));
            let places = (was.as_ref().or(both.0), is.as_ref().or(both.1));
            self.report(path, message, impact, places, edit.into_iter().collect());
        }
        let (message, edit) = match (ours.flag("deprecated"), upstream.flag("deprecated")) {
            (false, true) => ("deprecated", set("deprecated", &true.into())),
            (true, false) => ("no longer deprecated", None),
            _ => return,
        };
        self.report(path, message.to_owned(), Impact::Compatible, both, edit.into_iter().collect());
    }

    fn shapes(
        &mut self,
        ours: &Shape<'_>,
        upstream: &Shape<'_>,
        at: Places<'_, '_>,
        path: &str,
    ) -> Result<(), Problem> {
        if ours.ty != upstream.ty {
            let message = format!("{}, was {}", describe_shape(upstream), describe_shape(ours));
            let impact = self.direction.retyped(ours.ty, upstream.ty);
            self.report(path, message, impact, at, Vec::new());
            let are_numbers =
                [ours.ty, upstream.ty].iter().all(|ty| matches!(ty, Some("integer" | "number")));
            if !are_numbers {
                return Ok(());
            }
        }
        self.values(ours, upstream, at, path);
        self.texts(ours, upstream, at, path);
        self.bounds(ours, upstream, at, path);
        self.others(ours, upstream, path);
        match ours.ty {
            Some("array") => self.items(ours, upstream, at, path),
            Some("object") => self.object(ours, upstream, at, path),
            _ => Ok(()),
        }
    }
}
