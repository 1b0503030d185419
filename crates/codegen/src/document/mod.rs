//! Documents and their nodes.

mod read;
mod swagger;

use std::borrow::Cow;
use std::cell::RefCell;

use percent_encoding::percent_decode_str;
use serde_json::Value;

pub(crate) use self::read::read;
use self::swagger::{Converted, Origins};
use crate::problem::{Problem, Report, Topic};

/// The treatment of locations that cannot be generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Fail with a problem.
    Strict,
    /// Report a loss and use something more general.
    Lenient,
}

/// An OpenAPI document as it was read.
#[derive(Debug)]
pub(crate) struct Document {
    file: String,
    root: Value,
    policy: Policy,
    report: RefCell<Report>,
    /// Locations in the Swagger 2.0 document that this one is converted from.
    origins: Option<Origins>,
}

impl Document {
    /// Parses a JSON document with the strict policy. `file` is the name in problems.
    pub(crate) fn parse(file: &str, text: &str) -> Result<Self, Problem> {
        let root = read::json(text).map_err(|error| {
            let message = format!("not a JSON document: {error}");
            Problem::of_document(file, message, "use an OpenAPI document in JSON")
        })?;
        Self::of(file, root, Policy::Strict)
    }

    pub(crate) fn of(file: &str, root: Value, policy: Policy) -> Result<Self, Problem> {
        let problem = |message: String, help: &str| Problem::of_document(file, message, help);
        let version = root.get("openapi").and_then(Value::as_str);
        match version {
            Some(version) if ["3.0", "3.1", "3.2"].iter().any(|known| version.starts_with(known)) => {
                Ok(Self { policy, ..Self::untyped(file, root) })
            }
            Some(version) => Err(problem(
                format!("OpenAPI {version} is not supported"),
                "convert it to OpenAPI 3.0, 3.1 or 3.2",
            )),
            None => match root.get("swagger").map(|version| version == "2.0" || version == 2.0) {
                Some(true) => Self::of_swagger(file, root, policy),
                Some(false) => Err(problem(
                    "this version of Swagger is not supported".to_owned(),
                    "convert it to OpenAPI 3.0, 3.1 or 3.2",
                )),
                None => {
                    Err(problem("`openapi` is missing".to_owned(), "use an OpenAPI 3.0, 3.1 or 3.2 document"))
                }
            },
        }
    }

    /// Converts a Swagger 2.0 document.
    fn of_swagger(file: &str, root: Value, policy: Policy) -> Result<Self, Problem> {
        let Converted { root, origins, mut losses } = swagger::convert(file, root);
        if policy == Policy::Strict && !losses.is_empty() {
            return Err(losses.swap_remove(0));
        }
        let report = RefCell::new(Report { losses, ..Report::default() });
        Ok(Self { policy, report, origins: Some(origins), ..Self::untyped(file, root) })
    }

    /// Creates a document of another kind.
    pub(crate) fn untyped(file: &str, root: Value) -> Self {
        Self {
            file: file.to_owned(),
            root,
            policy: Policy::Strict,
            report: RefCell::default(),
            origins: None,
        }
    }

    /// Edits the content, whose parts must stay at their locations.
    pub(crate) fn edit(mut self, edit: impl FnOnce(&mut Value)) -> Self {
        edit(&mut self.root);
        self
    }

    /// Returns whether this document is converted from another version.
    pub(crate) fn is_converted(&self) -> bool {
        self.origins.is_some()
    }

    /// Returns a location in the file.
    pub(crate) fn original(&self, pointer: &str) -> String {
        self.origins.as_ref().map_or_else(|| pointer.to_owned(), |origins| origins.original(pointer))
    }

    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    pub(crate) fn is_lenient(&self) -> bool {
        self.policy == Policy::Lenient
    }

    pub(crate) fn report(&self) -> Report {
        self.report.borrow().clone()
    }

    pub(crate) fn root(&self) -> Node<'_> {
        Node { document: self, pointer: String::new(), value: &self.root }
    }
}

