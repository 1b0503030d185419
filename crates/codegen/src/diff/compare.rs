//! Comparison of two schemas, without those below them.

use serde_json::Value;

use super::difference::{Difference, Places};
use super::edit::Edit;
use super::impact::{Direction, Impact};
use super::pairs::pair;
use super::schema::{Schema, Shape, same};
use super::words::{describe, describe_shape, text};
use crate::document::Node;
use crate::problem::Problem;

/// Schemas of the same value in both documents. Several schemas apply together.
#[derive(Debug, Clone)]
pub(super) struct SchemaPair<'d> {
    pub(super) form: Form,
    pub(super) direction: Direction,
    pub(super) ours: Vec<Node<'d>>,
    pub(super) upstream: Vec<Node<'d>>,
}

/// The form of schemas that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Form {
    /// Any schemas.
    Schemas,
    /// The parts of an alternative for objects.
    Objects,
}

/// A result of a comparison. Paths are relative to the compared schemas.
#[derive(Debug)]
pub(super) enum Step<Below> {
    /// A difference, whose place is a path.
    Found(Difference),
    /// Schemas below a path.
    Below(String, Below),
}

/// The comparison of one pair.
#[derive(Debug)]
pub(super) struct Comparer<'d> {
    pub(super) direction: Direction,
    /// If true, edits of our document are suggested.
    pub(super) with_edits: bool,
    /// The results, in the order of our document.
    pub(super) steps: Vec<Step<SchemaPair<'d>>>,
}

/// Compares a pair of schemas.
pub(super) fn compare<'d>(
    pair: SchemaPair<'d>,
    with_edits: bool,
) -> Result<Vec<Step<SchemaPair<'d>>>, Problem> {
    let mut comparer = Comparer { direction: pair.direction, with_edits, steps: Vec::new() };
    match pair.form {
        Form::Schemas => comparer.schemas(&Schema::of(pair.ours)?, &Schema::of(pair.upstream)?)?,
        Form::Objects => {
            let object = |parts| Shape { ty: Some("object"), parts };
            let (ours, upstream) = (object(pair.ours), object(pair.upstream));
            let at = (ours.parts.first(), upstream.parts.first());
            comparer.shapes(&ours, &upstream, at)?;
        }
    }
    Ok(comparer.steps)
}

impl<'d> Comparer<'d> {
    /// Reports a difference of the schemas.
    pub(super) fn report(
        &mut self,
        message: impl Into<String>,
        impact: Impact,
        places: Places<'_, '_>,
        edits: Vec<Edit>,
    ) {
        self.report_at("", message, impact, places, edits);
    }

    /// Reports a difference below the schemas.
    pub(super) fn report_at(
        &mut self,
        path: &str,
        message: impl Into<String>,
        impact: Impact,
        places: Places<'_, '_>,
        edits: Vec<Edit>,
    ) {
        let difference = Difference::new("", path, message, impact, places);
        self.steps.push(Step::Found(Difference { edits, ..difference }));
    }

    /// Adds a pair of schemas below.
    pub(super) fn below(&mut self, path: impl Into<String>, ours: Vec<Node<'d>>, upstream: Vec<Node<'d>>) {
        let pair = SchemaPair { form: Form::Schemas, direction: self.direction, ours, upstream };
        self.steps.push(Step::Below(path.into(), pair));
    }

    fn schemas(&mut self, ours: &Schema<'d>, upstream: &Schema<'d>) -> Result<(), Problem> {
        let at = (ours.place(), upstream.place());
        let both = (at.0.as_ref(), at.1.as_ref());
        let are_any = [ours, upstream].iter().any(|schema| schema.is_any());
        if ours.nullable != upstream.nullable && !are_any {
            let (message, wider) = match upstream.nullable {
                true => ("may be null, was never", true),
                false => ("never null, was nullable", false),
            };
            self.report(message, self.direction.widened(wider), both, Vec::new());
        }
        let (pairs, gone, new) = pair(ours, upstream);
        for shape in new {
            let message = format!("also {}, was {}", describe_shape(shape), describe(ours));
            let places = (both.0, shape.parts.first());
            self.report(message, self.direction.widened(true), places, Vec::new());
        }
        for shape in gone {
            let message = format!("no longer {}, is {}", describe_shape(shape), describe(upstream));
            let places = (shape.parts.first(), both.1);
            self.report(message, self.direction.widened(false), places, Vec::new());
        }
        for (ours, upstream) in pairs {
            if ours.ty == Some("object") && upstream.ty == Some("object") {
                // Many alternatives consist of the same objects.
                let (ours, upstream) = (ours.own_parts(), upstream.own_parts());
                let pair = SchemaPair { form: Form::Objects, direction: self.direction, ours, upstream };
                self.steps.push(Step::Below(String::new(), pair));
            } else {
                self.shapes(ours, upstream, both)?;
            }
        }
        self.annotations(ours, upstream);
        Ok(())
    }

    /// Compares `default` and `deprecated`.
    fn annotations(&mut self, ours: &Schema<'_>, upstream: &Schema<'_>) {
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
            self.report(message, impact, places, edit.into_iter().collect());
        }
        let (message, edit) = match (ours.flag("deprecated"), upstream.flag("deprecated")) {
            (false, true) => ("deprecated", set("deprecated", &true.into())),
            (true, false) => ("no longer deprecated", None),
            _ => return,
        };
        self.report(message, Impact::Compatible, both, edit.into_iter().collect());
    }

    fn shapes(&mut self, ours: &Shape<'d>, upstream: &Shape<'d>, at: Places<'_, '_>) -> Result<(), Problem> {
        if ours.ty != upstream.ty {
            let message = format!("{}, was {}", describe_shape(upstream), describe_shape(ours));
            let impact = self.direction.retyped(ours.ty, upstream.ty);
            self.report(message, impact, at, Vec::new());
            let are_numbers =
                [ours.ty, upstream.ty].iter().all(|ty| matches!(ty, Some("integer" | "number")));
            if !are_numbers {
                return Ok(());
            }
        }
        self.values(ours, upstream, at);
        self.texts(ours, upstream, at);
        self.bounds(ours, upstream, at);
        self.others(ours, upstream);
        match ours.ty {
            Some("array") => self.items(ours, upstream, at),
            Some("object") => self.object(ours, upstream, at),
            _ => Ok(()),
        }
    }
}
