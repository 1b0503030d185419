//! Security schemes and requirements.

use http::header::HeaderName;

use crate::document::{Node, scheme_name};
use crate::lower::names::{self, Scope};
use crate::methods;
use crate::model::{Credential, Docs, Scheme};
use crate::problem::{Problem, Topic};

/// Returns the security schemes, each of which gets a constructor.
pub(crate) fn credentials(root: &Node<'_>) -> Result<Vec<Credential>, Problem> {
    let Some(components) = root.get("components") else { return Ok(Vec::new()) };
    let mut scope = Scope::default();
    let mut credentials = Vec::new();
    for (key, node) in components.entries_of("securitySchemes")? {
        let Some(node) = node.resolve_or_omit("the scheme has no constructor")? else { continue };
        node.expect_keys(
            "a security scheme",
            &["type", "scheme", "in", "name", "description", "deprecated"],
            &["bearerFormat", "flows", "oauth2MetadataUrl", "openIdConnectUrl"],
        )?;
        let scheme = match scheme(&node) {
            Ok(scheme) => scheme,
            Err(problem) if node.get("type").is_some_and(|kind| kind.value() == "mutualTLS") => {
                node.pass_over(problem.about(Topic::Security), "the transport holds the certificate")?;
                continue;
            }
            Err(problem) => {
                node.tolerate(problem, "the scheme has no constructor")?;
                continue;
            }
        };
        let text = node.text_of("description")?.unwrap_or_default().to_owned();
        let notes = if node.flag("deprecated")? { vec!["Deprecated.".to_owned()] } else { Vec::new() };
        credentials.push(Credential {
            name: scope.claim([names::snake_name(key).as_str()]),
            scheme_name: Some(key.to_owned()),
            docs: Docs { text, notes },
            scheme,
        });
    }
    Ok(credentials)
}

/// The security requirements of a document.
#[derive(Debug)]
pub(super) struct Security<'a> {
    /// The names of the schemes with a constructor.
    known: Vec<&'a str>,
    /// The names of all schemes.
    defined: Vec<&'a str>,
    /// Operations differ from the document.
    differs: bool,
}

impl<'a> Security<'a> {
    pub(super) fn of(root: &Node<'a>, credentials: &'a [Credential]) -> Result<Self, Problem> {
        let known = credentials.iter().filter_map(|credential| credential.scheme_name.as_deref()).collect();
        let schemes = root.get("components").map(|components| components.entries_of("securitySchemes"));
        let defined = schemes.transpose()?.unwrap_or_default().into_iter().map(|(name, _)| name).collect();
        let of_document = root.get("security");
        let has_own = |operation: &Node<'_>| {
            let own = operation.get("security");
            own.is_some_and(|own| Some(own.value()) != of_document.as_ref().map(Node::value))
        };
        let paths = root.get("paths").and_then(|paths| paths.entries().ok()).unwrap_or_default();
        let items = paths.iter().filter_map(|(_, item)| item.resolve().ok());
        let differs = items
            .flat_map(|item| methods::operations(&item).unwrap_or_default())
            .any(|(_, operation)| has_own(&operation));
        Ok(Self { known, defined, differs: differs && root.is_lenient() })
    }

    /// Returns the alternatives of an operation, or nothing if it accepts all credentials of the client.
    pub(super) fn of_operation(&self, operation: &Node<'_>) -> Result<Option<Vec<Vec<String>>>, Problem> {
        let of_document = operation.root().get("security");
        let own = operation.get("security");
        if let Some(own) = own.as_ref().filter(|own| !own.is_lenient()) {
            // An unneeded credential is harmless.
            let same = of_document.as_ref().is_some_and(|all| all.value() == own.value());
            if !same && !own.items()?.is_empty() {
                return Err(own.problem(
                    "security requirements of an operation are not supported",
                    "declare security for the whole document",
                ));
            }
        }
        let Some(node) = own.or(of_document).filter(|_| self.differs) else { return Ok(None) };
        let mut alternatives: Vec<Vec<String>> = Vec::new();
        for alternative in node.items()? {
            let mut schemes = Vec::new();
            for (name, scheme) in alternative.entries()? {
                let name = scheme_name(name);
                if self.known.contains(&&*name) {
                    schemes.push(name.into_owned());
                } else if !self.defined.contains(&&*name) {
                    let message = format!("unknown security scheme `{name}`");
                    let instead = "the operation accepts all credentials of the client";
                    scheme.note(Topic::Security, message, instead);
                    return Ok(None);
                }
            }
            if !alternatives.contains(&schemes) {
                alternatives.push(schemes);
            }
        }
        // An empty list means no credential.
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
            other if needs_more_than_a_secret(other) => Err(node.problem(
                format!("HTTP authentication `{other}` is not supported"),
                "use `bearer`, `basic`, or a scheme that sends a secret as it is",
            )),
            other => Ok(Scheme::Http(other.to_owned())),
        },
        // Only sending the token concerns the client.
        "oauth2" | "openIdConnect" => Ok(Scheme::Bearer),
        "apiKey" => match node.require("in")?.text()? {
            "header" => Ok(Scheme::Header(node.require("name")?.text()?.to_owned())),
            "query" => Ok(Scheme::Query(node.require("name")?.text()?.to_owned())),
            "cookie" => Ok(Scheme::Cookie(node.require("name")?.text()?.to_owned())),
            place => Err(node.problem(
                format!("a credential in `{place}` is not supported"),
                "use a header, the query or a cookie",
            )),
        },
        other => Err(node.problem(
            format!("security scheme `{other}` is not supported"),
            "use `http`, `oauth2`, `openIdConnect` or `apiKey`",
        )),
    }
}

/// Returns whether an HTTP authentication scheme requires a handshake or a signature of each request, or is not a name.
fn needs_more_than_a_secret(scheme: &str) -> bool {
    const SCHEMES: &[&str] = &[
        "aws4-hmac-sha256",
        "concealed",
        "digest",
        "dpop",
        "gnap",
        "hoba",
        "mutual",
        "negotiate",
        "ntlm",
        "oauth",
        "scram-sha-1",
        "scram-sha-256",
        "signature",
    ];
    // A scheme is a token, like the name of a header.
    SCHEMES.contains(&scheme.to_ascii_lowercase().as_str())
        || HeaderName::from_bytes(scheme.as_bytes()).is_err()
}