const MAX_CHAIN: usize = 100;

#[derive(Debug, Clone)]
pub(crate) struct Node<'d> {
    document: &'d Document,
    pointer: String,
    value: &'d Value,
}

impl<'d> Node<'d> {
    pub(crate) fn value(&self) -> &'d Value {
        self.value
    }

    pub(crate) fn root(&self) -> Self {
        self.document.root()
    }

    pub(crate) fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Returns the last part of the pointer.
    pub(crate) fn key(&self) -> String {
        unescape(self.pointer.rsplit('/').next().unwrap_or_default())
    }

    pub(crate) fn problem(&self, message: impl Into<String>, help: impl Into<String>) -> Problem {
        Problem {
            file: self.document.file.clone(),
            pointer: self.document.original(&self.pointer),
            message: message.into(),
            help: help.into(),
            topic: Topic::default(),
        }
    }

    pub(crate) fn is_lenient(&self) -> bool {
        self.document.is_lenient()
    }

    /// Fails with the strict policy. With the lenient policy, reports the problem as a loss and what the caller does
    /// instead.
    pub(crate) fn tolerate(&self, problem: Problem, instead: &str) -> Result<(), Problem> {
        if !self.is_lenient() {
            return Err(problem);
        }
        let loss = Problem { help: instead.to_owned(), ..problem };
        self.document.report.borrow_mut().losses.push(loss);
        Ok(())
    }

    /// Like [`tolerate`](Self::tolerate), for problems without an effect on requests and responses.
    pub(crate) fn pass_over(&self, problem: Problem, instead: &str) -> Result<(), Problem> {
        if !self.is_lenient() {
            return Err(problem);
        }
        let (pointer, help) = (self.document.original(&self.pointer), instead.to_owned());
        self.add_note(Problem { pointer, help, ..problem });
        Ok(())
    }

    pub(crate) fn note(&self, topic: Topic, message: impl Into<String>, instead: &str) {
        self.add_note(self.problem(message, instead).about(topic));
    }

    fn add_note(&self, note: Problem) {
        self.document.report.borrow_mut().notes.push(note);
    }

    fn child(&self, key: &str, value: &'d Value) -> Self {
        Self { document: self.document, pointer: format!("{}/{}", self.pointer, escape(key)), value }
    }

    pub(crate) fn get(&self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| self.child(key, value))
    }

    pub(crate) fn require(&self, key: &str) -> Result<Self, Problem> {
        self.get(key).ok_or_else(|| self.problem(format!("`{key}` is missing"), format!("add `{key}`")))
    }

    pub(crate) fn entries(&self) -> Result<Vec<(&'d str, Self)>, Problem> {
        let object = self.value.as_object().ok_or_else(|| self.wrong_type("an object"))?;
        Ok(object.iter().map(|(key, value)| (key.as_str(), self.child(key, value))).collect())
    }

    /// Returns the entries of an object below an optional key.
    pub(crate) fn entries_of(&self, key: &str) -> Result<Vec<(&'d str, Self)>, Problem> {
        self.get(key).map_or(Ok(Vec::new()), |node| node.entries())
    }

    pub(crate) fn items(&self) -> Result<Vec<Self>, Problem> {
        let array = self.value.as_array().ok_or_else(|| self.wrong_type("an array"))?;
        Ok(array.iter().enumerate().map(|(index, value)| self.child(&index.to_string(), value)).collect())
    }

    /// Returns the items of an array below an optional key.
    pub(crate) fn items_of(&self, key: &str) -> Result<Vec<Self>, Problem> {
        self.get(key).map_or(Ok(Vec::new()), |node| node.items())
    }

    pub(crate) fn text(&self) -> Result<&'d str, Problem> {
        self.value.as_str().ok_or_else(|| self.wrong_type("a string"))
    }

    /// Returns the string below an optional key.
    pub(crate) fn text_of(&self, key: &str) -> Result<Option<&'d str>, Problem> {
        self.get(key).map(|node| node.text()).transpose()
    }

    /// Returns the boolean below an optional key; false by default.
    pub(crate) fn flag(&self, key: &str) -> Result<bool, Problem> {
        let Some(node) = self.get(key) else { return Ok(false) };
        node.value.as_bool().ok_or_else(|| node.wrong_type("true or false"))
    }

    pub(crate) fn wrong_type(&self, wanted: &str) -> Problem {
        let found = match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        self.problem(format!("{found} where {wanted} is expected"), format!("use {wanted}"))
    }

    /// Reports keys that are neither handled nor known to be irrelevant. Extensions (`x-…`) are irrelevant.
    pub(crate) fn expect_keys(&self, what: &str, handled: &[&str], ignored: &[&str]) -> Result<(), Problem> {
        for (key, node) in self.entries()? {
            if !handled.contains(&key) && !ignored.contains(&key) && !key.starts_with("x-") {
                let problem =
                    node.problem(format!("`{key}` in {what} is not supported"), "describe it in another way");
                node.tolerate(problem, "ignored")?;
            }
        }
        Ok(())
    }

    /// Follows `$ref` until a node without a reference.
    pub(crate) fn resolve(&self) -> Result<Self, Problem> {
        let mut node = self.clone();
        let mut seen = Vec::new();
        while let Some(reference) = node.get("$ref") {
            if seen.contains(&node.pointer) {
                return Err(reference.problem("circular reference", "refer to a definition"));
            }
            if seen.len() > MAX_CHAIN {
                return Err(reference.problem("too many chained references", "refer to a definition"));
            }
            seen.push(node.pointer.clone());
            node = reference.target()?;
        }
        Ok(node)
    }

    /// Follows `$ref`. With the lenient policy, an invalid reference is a loss and returns nothing.
    pub(crate) fn resolve_or_omit(&self, instead: &str) -> Result<Option<Self>, Problem> {
        self.resolve().map(Some).or_else(|problem| self.tolerate(problem, instead).map(|()| None))
    }

    /// Follows `$ref`. With the lenient policy, an invalid reference returns this node.
    pub(crate) fn resolve_if_any(&self) -> Result<Self, Problem> {
        match self.resolve() {
            Err(_) if self.is_lenient() => Ok(self.clone()),
            resolved => resolved,
        }
    }

    /// Returns the node that this reference names.
    pub(crate) fn target(&self) -> Result<Self, Problem> {
        let reference = self.text()?;
        let Some(fragment) = reference.strip_prefix('#') else {
            return Err(self.problem(
                format!("`{reference}` is outside of the document"),
                "copy its target into the document",
            ));
        };
        let dangling = || {
            self.problem(format!("`{reference}` does not exist"), "correct the reference, or add its target")
        };
        let fragment = percent_decode_str(fragment).decode_utf8().map_err(|_| dangling())?;
        let mut node = self.document.root();
        let keys = fragment.strip_prefix('/').map(|rest| rest.split('/')).into_iter().flatten();
        for key in keys.map(unescape) {
            let value = match node.value {
                Value::Array(items) => key.parse::<usize>().ok().and_then(|index| items.get(index)),
                other => other.get(&key),
            };
            node = node.child(&key, value.ok_or_else(dangling)?);
        }
        if !fragment.is_empty() && !fragment.starts_with('/') {
            return Err(self.problem(format!("`{reference}` is not a JSON pointer"), "use `#/components/…`"));
        }
        Ok(node)
    }
}

/// Returns the name of the security scheme that a requirement identifies by its name or, since OpenAPI 3.2, its URI.
pub(crate) fn scheme_name(requirement: &str) -> Cow<'_, str> {
    match requirement.strip_prefix("#/components/securitySchemes/") {
        Some(key) => unescape(key).into(),
        // Names of components have no `#`.
        None => requirement.into(),
    }
}

pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

pub(crate) fn unescape(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}
