//! Conversion of a published document to our conventions.

mod schemas;

use std::collections::BTreeSet;

use heck::ToSnakeCase as _;
use serde_json::{Map, Value, json};

use crate::document::{Document, Policy, read, scheme_name};
use crate::lower::lower;
use crate::methods;
use crate::model::{Api, Operation, Scheme};
use crate::problem::{Problem, Problems};
use crate::selection::{Selection, retain_operations, select};

/// A document that follows the conventions, and the properties that a crate for its client needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The document.
    pub document: Value,
    /// The title of the API.
    pub title: String,
    /// The version of the API.
    pub version: String,
    /// The function of the client that creates the credential.
    pub credential: String,
    /// True if the credential has a user in addition to a secret.
    pub has_user: bool,
    /// True if the client has a default base URL.
    pub has_base_url: bool,
    /// The constants of the headers of every request.
    pub client_headers: Vec<String>,
    /// The ids of the operations.
    pub operations: Vec<String>,
    /// Locations that require review.
    pub departures: Vec<Departure>,
}

/// A departure from the vendor's document that requires review, as a row of the table of corrections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// The location.
    pub place: String,
    /// The value in the vendor's document.
    pub theirs: String,
    /// The value in our document.
    pub ours: String,
    /// The reason, and what to review.
    pub why: String,
}

impl Departure {
    fn new(place: impl Into<String>, theirs: &str, ours: &str, why: &str) -> Self {
        Self { place: place.into(), theirs: theirs.to_owned(), ours: ours.to_owned(), why: why.to_owned() }
    }
}

/// Selects operations of a document and applies our conventions.
///
/// Values that the vendor does not specify get a safe default, and are reported.
///
/// # Errors
/// Returns an error if the document is invalid, no operation is selected, or the generator rejects the result.
pub fn prepare(file: &str, text: &str, selection: &Selection) -> Result<Prepared, Problems> {
    let root = read(file, text).map_err(Problems::from)?;
    let document = Document::of(file, root, Policy::Lenient).map_err(Problems::from)?;
    let mut root = document.root().value().clone();
    select(&mut root, selection);
    retain_operations(&mut root, |_, _| true);
    if operations(&mut root).next().is_none() {
        let problem =
            Problem::of_document(file, "no operation is left", "select some with `--tag` or `--path`");
        return Err(problem.into());
    }
    let mut departures = Vec::new();
    name_operations(file, &mut root, &mut departures)?;
    classify(&mut root, &mut departures);
    spread_parameters(&mut root);
    schemas::modernise(&mut root);
    if let Some(object) = root.as_object_mut() {
        let is_newer = object.get("openapi").and_then(Value::as_str).is_some_and(|it| it.starts_with("3.2"));
        object.insert("openapi".to_owned(), if is_newer { "3.2.0" } else { "3.1.0" }.into());
        for key in ["$self", "tags", "webhooks", "externalDocs"] {
            object.shift_remove(key);
        }
    }
    let scheme = secure(file, &mut root, &mut departures).map_err(Problems::from)?;
    let api = mark_secrets(file, &mut root, &mut departures)?;
    if !api.types.in_order().any(|one| one.in_response && one.has_secret) {
        departures.push(Departure::new(
            "responses: the secret of a key",
            "–",
            "–",
            "**To be checked:** no string in a response looks like a secret. Mark it as `password` if there is one.",
        ));
    }
    in_order(&mut root);
    prepared(file, root, &api, &scheme, departures).map_err(Problems::from)
}

fn prepared(
    file: &str,
    document: Value,
    api: &Api,
    scheme: &str,
    departures: Vec<Departure>,
) -> Result<Prepared, Problem> {
    let function = scheme.to_snake_case();
    let credential = match api.credentials.as_slice() {
        [one] => Some(one),
        several => several.iter().find(|one| one.name == function),
    };
    let credential = credential.ok_or_else(|| {
        let message = format!("the document has no security scheme `{scheme}`");
        Problem::of_document(file, message, "declare it in `securitySchemes`")
    })?;
    Ok(Prepared {
        document,
        title: api.title.clone(),
        version: api.version.clone(),
        credential: credential.name.clone(),
        has_user: credential.scheme == Scheme::Basic,
        has_base_url: api.base_url.is_some(),
        client_headers: api.client_headers.iter().map(|header| header.name.clone()).collect(),
        operations: api.operations.iter().map(|operation| operation.id.clone()).collect(),
        departures,
    })
}

