//! How a client proves who it is.

use super::names::{self, Scope};
use crate::document::Node;
use crate::model::{Credential, Docs, Scheme};
use crate::problem::Problem;

/// The document's security schemes, each of which gets a constructor.
pub(super) fn credentials(root: &Node<'_>) -> Result<Vec<Credential>, Problem> {
    let Some(components) = root.get("components") else { return Ok(Vec::new()) };
    let mut scope = Scope::default();
    let mut credentials = Vec::new();
    for (key, node) in components.entries_of("securitySchemes")? {
        let node = match node.resolve() {
            Ok(node) => node,
            Err(problem) => {
                node.tolerate(problem, "it has no constructor")?;
                continue;
            }
        };
        node.expect_keys(
            "a security scheme",
            &["type", "scheme", "in", "name", "description"],
            &["bearerFormat", "flows", "openIdConnectUrl"],
        )?;
        let scheme = match scheme(&node) {
            Ok(scheme) => scheme,
            Err(problem) => {
                node.tolerate(problem, "it has no constructor")?;
                continue;
            }
        };
        let text = node.text_of("description")?.unwrap_or_default().to_owned();
        credentials.push(Credential {
            name: scope.claim([names::snake_name(key).as_str()]),
            docs: Docs { text, notes: Vec::new() },
            scheme,
        });
    }
    Ok(credentials)
}

fn scheme(node: &Node<'_>) -> Result<Scheme, Problem> {
    let kind = node.require("type")?.text()?;
    match kind {
        "http" => match node.require("scheme")?.text()? {
            scheme if scheme.eq_ignore_ascii_case("bearer") => Ok(Scheme::Bearer),
            scheme if scheme.eq_ignore_ascii_case("basic") => Ok(Scheme::Basic),
            other => Err(node.problem(
                format!("HTTP authentication `{other}` is not supported"),
                "use `bearer` or `basic`",
            )),
        },
        // How the token is got is not the client's matter; how it is sent is.
        "oauth2" | "openIdConnect" => Ok(Scheme::Bearer),
        "apiKey" => match node.require("in")?.text()? {
            "header" => Ok(Scheme::Header(node.require("name")?.text()?.to_owned())),
            "query" => Ok(Scheme::Query(node.require("name")?.text()?.to_owned())),
            "cookie" => Ok(Scheme::Cookie(node.require("name")?.text()?.to_owned())),
            place => Err(node.problem(
                format!("a credential in the {place} is not supported"),
                "use a header, the query or a cookie",
            )),
        },
        other => Err(node.problem(
            format!("security scheme `{other}` is not supported"),
            "use `http`, `oauth2`, `openIdConnect` or `apiKey`",
        )),
    }
}
