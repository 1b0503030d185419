//! The API as a whole.

use super::operation::Operation;
use super::types::{Docs, Types};
use super::xml::Xml;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Api {
    /// The name of the document in generated code.
    pub(crate) file: String,
    /// The crate of the generated code, if known.
    pub(crate) crate_name: Option<String>,
    pub(crate) title: String,
    pub(crate) version: String,
    pub(crate) docs: Docs,
    pub(crate) base_url: Option<Server>,
    /// Servers of single operations.
    pub(crate) servers: Vec<Server>,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) client_headers: Vec<ClientHeader>,
    pub(crate) types: Types,
    pub(crate) operations: Vec<Operation>,
    pub(crate) xml: Xml,
}

/// A base URL with a constant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Server {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) docs: Docs,
}

/// A security scheme with a constructor.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Credential {
    pub(crate) name: String,
    /// The scheme's name, if operations differ in the schemes that they accept.
    pub(crate) scheme_name: Option<String>,
    pub(crate) docs: Docs,
    pub(crate) scheme: Scheme,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scheme {
    Bearer,
    Basic,
    /// Another scheme of the `Authorization` header.
    Http(String),
    Header(String),
    Query(String),
    Cookie(String),
}

/// A header that is configured per client.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ClientHeader {
    pub(crate) name: String,
    pub(crate) wire: String,
    pub(crate) default: Option<String>,
    pub(crate) docs: Docs,
}
