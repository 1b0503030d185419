//! A document, and places in it.

mod read;

use std::cell::RefCell;

use serde_json::Value;

pub(crate) use self::read::{json, yaml};
use crate::problem::{Problem, Report};

/// What to do about a place that the generator cannot express.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    /// It is a problem: the document is ours, and is to be changed.
    Strict,
    /// It is reported, and something looser takes its place: the document is somebody else's.
    Lenient,
}

/// An OpenAPI document as it was read: nothing typed, so nothing lost.
#[derive(Debug)]
pub(crate) struct Document {
    file: String,
    root: Value,
    policy: Policy,
    report: RefCell<Report>,
}

impl Document {
    /// Reads a document of ours, which is JSON. `file` is how problems name it.
    pub(crate) fn parse(file: &str, text: &str) -> Result<Self, Problem> {
        let root = read::json(text).map_err(|error| {
            let message = format!("not a JSON document: {error}");
            Problem::of_document(file, message, "give an OpenAPI document in JSON")
        })?;
        Self::of(file, root, Policy::Strict)
    }

    /// A document that was read already.
    pub(crate) fn of(file: &str, root: Value, policy: Policy) -> Result<Self, Problem> {
        let problem = |message: String, help: &str| Problem::of_document(file, message, help);
        let version = root.get("openapi").and_then(Value::as_str);
        match version {
            Some(version) if version.starts_with("3.0") || version.starts_with("3.1") => {
                Ok(Self { file: file.to_owned(), root, policy, report: RefCell::default() })
            }
            Some(version) => Err(problem(format!("OpenAPI {version}"), "convert it to OpenAPI 3.0 or 3.1")),
            None if root.get("swagger").is_some() => {
                Err(problem("a Swagger 2.0 document".to_owned(), "convert it to OpenAPI 3.0 or 3.1"))
            }
            None => Err(problem("no `openapi` version".to_owned(), "give an OpenAPI 3.0 or 3.1 document")),
        }
    }

    /// Something else than an OpenAPI document.
    pub(crate) fn untyped(file: &str, root: Value) -> Self {
        Self { file: file.to_owned(), root, policy: Policy::Strict, report: RefCell::default() }
    }

    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    pub(crate) fn is_lenient(&self) -> bool {
        self.policy == Policy::Lenient
    }

    /// What was reported so far.
    pub(crate) fn report(&self) -> Report {
        self.report.borrow().clone()
    }

    pub(crate) fn root(&self) -> Node<'_> {
        Node { document: self, pointer: String::new(), value: &self.root }
    }
}

/// References that lead to references, more than any person writes.
const LONGEST_CHAIN: usize = 100;

