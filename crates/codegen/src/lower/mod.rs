//! Documents to the model.

mod descriptions;
mod finish;
mod names;
mod operations;
mod schemas;

use std::collections::HashSet;

pub(crate) use self::names::snake_name;
pub(crate) use self::operations::X_PAGINATION;
use crate::document::Document;
use crate::model::{Api, Docs};
use crate::problem::{Problem, Problems};

/// Lowers a document, or returns all of its problems.
///
/// With `skip_unsupported`, operations that cannot be generated are reported and omitted.
pub(crate) fn lower(document: &Document, skip_unsupported: bool) -> Result<Api, Problems> {
    let mut problems = Vec::new();
    match attempt(document, skip_unsupported, &mut problems) {
        Ok(Some(api)) if problems.is_empty() => return Ok(api),
        Ok(_) => {}
        Err(problem) => problems.push(problem),
    }
    Err(Problems(deduplicated(problems)))
}

/// Lowers as much as possible and adds the problems to `problems`.
fn attempt(
    document: &Document,
    skip_unsupported: bool,
    problems: &mut Vec<Problem>,
) -> Result<Option<Api>, Problem> {
    let root = document.root();
    root.expect_keys(
        "a document",
        &["openapi", "info", "servers", "security", "paths", "components"],
        &["$self", "tags", "externalDocs", "jsonSchemaDialect", "webhooks"],
    )?;
    if let Some(components) = root.get("components") {
        // Other components have an effect where they are referenced.
        components.expect_keys(
            "components",
            &["schemas", "responses", "parameters", "requestBodies", "securitySchemes"],
            &["examples", "headers", "links", "callbacks", "mediaTypes", "pathItems"],
        )?;
    }
    let mut schemas = schemas::Schemas::of(document, problems)?;
    let mut failed = Vec::new();
    let mut credentials = operations::credentials(&root)?;
    let operations::Operations { mut operations, client_headers, servers, listings } =
        operations::lower(document, &credentials, &mut schemas, &mut failed)?;
    if operations.iter().all(|operation| operation.security.is_none()) {
        credentials.iter_mut().for_each(|credential| credential.scheme_name = None);
    }
    for problem in failed {
        match skip_unsupported {
            true => root.tolerate(problem, "the operation is omitted")?,
            false => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        // The types may be incomplete.
        return Ok(None);
    }
    let mut xml = schemas.finish_xml()?;
    let mut types = schemas.finish()?;
    finish::finish(&root, &mut types, &mut xml, &mut operations, problems);
    for listing in listings {
        if let Err(problem) = listing.paginate(&types, &mut operations) {
            problems.push(problem);
        }
    }

    let info = root.require("info")?;
    let text = info.text_of("description")?.unwrap_or_default().to_owned();
    let text_of = |key: &str, default: &str| match info.require(key) {
        Ok(node) => node.text().map(str::to_owned),
        Err(problem) => info.pass_over(problem, "a default is used").map(|()| default.to_owned()),
    };
    Ok(Some(Api {
        crate_name: None,
        file: document.file().to_owned(),
        title: text_of("title", "An API")?,
        version: text_of("version", "0")?,
        docs: Docs { text, notes: Vec::new() },
        base_url: operations::base_url(&root)?,
        servers,
        credentials,
        client_headers,
        types,
        operations,
        xml,
    }))
}

fn deduplicated(problems: Vec<Problem>) -> Vec<Problem> {
    let mut seen = HashSet::new();
    problems.into_iter().filter(|problem| seen.insert(problem.clone())).collect()
}
