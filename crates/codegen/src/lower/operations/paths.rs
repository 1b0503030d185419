//! Paths and operations.

use std::collections::HashSet;

use super::pagination::Listing;
use super::security::Security;
use super::servers::OperationServers;
use super::{parameters, request_body, responses};
use crate::document::{Document, Node};
use crate::lower::names::{self, Scope};
use crate::lower::schemas::Schemas;
use crate::methods;
use crate::model::{Class, ClientHeader, Credential, Docs, Operation, Options, Server, Streamed, Success};
use crate::problem::{Problem, Topic};

/// The operations of a document with their client headers and servers.
pub(crate) struct Operations<'d> {
    /// In the order of the document.
    pub(crate) operations: Vec<Operation>,
    pub(crate) client_headers: Vec<ClientHeader>,
    pub(crate) servers: Vec<Server>,
    pub(crate) listings: Vec<Listing<'d>>,
}

pub(crate) fn lower<'d>(
    document: &'d Document,
    credentials: &[Credential],
    schemas: &mut Schemas<'d>,
    problems: &mut Vec<Problem>,
) -> Result<Operations<'d>, Problem> {
    let mut operations: Vec<Operation> = Vec::new();
    let mut headers = Vec::new();
    let mut servers = OperationServers::default();
    let mut listings = Vec::new();
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
        let handled: Vec<_> = methods::fields().chain(["parameters", "servers"]).collect();
        item.expect_keys("a path", &handled, &["summary", "description"])?;
        for (method, node) in methods::operations(&item)? {
            let endpoint = Endpoint { path, method: &method, item: &item, node: &node, security: &security };
            match operation(&endpoint, schemas, &mut headers, &mut servers, &mut scope) {
                Ok(operation) => {
                    match Listing::of(operations.len(), &item, &node) {
                        Ok(listing) => listings.extend(listing),
                        Err(problem) => problems.push(problem),
                    }
                    operations.push(operation);
                }
                Err(problem) => problems.push(problem),
            }
            if let Some(id) = operation_id(&node)?
                && !ids.insert(id)
            {
                let message = format!("another operation has the id `{id}`");
                let problem = node.problem(message, "use distinct `operationId`s");
                if let Err(problem) = node.pass_over(problem.about(Topic::Names), "the method gets a number")
                {
                    problems.push(problem);
                }
            }
        }
    }
    for operation in &mut operations {
        if let Some(streamed) = &mut operation.streamed {
            streamed.name = scope.claim([format!("{}_stream", operation.name).as_str()]);
        }
    }
    for listing in &mut listings {
        let name = &operations[listing.operation].name;
        listing.method = scope.claim([format!("{name}_items").as_str()]);
    }
    let taken: Vec<_> = operations.iter().map(|operation| operation.name.to_uppercase()).collect();
    let taken: Vec<_> = taken.iter().map(String::as_str).chain(["DEFAULT_BASE_URL"]).collect();
    let mut constants = Scope::without(&taken);
    let servers = &mut servers.0;
    for name in headers.iter_mut().map(|it| &mut it.name).chain(servers.iter_mut().map(|it| &mut it.name)) {
        *name = constants.claim([name.as_str()]);
    }
    Ok(Operations { operations, client_headers: headers, servers: std::mem::take(servers), listings })
}

/// An operation with its path.
struct Endpoint<'a, 'd> {
    path: &'d str,
    method: &'a str,
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
    if !is_token(endpoint.method) {
        return Err(node.problem(format!("`{}` is not a method", endpoint.method), "use a token of HTTP"));
    }
    let id = match operation_id(node)? {
        Some(id) => id.to_owned(),
        None => {
            let problem = node.problem("`operationId` is missing", "add `operationId`");
            node.pass_over(problem.about(Topic::Names), "derived from the method and the path")?;
            names::operation_id(&endpoint.method.to_ascii_lowercase(), endpoint.path)
        }
    };
    let name = names::chosen(node, &id)?;
    let title = names::type_name(name);

    let security = endpoint.security.of_operation(node)?;
    let server = servers.of(node, endpoint.item)?;
    let (path, fixed_query) = split_query(endpoint)?;
    let mut parameters = parameters::lower(endpoint.path, endpoint.item, node, schemas, headers, &title)?;
    let body = node
        .get("requestBody")
        .map(|body| request_body::lower(&body, schemas, &title))
        .transpose()?
        .flatten();
    let responses = match node.require("responses") {
        Ok(node) => responses::lower(&node, schemas, &title)?,
        Err(problem) => {
            node.pass_over(problem.about(Topic::Bodies), "the response is treated as bytes")?;
            responses::Responses {
                success: Success::Raw,
                stream: None,
                error: None,
                returns: Vec::new(),
                accept: Vec::new(),
            }
        }
    };
    if let Some(body) = &body {
        parameters.add_choice("content-type", "the body", &body.media_types);
    }
    if responses.accept.len() > 1 {
        parameters.add_choice("accept", "the response", &responses.accept);
    }
    let path = parameters.in_own_segments(path);
    let options = (!parameters.optional.is_empty()).then(|| {
        let name = schemas.names.claim([format!("{title}Options").as_str()]);
        Options { name, fields: parameters.optional }
    });
    Ok(Operation {
        name: scope.claim([names::snake_name(name).as_str()]),
        id: id.clone(),
        method: endpoint.method.to_owned(),
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
        accept: (!responses.accept.is_empty()).then(|| responses.accept.join(", ")),
        // The name follows when the names of all operations are known.
        streamed: responses.stream.map(|stream| Streamed { name: String::new(), stream }),
        // Follows when all types are known.
        pagination: None,
        returns: responses.returns,
        error: responses.error,
    })
}

fn operation_id<'d>(node: &Node<'d>) -> Result<Option<&'d str>, Problem> {
    Ok(node.text_of("operationId")?.filter(|id| !id.trim().is_empty()))
}

/// Returns whether a method is valid: a token by RFC 9110.
fn is_token(method: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !method.is_empty() && method.bytes().all(is_token)
}

/// Returns the class of an operation. By default, only reading is safe: `PUT` and `DELETE` may create a secret.
fn class(node: &Node<'_>, method: &str) -> Result<Class, Problem> {
    const HELP: &str = "use \"safe\", \"idempotent\" or \"unsafe\", the effect of repeating the operation";
    let Some(class) = node.get("x-operation-class") else {
        if !node.is_lenient() {
            return Err(node.problem("`x-operation-class` is missing", HELP));
        }
        let is_safe = ["GET", "HEAD", "OPTIONS", "QUERY"].contains(&method);
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
