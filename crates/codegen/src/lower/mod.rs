//! From a document to the model.

mod all_of;
mod alternatives;
mod answers;
mod bodies;
mod encodings;
mod finish;
mod form;
mod keywords;
mod names;
mod notes;
mod objects;
mod operations;
mod parameters;
mod schemas;
mod secrets;
mod security;
mod servers;
mod tags;
mod unions;

use std::collections::HashSet;

use crate::document::Document;
use crate::model::{Api, Docs};
use crate::problem::{Problem, Problems};

/// Lowers a document, or says all that is wrong with it.
///
/// An operation that cannot be expressed is left out and reported, if that is wanted.
pub(crate) fn lower(document: &Document, skip_unsupported: bool) -> Result<Api, Problems> {
    let mut problems = Vec::new();
    match attempt(document, skip_unsupported, &mut problems) {
        Ok(Some(api)) if problems.is_empty() => return Ok(api),
        Ok(_) => {}
        Err(problem) => problems.push(problem),
    }
    Err(Problems(without_repetitions(problems)))
}

/// Lowers what can be lowered, and notes what cannot.
fn attempt(
    document: &Document,
    skip_unsupported: bool,
    problems: &mut Vec<Problem>,
) -> Result<Option<Api>, Problem> {
    let root = document.root();
    root.expect_keys(
        "a document",
        &["openapi", "info", "servers", "security", "paths", "components"],
        &["tags", "externalDocs", "jsonSchemaDialect", "webhooks"],
    )?;
    if let Some(components) = root.get("components") {
        // Everything else in here counts where it is referred to.
        components.expect_keys(
            "components",
            &["schemas", "responses", "parameters", "requestBodies", "securitySchemes"],
            &["examples", "headers", "links", "callbacks", "pathItems"],
        )?;
    }
    let mut schemas = schemas::Schemas::of(document, problems)?;
    let mut failed = Vec::new();
    let mut credentials = security::credentials(&root)?;
    let operations::Operations { mut operations, client_headers, servers } =
        operations::lower(document, &credentials, &mut schemas, &mut failed)?;
    if operations.iter().all(|operation| operation.security.is_none()) {
        credentials.iter_mut().for_each(|credential| credential.scheme_name = None);
    }
    for problem in failed {
        match skip_unsupported {
            true => document.root().tolerate(problem, "the operation is left out")?,
            false => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        // The types may be incomplete: what follows relies on all of them.
        return Ok(None);
    }
    let mut types = schemas.finish()?;
    finish::finish(&mut types, &mut operations);
    if document.is_lenient() {
        secrets::loosen(document, &mut types, &mut operations);
        finish::mark_secrets(&mut types);
    }
    secrets::check(document, &types, &operations, problems);

    let info = root.require("info")?;
    let text = info.text_of("description")?.unwrap_or_default().to_owned();
    let about = |key: &str, default: &str| match info.require(key) {
        Ok(node) => node.text().map(str::to_owned),
        Err(problem) => info.pass_over(problem, "it is made up").map(|()| default.to_owned()),
    };
    Ok(Some(Api {
        file: document.file().to_owned(),
        title: about("title", "An API")?,
        version: about("version", "0")?,
        docs: Docs { text, notes: Vec::new() },
        base_url: servers::base_url(&root)?,
        servers,
        credentials,
        client_headers,
        types,
        operations,
    }))
}

fn without_repetitions(problems: Vec<Problem>) -> Vec<Problem> {
    let mut seen = HashSet::new();
    problems.into_iter().filter(|problem| seen.insert(problem.clone())).collect()
}