/// Sorts the parts in the order of our documents.
fn in_order(root: &mut Value) {
    if let Value::Object(object) = root {
        let mut parts = std::mem::take(object);
        for key in ["openapi", "info", "servers", "security", "paths", "components"] {
            object.extend(parts.shift_remove(key).map(|part| (key.to_owned(), part)));
        }
        object.extend(parts);
    }
}

fn operations(root: &mut Value) -> impl Iterator<Item = (String, String, &mut Map<String, Value>)> {
    let paths = root.get_mut("paths").and_then(Value::as_object_mut);
    paths.into_iter().flatten().flat_map(|(path, item)| {
        let operations = item.as_object_mut().into_iter().flat_map(methods::operations_mut);
        operations.map(move |(method, operation)| (path.clone(), method, operation))
    })
}

/// Adds missing operation ids.
fn name_operations(file: &str, root: &mut Value, departures: &mut Vec<Departure>) -> Result<(), Problems> {
    if operations(root).all(|(_, _, operation)| operation.contains_key("operationId")) {
        return Ok(());
    }
    // The generator determines the name.
    let document = Document::of(file, root.clone(), Policy::Lenient).map_err(Problems::from)?;
    let api = lower(&document, true)?;
    for (path, method, operation) in operations(root) {
        let is_it = |one: &&Operation| one.path == path && one.method == method;
        if let Some(named) = api.operations.iter().find(is_it)
            && !operation.contains_key("operationId")
        {
            operation.insert("operationId".to_owned(), named.id.clone().into());
            let place = format!("{method} {path}: `operationId`");
            let ours = format!("`{}`", named.id);
            departures.push(Departure::new(place, "absent", &ours, "Made of the method and the path."));
        }
    }
    Ok(())
}

/// Declares the operation classes. Only reading is considered safe: a `PUT` may create a secret.
fn classify(root: &mut Value, departures: &mut Vec<Departure>) {
    let mut made_up = false;
    for (_, method, operation) in operations(root) {
        // Extensions for other tools are long and irrelevant.
        operation.retain(|key, _| !key.starts_with("x-") || key == "x-operation-class");
        if !operation.contains_key("x-operation-class") {
            let class = if ["GET", "HEAD", "QUERY"].contains(&method.as_str()) { "safe" } else { "unsafe" };
            operation.insert("x-operation-class".to_owned(), class.into());
            made_up = true;
        }
    }
    if made_up {
        departures.push(Departure::new(
            "all: class",
            "–",
            "GET, HEAD and QUERY safe, others unsafe",
            "**To be checked:** derived from the method, which does not determine it.",
        ));
    }
}

/// Puts the parameters of a path into each of its operations.
fn spread_parameters(root: &mut Value) {
    let paths = root.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    for item in paths.filter_map(|(_, item)| item.as_object_mut()) {
        let Some(Value::Array(shared)) = item.shift_remove("parameters") else { continue };
        for (_, operation) in methods::operations_mut(item) {
            let own = operation.entry("parameters").or_insert_with(|| json!([]));
            let Some(own) = own.as_array_mut() else { continue };
            let key = |parameter: &Value| {
                (parameter["name"].clone(), parameter["in"].clone(), parameter["$ref"].clone())
            };
            let taken: Vec<_> = own.iter().map(key).collect();
            let missing: Vec<_> = shared.iter().filter(|one| !taken.contains(&key(one))).cloned().collect();
            own.splice(0..0, missing);
        }
    }
}

