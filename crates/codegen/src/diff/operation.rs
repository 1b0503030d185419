//! Comparison of an operation: bodies, responses and headers.

use super::compare::{Form, SchemaPair};
use super::difference::{Difference, Places};
use super::edit::Edit;
use super::edits;
use super::impact::{Direction, Impact};
use super::paths::Operation;
use super::schema::schema_of;
use super::schemas::Schemas;
use crate::document::{Node, escape};
use crate::problem::Problem;

/// The differences that were found so far, and the schemas that were compared.
#[derive(Debug)]
pub(super) struct Found<'d> {
    pub(super) differences: Vec<Difference>,
    pub(super) schemas: Schemas<'d>,
}

impl Found<'_> {
    /// Returns an edit of our document if edits are suggested and it can be expressed.
    pub(super) fn edit(&self, edit: impl FnOnce() -> Option<Edit>) -> Option<Edit> {
        if self.schemas.with_edits { edit() } else { None }
    }
}

/// Our operation and the corresponding one of the vendor.
pub(super) struct Pair<'o, 'd> {
    pub(super) ours: &'o Operation<'d>,
    pub(super) theirs: &'o Operation<'d>,
    pub(super) name: String,
}

impl<'d> Pair<'_, 'd> {
    /// Adds a difference, and returns it so that edits can be added.
    pub(super) fn report<'f>(
        &self,
        found: &'f mut Found<'_>,
        place: impl Into<String>,
        message: impl Into<String>,
        impact: Impact,
        places: Places<'_, '_>,
    ) -> &'f mut Difference {
        let differences = &mut found.differences;
        let index = differences.len();
        differences.push(Difference::new(&self.name, place, message, impact, places));
        &mut differences[index]
    }

    /// Compares schemas. `scope` is the part of the operation that they describe.
    pub(super) fn schemas(
        &self,
        found: &mut Found<'d>,
        scope: &str,
        schemas: SchemaPair<'d>,
    ) -> Result<(), Problem> {
        for difference in found.schemas.compare(schemas)? {
            let place = match difference.place.as_str() {
                "" => scope.to_owned(),
                path => format!("{scope}, `{path}`"),
            };
            found.differences.push(Difference { operations: vec![self.name.clone()], place, ..difference });
        }
        Ok(())
    }

    pub(super) fn compare(&self, found: &mut Found<'d>) -> Result<(), Problem> {
        let (ours, theirs) = (&self.ours.node, &self.theirs.node);
        let both = (Some(ours), Some(theirs));
        match (ours.flag("deprecated").unwrap_or_default(), theirs.flag("deprecated").unwrap_or_default()) {
            (false, true) => {
                let pointer = format!("{}/deprecated", ours.pointer());
                let edit = Edit::Insert { pointer, value: true.into() };
                self.report(found, "operation", "deprecated", Impact::Compatible, both).edits.push(edit);
            }
            (true, false) => {
                self.report(found, "operation", "no longer deprecated", Impact::Compatible, both);
            }
            _ => {}
        }
        self.credentials(found)?;
        self.parameters(found)?;
        self.body(found)?;
        self.responses(found)
    }

    fn body(&self, found: &mut Found<'d>) -> Result<(), Problem> {
        let body = |node: &Node<'d>| node.get("requestBody").map(|node| node.resolve()).transpose();
        let (ours, theirs) = (body(&self.ours.node)?, body(&self.theirs.node)?);
        let required = |body: &Node<'_>| body.flag("required").unwrap_or_default();
        match (&ours, &theirs) {
            (Some(ours), Some(theirs)) => {
                let both = (Some(ours), Some(theirs));
                match (required(ours), required(theirs)) {
                    (false, true) => {
                        self.report(found, "request body", "required, was optional", Impact::Breaking, both);
                    }
                    (true, false) => {
                        self.report(
                            found,
                            "request body",
                            "optional, was required",
                            Impact::Compatible,
                            both,
                        );
                    }
                    _ => {}
                }
                self.content(ours, theirs, "request body", Direction::Sent, found)
            }
            (Some(ours), None) => {
                self.report(found, "request body", "gone", Impact::Breaking, (Some(ours), None));
                Ok(())
            }
            (None, Some(theirs)) => {
                let (message, impact) = match required(theirs) {
                    true => ("new and required", Impact::Breaking),
                    false => ("new and optional", Impact::Compatible),
                };
                self.report(found, "request body", message, impact, (None, Some(theirs)));
                Ok(())
            }
            (None, None) => Ok(()),
        }
    }

    /// Compares bodies by media type.
    fn content(
        &self,
        ours: &Node<'d>,
        theirs: &Node<'d>,
        scope: &str,
        direction: Direction,
        found: &mut Found<'d>,
    ) -> Result<(), Problem> {
        let entries = |node: &Node<'d>| {
            let entries = node.entries_of("content")?.into_iter();
            entries
                .map(|(media, node)| Ok((essence(media), node.resolve()?)))
                .collect::<Result<Vec<_>, Problem>>()
        };
        let (our_media, their_media) = (entries(ours)?, entries(theirs)?);
        if our_media.is_empty() != their_media.is_empty() {
            let (message, impact) = match (their_media.is_empty(), direction) {
                (true, _) => ("no content any more", Impact::Breaking),
                (false, Direction::Sent) => ("has content", Impact::Breaking),
                (false, Direction::Received) => ("has content", Impact::Compatible),
            };
            self.report(found, scope, message, impact, (Some(ours), Some(theirs)));
            return Ok(());
        }
        let has_common =
            our_media.iter().any(|(media, _)| their_media.iter().any(|(other, _)| other == media));
        for (index, (media, ours)) in our_media.iter().enumerate() {
            let Some((_, theirs)) = their_media.iter().find(|(other, _)| other == media) else {
                // The client sends the first, and reads all of them.
                let impact = match direction {
                    Direction::Sent if index > 0 => Impact::Compatible,
                    Direction::Received if has_common => Impact::Compatible,
                    _ => Impact::Breaking,
                };
                self.report(found, scope, format!("no longer `{media}`"), impact, (Some(ours), None));
                continue;
            };
            let scope = match our_media.len() {
                1 => scope.to_owned(),
                _ => format!("{scope} as {media}"),
            };
            let encoding = |node: &Node<'d>| {
                ["encoding", "prefixEncoding", "itemEncoding"].map(|key| node.value().get(key).cloned())
            };
            if encoding(ours) != encoding(theirs) {
                let message = "`encoding` is another";
                self.report(found, scope.as_str(), message, Impact::Breaking, (Some(ours), Some(theirs)));
            }
            let schema = |node: &Node<'d>, key| node.get(key).into_iter().collect::<Vec<_>>();
            for (key, scope) in [("schema", scope.clone()), ("itemSchema", format!("{scope}, items"))] {
                let (ours, upstream) = (schema(ours, key), schema(theirs, key));
                let schemas = SchemaPair { form: Form::Schemas, direction, ours, upstream };
                self.schemas(found, &scope, schemas)?;
            }
        }
        for (media, node) in
            their_media.iter().filter(|(media, _)| !our_media.iter().any(|(own, _)| own == media))
        {
            // A renamed response was reported as removed.
            let message = format!("also `{media}`");
            self.report(found, scope, message, Impact::Compatible, (None, Some(node)));
        }
        Ok(())
    }

    fn responses(&self, found: &mut Found<'d>) -> Result<(), Problem> {
        let responses = |node: &Node<'d>| {
            let entries =
                node.entries_of("responses")?.into_iter().filter(|(status, _)| !status.starts_with("x-"));
            entries
                .map(|(status, node)| Ok((status.replace('x', "X"), node.resolve()?)))
                .collect::<Result<Vec<_>, Problem>>()
        };
        let (ours, theirs) = (responses(&self.ours.node)?, responses(&self.theirs.node)?);
        let is_success = |status: &str| status.starts_with('2');
        let has_success = ours
            .iter()
            .any(|(status, _)| is_success(status) && theirs.iter().any(|(other, _)| other == status));
        for (status, node) in &ours {
            let scope = scope(status);
            let Some((_, theirs)) = theirs.iter().find(|(other, _)| other == status) else {
                let impact = match is_success(status) && !has_success {
                    true => Impact::Breaking,
                    false => Impact::Compatible,
                };
                self.report(found, scope, "gone", impact, (Some(node), None));
                continue;
            };
            self.headers(node, theirs, &scope, found)?;
            self.content(node, theirs, &scope, Direction::Received, found)?;
        }
        let root = self.ours.node.root();
        for (status, node) in theirs.iter().filter(|(status, _)| !ours.iter().any(|(own, _)| own == status)) {
            let pointer = format!("{}/responses/{}", self.ours.node.pointer(), escape(status));
            let edit = found.edit(|| Some(Edit::Insert { pointer, value: edits::response(node, &root)? }));
            let places = (None, Some(node));
            self.report(found, scope(status), "new", Impact::Compatible, places).edits.extend(edit);
        }
        Ok(())
    }

    fn headers(
        &self,
        ours: &Node<'d>,
        theirs: &Node<'d>,
        scope: &str,
        found: &mut Found<'d>,
    ) -> Result<(), Problem> {
        let headers = |node: &Node<'d>| {
            let entries = node.entries_of("headers")?.into_iter();
            let entries = entries.filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
            entries.map(|(name, node)| Ok((name, node.resolve()?))).collect::<Result<Vec<_>, Problem>>()
        };
        let (our_headers, their_headers) = (headers(ours)?, headers(theirs)?);
        let required = |node: &Node<'_>| node.flag("required").unwrap_or_default();
        for (name, node) in &our_headers {
            let scope = format!("{scope}, header `{name}`");
            let Some((_, theirs)) = their_headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name))
            else {
                let impact = if required(node) { Impact::Breaking } else { Impact::Compatible };
                self.report(found, scope, "gone", impact, (Some(node), None));
                continue;
            };
            if required(node) && !required(theirs) {
                let message = "optional, was required";
                self.report(found, scope.as_str(), message, Impact::Breaking, (Some(node), Some(theirs)));
            }
            if let (Some(ours), Some(theirs)) = (schema_of(node), schema_of(theirs)) {
                let direction = Direction::Received;
                let schemas =
                    SchemaPair { form: Form::Schemas, direction, ours: vec![ours], upstream: vec![theirs] };
                self.schemas(found, &scope, schemas)?;
            }
        }
        for (name, node) in &their_headers {
            if our_headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name)) {
                continue;
            }
            let pointer = format!("{}/headers/{}", ours.pointer(), escape(name));
            let edit = found.edit(|| {
                let value = edits::header_or_parameter(node, Direction::Received, &ours.root())?;
                Some(Edit::Insert { pointer, value })
            });
            let scope = format!("{scope}, header `{name}`");
            self.report(found, scope, "new", Impact::Compatible, (None, Some(node))).edits.extend(edit);
        }
        Ok(())
    }
}

fn scope(status: &str) -> String {
    format!("response {status}")
}

/// Returns a media type without its parameters.
fn essence(media: &str) -> String {
    media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
