//! How a client proves who it is.

use super::names::{self, Scope};
use crate::document::Node;
use crate::model::{Credential, Docs, Scheme};
use crate::problem::Problem;
use crate::slice::METHODS;

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
            Err(problem) if node.get("type").is_some_and(|kind| kind.value() == "mutualTLS") => {
                node.pass_over(problem, "requests hold nothing of it: the transport has the certificate")?;
                continue;
            }
            Err(problem) => {
                node.tolerate(problem, "it has no constructor")?;
                continue;
            }
        };
        let text = node.text_of("description")?.unwrap_or_default().to_owned();
        credentials.push(Credential {
            name: scope.claim([names::snake_name(key).as_str()]),
            scheme_name: Some(key.to_owned()),
            docs: Docs { text, notes: Vec::new() },
            scheme,
        });
    }
    Ok(credentials)
}

/// What operations say about credentials.
#[derive(Debug)]
pub(super) struct Security<'a> {
    /// The names of the schemes that there are credentials for.
    known: Vec<&'a str>,
    /// The names of all schemes.
    defined: Vec<&'a str>,
    /// Whether any operation says something else than the document.
    differs: bool,
}

impl<'a> Security<'a> {
    pub(super) fn of(root: &Node<'a>, credentials: &'a [Credential]) -> Result<Self, Problem> {
        let known = credentials.iter().filter_map(|credential| credential.scheme_name.as_deref()).collect();
        let schemes = root.get("components").map(|components| components.entries_of("securitySchemes"));
        let defined = schemes.transpose()?.unwrap_or_default().into_iter().map(|(name, _)| name).collect();
        let of_document = root.get("security");
        let says_another = |operation: &Node<'_>| {
            let own = operation.get("security");
            own.is_some_and(|own| Some(own.value()) != of_document.as_ref().map(Node::value))
        };
        let paths = root.get("paths").and_then(|paths| paths.entries().ok()).unwrap_or_default();
        let items = paths.iter().filter_map(|(_, item)| item.resolve().ok());
        let differs = items
            .flat_map(|item| METHODS.iter().filter_map(|method| item.get(method)).collect::<Vec<_>>())
            .any(|operation| says_another(&operation));
        Ok(Self { known, defined, differs: differs && root.is_lenient() })
    }

    /// The credentials that an operation takes, if not whatever the client has.
    pub(super) fn of_operation(&self, operation: &Node<'_>) -> Result<Option<Vec<Vec<String>>>, Problem> {
        let of_document = operation.root().get("security");
        let own = operation.get("security");
        if let Some(own) = own.as_ref().filter(|own| !own.is_lenient()) {
            // Where no credential is needed, one does no harm.
            let same = of_document.as_ref().is_some_and(|all| all.value() == own.value());
            if !same && !own.items()?.is_empty() {
                return Err(own.problem(
                    "an operation with security of its own is not supported",
                    "declare security for the whole document",
                ));
            }
        }
        let Some(node) = own.or(of_document).filter(|_| self.differs) else { return Ok(None) };
        let mut alternatives: Vec<Vec<String>> = Vec::new();
        for alternative in node.items()? {
            let mut schemes = Vec::new();
            for (name, scheme) in alternative.entries()? {
                if self.known.contains(&name) {
                    schemes.push(name.to_owned());
                } else if !self.defined.contains(&name) {
                    let message = format!("there is no security scheme `{name}`");
                    scheme.note(message, "the operation is called with all that the client has");
                    return Ok(None);
                }
            }
            if !alternatives.contains(&schemes) {
                alternatives.push(schemes);
            }
        }
        // None at all is one of them.
        if alternatives.is_empty() {
            alternatives.push(Vec::new());
        }
        Ok(Some(alternatives))
    }
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
