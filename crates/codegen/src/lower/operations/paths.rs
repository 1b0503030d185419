//! Paths and operations.

use std::collections::HashSet;

use super::security::Security;
use super::servers::OperationServers;
use super::{parameters, request_body, responses};
use crate::document::{Document, Node};
use crate::lower::names::{self, Scope};
use crate::lower::schemas::Schemas;
use crate::model::{Class, ClientHeader, Credential, Docs, Operation, Options, Server, Success};
use crate::problem::Problem;
use crate::selection::METHODS;

/// The operations of a document with their client headers and servers.
pub(crate) struct Operations {
    /// In the order of the document.
    pub(crate) operations: Vec<Operation>,
    pub(crate) client_headers: Vec<ClientHeader>,
    pub(crate) servers: Vec<Server>,
}

pub(crate) fn lower<'d>(
    document: &'d Document,
    credentials: &[Credential],
    schemas: &mut Schemas<'d>,
    problems: &mut Vec<Problem>,
) -> Result<Operations, Problem> {
    let mut operations = Vec::new();
    let mut headers = Vec::new();
    let mut servers = OperationServers::default();
    let mut ids = HashSet::new();
    // Methods of the client itself.
    let mut scope = Scope::without(&["new", "fmt", "clone"]);
    let root = document.root();
    let security = Security::of(&root, credentials)?;
    let paths = match root.require("paths") {
        Ok(paths) => paths.entries()?,
        Err(problem) => {
            root.pass_over(problem, "the client has no operations")?;
            Vec::new()
        }
    };
    for (path, item) in paths {
        if path.starts_with("x-") {
            continue;
        }
        let Some(item) = item.resolve_or_omit("the path is omitted")? else { continue };
        let handled: Vec<_> = METHODS.into_iter().chain(["parameters", "servers"]).collect();
        item.expect_keys("a path", &handled, &["summary", "description"])?;
        for (method, node) in item.entries()? {
            if !METHODS.contains(&method) {
                continue;
            }
            let endpoint = Endpoint { path, method, item: &item, node: &node, security: &security };
            match operation(&endpoint, schemas, &mut headers, &mut servers, &mut scope) {
                Ok(operation) => operations.push(operation),
                Err(problem) => problems.push(problem),
            }
            if let Some(id) = operation_id(&node)?
                && !ids.insert(id)
            {
                let message = format!("another operation has the id `{id}`");
                let problem = node.problem(message, "use distinct `operationId`s");
                if let Err(problem) = node.pass_over(problem, "the method gets a number") {
                    problems.push(problem);
                }
            }
        }
    }
    let taken: Vec<_> = operations.iter().map(|operation| operation.name.to_uppercase()).collect();
    let taken: Vec<_> = taken.iter().map(String::as_str).chain(["DEFAULT_BASE_URL"]).collect();
    let mut constants = Scope::without(&taken);
    let servers = &mut servers.0;
    for name in headers.iter_mut().map(|it| &mut it.name).chain(servers.iter_mut().map(|it| &mut it.name)) {
        *name = constants.claim([name.as_str()]);
    }
    Ok(Operations { operations, client_headers: headers, servers: std::mem::take(servers) })
}

/// An operation with its path.
struct Endpoint<'a, 'd> {
    path: &'d str,
    method: &'d str,
    item: &'a Node<'d>,
    node: &'a Node<'d>,
    security: &'a Security<'a>,
}

fn operation<'d>(
    endpoint: &Endpoint<'_, 'd>,
    schemas: &mut Schemas<'d>,
    headers: &mut Vec<ClientHeader>,
    servers: &mut OperationServers,
    scope: &mut Scope,
) -> Result<Operation, Problem> {
    let node = endpoint.node;
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
            node.pass_over(problem, "derived from the method and the path")?;
            names::operation_id(endpoint.method, endpoint.path)
        }
    };
    let title = names::type_name(&id);

    let security = endpoint.security.of_operation(node)?;
    let server = servers.of(node, endpoint.item)?;
    let (path, fixed_query) = split_query(endpoint)?;
    let parameters = parameters::lower(endpoint.path, endpoint.item, node, schemas, headers, &title)?;
    let body = node
        .get("requestBody")
        .map(|body| request_body::lower(&body, schemas, &title))
        .transpose()?
        .flatten();
    let responses = match node.require("responses") {
        Ok(node) => responses::lower(&node, schemas, &title)?,
        Err(problem) => {
            node.pass_over(problem, "the response is treated as bytes")?;
            responses::Responses { success: Success::Raw, error: None, returns: Vec::new() }
        }
    };
    let options = (!parameters.optional.is_empty()).then(|| {
        let name = schemas.names.claim([format!("{title}Options").as_str()]);
        Options { name, fields: parameters.optional }
    });
    Ok(Operation {
        name: scope.claim([names::snake_name(&id).as_str()]),
        id,
        method: endpoint.method.to_uppercase(),
        path,
        fixed_query,
        server,
        security,
        class: class(node, endpoint.method)?,
        list: false,
        docs: docs(node)?,
        arguments: parameters.required,
        body,
        options,
        success: responses.success,
        returns: responses.returns,
        error: responses.error,
    })
}

fn operation_id<'d>(node: &Node<'d>) -> Result<Option<&'d str>, Problem> {
    Ok(node.text_of("operationId")?.filter(|id| !id.trim().is_empty()))
}

/// Returns the class of an operation. By default, only reading is safe: `PUT` and `DELETE` may create a secret.
fn class(node: &Node<'_>, method: &str) -> Result<Class, Problem> {
    const HELP: &str = "use \"safe\", \"idempotent\" or \"unsafe\", the effect of repeating the operation";
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

/// Returns the summary as a sentence, followed by the description.
fn docs(node: &Node<'_>) -> Result<Docs, Problem> {
    let summary = node.text_of("summary")?.unwrap_or_default().trim();
    let stop = if summary.is_empty() || summary.ends_with(['.', '!', '?']) { "" } else { "." };
    let description = node.text_of("description")?.unwrap_or_default();
    let text = format!("{summary}{stop}\n\n{description}").trim().to_owned();
    let notes = if node.flag("deprecated")? { vec!["Deprecated.".to_owned()] } else { Vec::new() };
    Ok(Docs { text, notes })
}

/// Splits a path into the path and a query, which some documents append.
fn split_query(endpoint: &Endpoint<'_, '_>) -> Result<(String, Vec<(String, String)>), Problem> {
    let (path, query) = match endpoint.path.split_once(['?', '#']) {
        Some((path, query)) if endpoint.node.is_lenient() => (path, query),
        _ => (endpoint.path, ""),
    };
    let pairs = query.split(['&', '#']).filter(|pair| !pair.is_empty() && !pair.contains('{'));
    let pairs = pairs.filter(|_| endpoint.path.contains('?'));
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    Ok((path.to_owned(), pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
}