/// A value in a document, and the way to it.
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

    /// The document that this is a place of, from its beginning.
    pub(crate) fn root(&self) -> Self {
        self.document.root()
    }

    /// The JSON pointer of this place.
    pub(crate) fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The last part of the pointer: the key or the index of this place.
    pub(crate) fn key(&self) -> String {
        unescape(self.pointer.rsplit('/').next().unwrap_or_default())
    }

    /// Something wrong with this place.
    pub(crate) fn problem(&self, message: impl Into<String>, help: impl Into<String>) -> Problem {
        Problem {
            file: self.document.file.clone(),
            pointer: self.pointer.clone(),
            message: message.into(),
            help: help.into(),
        }
    }

    /// Whether the document is somebody else's, so that what it lacks has a default.
    pub(crate) fn is_lenient(&self) -> bool {
        self.document.is_lenient()
    }

    /// Fails with a problem in a document of ours. In somebody else's the problem is reported as a loss, and what is
    /// done instead; then the caller does that.
    pub(crate) fn tolerate(&self, problem: Problem, instead: &str) -> Result<(), Problem> {
        if !self.is_lenient() {
            return Err(problem);
        }
        let loss = Problem { help: instead.to_owned(), ..problem };
        self.document.report.borrow_mut().losses.push(loss);
        Ok(())
    }

    /// Does the same for what makes no difference on the wire.
    pub(crate) fn pass_over(&self, problem: Problem, instead: &str) -> Result<(), Problem> {
        if !self.is_lenient() {
            return Err(problem);
        }
        self.note(problem.message, instead);
        Ok(())
    }

    /// Reports something that a person should know of, and that is no loss.
    pub(crate) fn note(&self, message: impl Into<String>, instead: &str) {
        let note = self.problem(message, instead);
        self.document.report.borrow_mut().notes.push(note);
    }

    fn child(&self, key: &str, value: &'d Value) -> Self {
        Self { document: self.document, pointer: format!("{}/{}", self.pointer, escape(key)), value }
    }

    /// The value of a key, if this is an object that has it.
    pub(crate) fn get(&self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| self.child(key, value))
    }

    /// The value of a key that must be there.
    pub(crate) fn require(&self, key: &str) -> Result<Self, Problem> {
        self.get(key).ok_or_else(|| self.problem(format!("`{key}` is missing"), format!("add `{key}`")))
    }

    /// The entries of an object.
    pub(crate) fn entries(&self) -> Result<Vec<(&'d str, Self)>, Problem> {
        let object = self.value.as_object().ok_or_else(|| self.wrong_type("an object"))?;
        Ok(object.iter().map(|(key, value)| (key.as_str(), self.child(key, value))).collect())
    }

    /// The entries of an object below a key; none if the key is not there.
    pub(crate) fn entries_of(&self, key: &str) -> Result<Vec<(&'d str, Self)>, Problem> {
        self.get(key).map_or(Ok(Vec::new()), |node| node.entries())
    }

    /// The items of an array.
    pub(crate) fn items(&self) -> Result<Vec<Self>, Problem> {
        let array = self.value.as_array().ok_or_else(|| self.wrong_type("an array"))?;
        Ok(array.iter().enumerate().map(|(index, value)| self.child(&index.to_string(), value)).collect())
    }

    /// The items of an array below a key; none if the key is not there.
    pub(crate) fn items_of(&self, key: &str) -> Result<Vec<Self>, Problem> {
        self.get(key).map_or(Ok(Vec::new()), |node| node.items())
    }

    pub(crate) fn text(&self) -> Result<&'d str, Problem> {
        self.value.as_str().ok_or_else(|| self.wrong_type("a string"))
    }

    /// The text below a key, if the key is there.
    pub(crate) fn text_of(&self, key: &str) -> Result<Option<&'d str>, Problem> {
        self.get(key).map(|node| node.text()).transpose()
    }

    /// The truth value below a key; false if the key is not there.
    pub(crate) fn flag(&self, key: &str) -> Result<bool, Problem> {
        let Some(node) = self.get(key) else { return Ok(false) };
        node.value.as_bool().ok_or_else(|| node.wrong_type("true or false"))
    }

    pub(crate) fn wrong_type(&self, wanted: &str) -> Problem {
        let found = match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a truth value",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        self.problem(format!("{found} where {wanted} belongs"), format!("write {wanted} here"))
    }

    /// Makes sure that every key of this object is one that the generator acts on, or one that it may pass over.
    ///
    /// Extensions (`x-…`) are annotations by definition.
    pub(crate) fn expect_keys(
        &self,
        what: &str,
        handled: &[&str],
        passed_over: &[&str],
    ) -> Result<(), Problem> {
        for (key, node) in self.entries()? {
            if !handled.contains(&key) && !passed_over.contains(&key) && !key.starts_with("x-") {
                let problem = node.problem(
                    format!("`{key}` in {what} is not supported"),
                    "say it in another way, or teach the generator what it means",
                );
                node.tolerate(problem, "it is passed over")?;
            }
        }
        Ok(())
    }

    /// Follows `$ref`, and a reference that it leads to, until something else comes.
    pub(crate) fn resolve(&self) -> Result<Self, Problem> {
        let mut node = self.clone();
        let mut seen = Vec::new();
        while let Some(reference) = node.get("$ref") {
            if seen.contains(&node.pointer) {
                return Err(
                    reference.problem("the reference leads back to itself", "let it name a definition")
                );
            }
            if seen.len() > LONGEST_CHAIN {
                return Err(reference
                    .problem("the reference leads through too many others", "let it name a definition"));
            }
            seen.push(node.pointer.clone());
            node = reference.target()?;
        }
        Ok(node)
    }

    /// Follows `$ref`, where a reference that leads nowhere is somebody else's problem: this place itself, then.
    pub(crate) fn resolve_if_any(&self) -> Result<Self, Problem> {
        match self.resolve() {
            Err(_) if self.is_lenient() => Ok(self.clone()),
            resolved => resolved,
        }
    }

    /// What this reference names.
    fn target(&self) -> Result<Self, Problem> {
        let reference = self.text()?;
        let Some(fragment) = reference.strip_prefix('#') else {
            return Err(self.problem(
                format!("`{reference}` is outside of this document"),
                "copy what it names into this document",
            ));
        };
        let dangling = || {
            self.problem(format!("nothing is at `{reference}`"), "correct the reference or add what it names")
        };
        let fragment = percent_decode(fragment).ok_or_else(dangling)?;
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
            return Err(
                self.problem(format!("`{reference}` is not a JSON pointer"), "write `#/components/…`")
            );
        }
        Ok(node)
    }
}

/// A key as a JSON pointer has it.
pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// A key of a JSON pointer as it is.
pub(crate) fn unescape(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

/// Decodes `%7B` and the like, which a URL fragment may hold.
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let code = digit(rest.next())? * 16 + digit(rest.next())?;
            bytes.push(u8::try_from(code).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