/// Declares one way to prove who one is for the whole document, since a client has one credential.
fn secure(file: &str, root: &mut Value, departures: &mut Vec<Departure>) -> Result<String, Problem> {
    let global = root.get("security").cloned();
    let mut common: Option<Vec<Value>> = None;
    let mut differ = false;
    for (_, _, operation) in operations(root) {
        let ways = operation.get("security").or(global.as_ref()).and_then(Value::as_array);
        // Where none is needed, one does no harm.
        let by_name = |way: &Value| {
            let schemes = way.as_object().into_iter().flatten();
            let schemes = schemes.map(|(scheme, scopes)| (scheme_name(scheme).into_owned(), scopes.clone()));
            Value::Object(schemes.collect())
        };
        let ways: Vec<_> = ways.into_iter().flatten().filter(|way| **way != json!({})).map(by_name).collect();
        if ways.is_empty() {
            continue;
        }
        common = Some(match common {
            None => ways,
            Some(common) => {
                differ |= common != ways;
                common.into_iter().filter(|way| ways.contains(way)).collect()
            }
        });
    }
    let ways = match common {
        Some(ways) => ways,
        None => {
            root["components"]["securitySchemes"]["bearerAuth"] =
                json!({ "type": "http", "scheme": "bearer" });
            departures.push(Departure::new(
                "`/security`, `securitySchemes`",
                "absent",
                "`bearerAuth`",
                "**To be checked:** no operation declares its credential.",
            ));
            vec![json!({ "bearerAuth": [] })]
        }
    };
    let single = |way: &Value| way.as_object().filter(|way| way.len() == 1)?.keys().next().cloned();
    let Some(scheme) = ways.iter().find_map(single) else {
        let message = "no single credential is enough for all operations";
        return Err(Problem::of_document(file, message, "select operations that take the same one"));
    };
    for (_, _, operation) in operations(root) {
        if operation.get("security").and_then(Value::as_array).is_some_and(|ways| !ways.is_empty()) {
            operation.shift_remove("security");
        }
    }
    if differ {
        departures.push(Departure::new(
            "all: `security`",
            "not the same everywhere",
            "what all take",
            "A client has one credential.",
        ));
    }
    let named: BTreeSet<_> = ways.iter().filter_map(Value::as_object).flat_map(Map::keys).cloned().collect();
    if let Some(schemes) = root.pointer_mut("/components/securitySchemes").and_then(Value::as_object_mut) {
        let unused: Vec<_> = schemes.keys().filter(|name| !named.contains(*name)).cloned().collect();
        for name in unused {
            schemes.shift_remove(&name);
            let place = format!("`securitySchemes/{name}`");
            departures.push(Departure::new(place, "present", "omitted", "Not used by these operations."));
        }
    }
    root["security"] = ways.into();
    Ok(scheme)
}

/// Marks secrets until the generator reports no more of them.
///
/// The generator recognizes them: its help names the missing mark.
fn mark_secrets(file: &str, root: &mut Value, departures: &mut Vec<Departure>) -> Result<Api, Problems> {
    const MARK: &str = "\"format\": \"password\"";
    loop {
        let document = Document::of(file, root.clone(), Policy::Strict).map_err(Problems::from)?;
        let problems = match lower(&document, false) {
            Ok(api) => return Ok(api),
            Err(problems) => problems,
        };
        let (unmarked, others): (Vec<_>, Vec<_>) =
            problems.0.iter().cloned().partition(|problem| problem.help.contains(MARK));
        let mut marked = false;
        for problem in &unmarked {
            if let Some(ours) = mark(root, &problem.pointer) {
                marked = true;
                let place = format!("`{}`", problem.pointer);
                let why = "**To be checked:** going by its name, it could be a secret or none.";
                departures.push(Departure::new(place, "text", ours, why));
            }
        }
        if !marked {
            return Err(Problems(if others.is_empty() { unmarked } else { problems.0 }));
        }
    }
}

/// Marks a schema as a secret, or the schema that it refers to. Returns the mark.
fn mark(root: &mut Value, pointer: &str) -> Option<&'static str> {
    let Some(Value::Object(schema)) = root.pointer_mut(pointer) else { return None };
    // A secret belongs into no URL, and one in a header is a security scheme.
    if pointer.contains("/parameters/") {
        return schema.insert("x-not-secret".to_owned(), true.into()).is_none().then_some("`x-not-secret`");
    }
    if let Some(Value::String(reference)) = schema.get("$ref") {
        let target = reference.trim_start_matches('#').to_owned();
        return mark(root, &target);
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        if let Some(Value::Array(members)) = schema.get(key) {
            let text = members.iter().position(|one| one["type"] == "string" || one.get("$ref").is_some());
            return mark(root, &format!("{pointer}/{key}/{}", text?));
        }
    }
    if schema.get("items").is_some() {
        return mark(root, &format!("{pointer}/items"));
    }
    let password = Value::from("password");
    (schema.insert("format".to_owned(), password.clone()) != Some(password)).then_some("`password`")
}
