//! Paths to operations.

use std::collections::HashSet;

use super::names::{self, Scope};
use super::schemas::Schemas;
use super::security::Security;
use super::servers::OwnServers;
use super::{answers, bodies, parameters};
use crate::document::{Document, Node};
use crate::model::{Class, ClientHeader, Credential, Docs, Operation, Options, Server, Success};
use crate::problem::Problem;
use crate::slice::METHODS;

/// What a client can call, and what it is set up with for that.
pub(super) struct Operations {
    /// In the order of the document.
    pub(super) operations: Vec<Operation>,
    pub(super) client_headers: Vec<ClientHeader>,
    pub(super) servers: Vec<Server>,
}

pub(super) fn lower<'d>(
    document: &'d Document,
    credentials: &[Credential],
    schemas: &mut Schemas<'d>,
    problems: &mut Vec<Problem>,
) -> Result<Operations, Problem> {
    let mut operations = Vec::new();
    let mut headers = parameters::ClientHeaders::default();
    let mut servers = OwnServers::default();
    let mut ids = HashSet::new();
    // The names of the client's own methods.
    let mut scope = Scope::without(&["new", "fmt", "clone"]);
    let root = document.root();
    let security = Security::of(&root, credentials)?;
    let paths = match root.require("paths") {
        Ok(paths) => paths.entries()?,
        Err(problem) => {
            root.pass_over(problem, "there is no operation")?;
            Vec::new()
        }
    };
    for (path, item) in paths {
        if path.starts_with("x-") {
            continue;
        }
        let item = match item.resolve() {
            Ok(item) => item,
            Err(problem) => {
                item.tolerate(problem, "the path is left out")?;
                continue;
            }
        };
        let handled: Vec<_> = METHODS.into_iter().chain(["parameters", "servers"]).collect();
        item.expect_keys("a path", &handled, &["summary", "description"])?;
        for (method, node) in item.entries()? {
            if !METHODS.contains(&method) {
                continue;
            }
            let place = Place { path, method, item: &item, node: &node, security: &security };
            match operation(&place, schemas, &mut headers, &mut servers, &mut scope) {
                Ok(operation) => operations.push(operation),
                Err(problem) => problems.push(problem),
            }
            if let Some(id) = operation_id(&node)?
                && !ids.insert(id)
            {
                let message = format!("another operation is called `{id}` too");
                let problem = node.problem(message, "give each operation an `operationId` of its own");
                if let Err(problem) = node.pass_over(problem, "its method gets a number") {
                    problems.push(problem);
                }
            }
        }
    }
    let client_headers = headers.finish(&operations);
    let taken: Vec<_> = operations.iter().map(|operation| operation.name.to_uppercase()).collect();
    let taken: Vec<_> =
        taken.iter().chain(client_headers.iter().map(|header| &header.name)).map(String::as_str).collect();
    let servers = servers.finish(&taken);
    Ok(Operations { operations, client_headers, servers })
}

/// An operation and what stands around it.
struct Place<'a, 'd> {
    path: &'d str,
    method: &'d str,
    item: &'a Node<'d>,
    node: &'a Node<'d>,
    security: &'a Security<'a>,
}

fn operation<'d>(
    place: &Place<'_, 'd>,
    schemas: &mut Schemas<'d>,
    headers: &mut parameters::ClientHeaders,
    servers: &mut OwnServers,
    scope: &mut Scope,
) -> Result<Operation, Problem> {
    let node = place.node;
    node.expect_keys(
        "an operation",
        &[
            "operationId",
            "summary",
            "description",
            "parameters",
            "requestBody",
            "responses",
            "security",
            "deprecated",
            "servers",
        ],
        &["tags", "externalDocs", "callbacks"],
    )?;
    let id = match operation_id(node)? {
        Some(id) => id.to_owned(),
        None => {
            let problem = node.problem("`operationId` is missing", "add `operationId`");
            node.pass_over(problem, "it is made from the method and the path")?;
            names::operation_id(place.method, place.path)
        }
    };
    let title = names::type_name(&id);

    let security = place.security.of_operation(node)?;
    let server = servers.of(node, place.item)?;
    let (path, fixed_query) = split_query(place)?;
    let parameters = parameters::lower(place.path, place.item, node, schemas, headers, &title)?;
    let body =
        node.get("requestBody").map(|body| bodies::lower(&body, schemas, &title)).transpose()?.flatten();
    let answers = match node.require("responses") {
        Ok(responses) => answers::lower(&responses, schemas, &title)?,
        Err(problem) => {
            node.pass_over(problem, "the answer is bytes")?;
            answers::Answers { success: Success::Raw, error: None, documented: Vec::new() }
        }
    };
    let options = (!parameters.optional.is_empty()).then(|| {
        let name = schemas.names.claim([format!("{title}Options").as_str()]);
        Options { name, fields: parameters.optional }
    });
    Ok(Operation {
        name: scope.claim([names::snake_name(&id).as_str()]),
        id,
        method: place.method.to_uppercase(),
        path,
        fixed_query,
        server,
        security,
        class: class(node, place.method)?,
        list: false,
        docs: docs(node)?,
        arguments: parameters.required,
        body,
        options,
        success: answers.success,
        answers: answers.documented,
        error: answers.error,
    })
}

fn operation_id<'d>(node: &Node<'d>) -> Result<Option<&'d str>, Problem> {
    Ok(node.text_of("operationId")?.filter(|id| !id.trim().is_empty()))
}

/// What repeating an operation does. Where the document does not say, only reading is taken to be safe: a `PUT` or a
/// `DELETE` may make a new secret.
fn class(node: &Node<'_>, method: &str) -> Result<Class, Problem> {
    const HELP: &str = "say what repeating the operation does: \"safe\", \"idempotent\" or \"unsafe\"";
    let Some(class) = node.get("x-operation-class") else {
        if !node.is_lenient() {
            return Err(node.problem("`x-operation-class` is missing", HELP));
        }
        let is_safe = ["get", "head", "options"].contains(&method);
        return Ok(if is_safe { Class::Safe } else { Class::Unsafe });
    };
    match class.text()? {
        "safe" => Ok(Class::Safe),
        "idempotent" => Ok(Class::Idempotent),
        "unsafe" => Ok(Class::Unsafe),
        other => Err(class.problem(format!("unknown class `{other}`"), HELP)),
    }
}

/// A summary as a sentence, and the description below.
fn docs(node: &Node<'_>) -> Result<Docs, Problem> {
    let summary = node.text_of("summary")?.unwrap_or_default().trim();
    let stop = if summary.is_empty() || summary.ends_with(['.', '!', '?']) { "" } else { "." };
    let description = node.text_of("description")?.unwrap_or_default();
    let text = format!("{summary}{stop}\n\n{description}").trim().to_owned();
    let notes = if node.flag("deprecated")? { vec!["Deprecated.".to_owned()] } else { Vec::new() };
    Ok(Docs { text, notes })
}

/// The path without the query that some documents write behind it, and that query.
fn split_query(place: &Place<'_, '_>) -> Result<(String, Vec<(String, String)>), Problem> {
    let (path, query) = match place.path.split_once(['?', '#']) {
        Some((path, query)) if place.node.is_lenient() => (path, query),
        _ => (place.path, ""),
    };
    let pairs = query.split(['&', '#']).filter(|pair| !pair.is_empty() && !pair.contains('{'));
    let pairs = pairs.filter(|_| place.path.contains('?'));
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    Ok((path.to_owned(), pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
}
