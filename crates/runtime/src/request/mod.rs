//! Requests, as generated code builds them.

pub(crate) mod base_url;
pub(crate) mod encoding;
#[cfg(feature = "full-openapi")]
pub(crate) mod multipart;
#[cfg(feature = "full-openapi")]
pub(crate) mod next_page;
pub(crate) mod operation;
pub(crate) mod origin;
#[cfg(feature = "full-openapi")]
pub(crate) mod parameters;
pub(crate) mod payload;
pub(crate) mod query;
pub mod secret;
#[cfg(feature = "full-openapi")]
mod selection;
#[cfg(feature = "full-openapi")]
mod xml;

use std::fmt::{self, Display};
use std::time::Duration;

use api_keys_core::SecretKey;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use serde::Serialize;
use smallvec::SmallVec;

use self::encoding::encode;
use self::operation::Operation;
use self::payload::Payload;

/// A request for an operation.
///
/// Building never fails. An invalid value is recorded, and the call returns an error before a request is sent.
#[must_use = "a request does nothing until a client sends it"]
pub struct Request {
    pub(crate) operation: &'static Operation,
    /// Most paths have at most one. An empty value omits its segment.
    pub(crate) path_parameters: SmallVec<[(&'static str, String); 1]>,
    pub(crate) query: String,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Option<Payload>,
    pub(crate) secrets: Vec<SecretKey>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) server: Option<&'static str>,
    pub(crate) security: Option<&'static [&'static [&'static str]]>,
    /// A path and a query from the server, instead of those of the operation.
    pub(crate) link: Option<String>,
    pub(crate) problem: Option<String>,
}

impl Request {
    /// Creates a request without parameters and body.
    pub fn new(operation: &'static Operation) -> Self {
        Self {
            operation,
            path_parameters: SmallVec::new(),
            query: String::new(),
            headers: Vec::new(),
            body: None,
            secrets: Vec::new(),
            timeout: None,
            server: None,
            security: None,
            link: None,
            problem: None,
        }
    }

    /// Sets a path parameter, which is encoded as one segment.
    ///
    /// Values that a URL cannot contain as a segment (empty, `.` and `..`) are invalid, and so are control characters,
    /// which URL parsers silently remove: each would address another resource.
    pub fn path_parameter(mut self, name: &'static str, value: impl Display) -> Self {
        let mut encoded = String::new();
        let has_control = encode(value, &mut encoded);
        let problem = match encoded.as_str() {
            "" => "is empty",
            "." | ".." => "is a relative path",
            _ if has_control => "contains a control character",
            _ => {
                self.path_parameters.push((name, encoded));
                return self;
            }
        };
        self.with_problem(format!("path parameter `{name}` {problem}"))
    }

    /// Sets an optional path parameter. Without a value, its segment is omitted.
    pub fn path_parameter_opt(mut self, name: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.path_parameter(name, value),
            None => {
                self.path_parameters.push((name, String::new()));
                self
            }
        }
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: &str, value: impl Display) -> Self {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        encode(name, &mut self.query);
        self.query.push('=');
        encode(value, &mut self.query);
        self
    }

    /// Adds an optional query parameter.
    pub fn query_opt(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Adds a query parameter for each value (`style: form`, `explode: true`).
    pub fn query_all(self, name: &str, values: impl IntoIterator<Item: Display>) -> Self {
        values.into_iter().fold(self, |request, value| request.query(name, value))
    }

    /// Sets a header. It replaces the client's header of the same name.
    pub fn header(mut self, name: &'static str, value: impl Display) -> Self {
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::try_from(value.to_string())) {
            (Ok(name), Ok(value)) => {
                self.headers.push((name, value));
                self
            }
            _ => self.with_problem(format!("header `{name}` contains a control character")),
        }
    }

    /// Sets an optional header.
    pub fn header_opt(self, name: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.header(name, value),
            None => self,
        }
    }

    /// Sets a JSON body.
    pub fn body_json<T: Serialize + ?Sized>(mut self, body: &T) -> Self {
        self.secrets.extend(secret::secrets_in(body));
        match serde_json::to_vec(body) {
            Ok(json) => {
                self.headers.push((CONTENT_TYPE, HeaderValue::from_static("application/json")));
                self.body = Some(Payload::Whole(json.into()));
                self
            }
            // The source may quote the value.
            Err(_) => self.with_problem("failed to serialize the body as JSON".to_owned()),
        }
    }

    /// Sets an optional JSON body.
    pub fn body_json_opt<T: Serialize + ?Sized>(self, body: Option<&T>) -> Self {
        match body {
            Some(body) => self.body_json(body),
            None => self,
        }
    }

    /// Sets the timeout for the call, including retries, instead of the client's.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Records the first problem. Later ones are often consequences.
    pub(crate) fn with_problem(mut self, problem: String) -> Self {
        self.problem.get_or_insert(problem);
        self
    }
}

/// Prints the operation only: parameters may contain personal data, and bodies secrets.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("operation", &self.operation.id).finish_non_exhaustive()
    }
}
