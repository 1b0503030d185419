//! Paths to operations.

use super::names::{self, Scope};
use super::schemas::Schemas;
use super::{answers, notes, parameters};
use crate::document::{Document, Node};
use crate::model::{Body, Class, ClientHeader, Docs, Operation, Options};
use crate::problem::Problem;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// All operations in the order of the document, and the headers that are set once for a client.
pub(super) fn lower<'d>(
    document: &'d Document,
    schemas: &mut Schemas<'d>,
    problems: &mut Vec<Problem>,
) -> Result<(Vec<Operation>, Vec<ClientHeader>), Problem> {
    let mut operations = Vec::new();
    let mut headers = parameters::ClientHeaders::default();
    let mut ids: Vec<&str> = Vec::new();
    // The names of the client's own methods.
    let mut scope = Scope::without(&["new", "fmt", "clone"]);
    for (path, item) in document.root().require("paths")?.entries()? {
        if path.starts_with("x-") {
            continue;
        }
        let item = item.resolve()?;
        let handled: Vec<_> = METHODS.into_iter().chain(["parameters"]).collect();
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
            if let Some(id) = node.text_of("operationId")? {
                if ids.contains(&id) {
                    let message = format!("another operation is called `{id}` too");
                    problems.push(node.problem(message, "give each operation an `operationId` of its own"));
                }
                ids.push(id);
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
        ],
        &["tags", "externalDocs", "callbacks"],
    )?;
    let id = node.require("operationId")?.text()?;
    let title = names::type_name(id);

    expect_same_security(place)?;
    let parameters = parameters::lower(place.path, place.item, node, schemas, headers, &title)?;
    let body = node.get("requestBody").map(|body| request_body(&body, schemas, &title)).transpose()?;
    let answers = answers::lower(&node.require("responses")?, schemas, &title)?;
    let options = (!parameters.optional.is_empty()).then(|| {
        let name = schemas.names.claim([format!("{title}Options").as_str()]);
        Options { name, fields: parameters.optional }
    });
    Ok(Operation {
        name: scope.claim([names::snake_name(id).as_str()]),
        id: id.to_owned(),
        method: place.method.to_uppercase(),
        path: place.path.to_owned(),
        class: class(node)?,
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

fn class(node: &Node<'_>) -> Result<Class, Problem> {
    const HELP: &str = "say what repeating the operation does: \"safe\", \"idempotent\" or \"unsafe\"";
    let Some(class) = node.get("x-operation-class") else {
        return Err(node.problem("`x-operation-class` is missing", HELP));
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
    Err(own.problem(
        "an operation with security of its own is not supported",
        "declare security for the whole document",
    ))
}

fn request_body<'d>(node: &Node<'d>, schemas: &mut Schemas<'d>, title: &str) -> Result<Body, Problem> {
    let node = node.resolve()?;
    node.expect_keys("a request body", &["description", "content", "required"], &[])?;
    let content = node.require("content")?;
    let media = content.entries()?.into_iter().find(|(media_type, _)| answers::is_json(media_type));
    let Some((_, media)) = media else {
        return Err(
            content.problem("a body that is not JSON is not supported", "describe it as `application/json`")
        );
    };
    let schema = answers::schema(&media)?;
    for (other, media) in content.entries()? {
        if answers::schema(&media)?.map(|node| node.value()) != schema.as_ref().map(Node::value) {
            return Err(media.problem(
                format!("the body has another schema as `{other}`"),
                "give all media types of a request one schema",
            ));
        }
    }
    let Some(schema) = schema else {
        return Err(media.problem("a body without a schema", "add a `schema`"));
    };
    let ty = schemas.usage(&schema, &format!("{title}Request"))?.into_type();
    let text = node.text_of("description")?.unwrap_or_default();
    let docs = if text.is_empty() {
        notes::docs(&schema)?
    } else {
        Docs { text: text.to_owned(), notes: Vec::new() }
    };
    Ok(Body { docs, ty, required: node.flag("required")? })
}
