//! Paths to operations.

use std::collections::HashSet;

use super::names::{self, Scope};
use super::schemas::Schemas;
use super::{answers, bodies, parameters};
use crate::document::{Document, Node};
use crate::model::{Class, ClientHeader, Docs, Operation, Options, Success};
use crate::problem::Problem;
use crate::slice::METHODS;

/// All operations in the order of the document, and the headers that are set once for a client.
pub(super) fn lower<'d>(
    document: &'d Document,
    schemas: &mut Schemas<'d>,
    problems: &mut Vec<Problem>,
) -> Result<(Vec<Operation>, Vec<ClientHeader>), Problem> {
    let mut operations = Vec::new();
    let mut headers = parameters::ClientHeaders::default();
    let mut ids = HashSet::new();
    // The names of the client's own methods.
    let mut scope = Scope::without(&["new", "fmt", "clone"]);
    let root = document.root();
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
            let place = Place { document, path, method, item: &item, node: &node };
            match operation(&place, schemas, &mut headers, &mut scope) {
                Ok(operation) => operations.push(operation),
                Err(problem) => problems.push(problem),
            }
            if let Some(id) = node.text_of("operationId")?
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
    let headers = headers.finish(&operations);
    Ok((operations, headers))
}

/// An operation and what stands around it.
struct Place<'a, 'd> {
    document: &'d Document,
    path: &'d str,
    method: &'d str,
    item: &'a Node<'d>,
    node: &'a Node<'d>,
}

fn operation<'d>(
    place: &Place<'_, 'd>,
    schemas: &mut Schemas<'d>,
    headers: &mut parameters::ClientHeaders,
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
    let id = match node.text_of("operationId")? {
        Some(id) => id.to_owned(),
        None => {
            let problem = node.problem("`operationId` is missing", "add `operationId`");
            node.pass_over(problem, "it is made from the method and the path")?;
            names::operation_id(place.method, place.path)
        }
    };
    let title = names::type_name(&id);

    expect_same_security(place)?;
    expect_same_server(place)?;
    let (path, fixed_query) = split_query(place)?;
    let parameters = parameters::lower(place.path, place.item, node, schemas, headers, &title)?;
    let body = node.get("requestBody").map(|body| bodies::lower(&body, schemas, &title)).transpose()?;
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

/// A client has one credential for all that it calls.
fn expect_same_security(place: &Place<'_, '_>) -> Result<(), Problem> {
    let Some(own) = place.node.get("security") else { return Ok(()) };
    let same = place.document.root().get("security").is_some_and(|all| all.value() == own.value());
    // Where no credential is needed, one does no harm.
    if same || own.items()?.is_empty() {
        return Ok(());
    }
    let problem = own.problem(
        "an operation with security of its own is not supported",
        "declare security for the whole document",
    );
    own.pass_over(problem, "it is called with the client's credential")
}

/// A client has one base URL for all that it calls.
fn expect_same_server(place: &Place<'_, '_>) -> Result<(), Problem> {
    for node in [place.node, place.item] {
        if let Some(servers) = node.get("servers") {
            let problem = servers
                .problem("`servers` in an operation is not supported", "declare servers for the document");
            servers.pass_over(problem, "it is called at the client's base URL")?;
        }
    }
    Ok(())
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
