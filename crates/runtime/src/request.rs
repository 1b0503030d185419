//! One request, put together by generated code.

use std::fmt::{self, Display, Write as _};
use std::time::Duration;

use api_keys_core::SecretKey;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use smallvec::SmallVec;

use crate::upload::Upload;
use crate::{Operation, secret};

/// Everything but the unreserved characters of RFC 3986, so that a value can neither end its path segment or query
/// parameter nor be read differently by two parsers.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A request for an operation.
///
/// Building never fails. What is wrong with it is remembered, and the call returns it before anything is sent.
#[must_use = "a request does nothing until a client sends it"]
pub struct Request {
    pub(crate) operation: &'static Operation,
    /// Most paths have one at most.
    pub(crate) path_parameters: SmallVec<[(&'static str, String); 1]>,
    pub(crate) query: String,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Option<Upload>,
    pub(crate) secrets: Vec<SecretKey>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) server: Option<&'static str>,
    pub(crate) security: Option<&'static [&'static [&'static str]]>,
    pub(crate) problem: Option<String>,
}

impl Request {
    /// A request without parameters and body.
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
            problem: None,
        }
    }

    /// Fills in a parameter of the path as exactly one segment.
    ///
    /// Refused are values that a URL cannot carry as a segment (empty, `.` and `..`) and control characters, which
    /// URL parsers drop silently: each would address something else than was asked for.
    pub fn path_parameter(mut self, name: &'static str, value: impl Display) -> Self {
        let mut encoded = String::new();
        let holds_control = encode(value, &mut encoded);
        let problem = match encoded.as_str() {
            "" => "is empty",
            "." | ".." => "is a relative path",
            _ if holds_control => "holds a control character",
            _ => {
                self.path_parameters.push((name, encoded));
                return self;
            }
        };
        self.with_problem(format!("path parameter `{name}` {problem}"))
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

    /// Adds a query parameter if it has a value.
    pub fn query_opt(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Adds a query parameter once for each value (`style: form`, `explode: true`).
    pub fn query_all(self, name: &str, values: impl IntoIterator<Item: Display>) -> Self {
        values.into_iter().fold(self, |request, value| request.query(name, value))
    }

    /// Sets a header, replacing one of the same name that the client sends with every request.
    pub fn header(mut self, name: &'static str, value: impl Display) -> Self {
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::try_from(value.to_string())) {
            (Ok(name), Ok(value)) => {
                self.headers.push((name, value));
                self
            }
            _ => self.with_problem(format!("header `{name}` holds a control character")),
        }
    }

    /// Sets a header if it has a value.
    pub fn header_opt(self, name: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.header(name, value),
            None => self,
        }
    }

    /// Sets the body, as JSON.
    pub fn body_json<T: Serialize + ?Sized>(mut self, body: &T) -> Self {
        let (written, secrets) = secret::collect(|| serde_json::to_vec(body));
        self.secrets.extend(secrets);
        match written {
            Ok(json) => {
                self.headers.push((CONTENT_TYPE, HeaderValue::from_static("application/json")));
                self.body = Some(Upload::Whole(json.into()));
                self
            }
            // The cause may quote the value.
            Err(_) => self.with_problem("the body cannot be written as JSON".to_owned()),
        }
    }

    /// Sets the body, as JSON, if there is one.
    pub fn body_json_opt<T: Serialize + ?Sized>(self, body: Option<&T>) -> Self {
        match body {
            Some(body) => self.body_json(body),
            None => self,
        }
    }

    /// Sends the request to another server than the base URL, as the document has it: an address, or a path at the same
    /// origin. One of another origin must be known to the client; see
    /// [`ClientBuilder::server`](crate::ClientBuilder::server).
    pub fn server(mut self, server: &'static str) -> Self {
        self.server = Some(server);
        self
    }

    /// Sends only the credentials that the operation takes: those of the first alternative of which the client has all,
    /// by the names that [`Authentication::for_scheme`](crate::Authentication::for_scheme) gives them. An alternative
    /// without a name is to send none.
    pub fn security(mut self, alternatives: &'static [&'static [&'static str]]) -> Self {
        self.security = Some(alternatives);
        self
    }

    /// Limits the whole of this call, retries included, instead of the client's total timeout.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Remembers the first problem: later ones often follow from it.
    pub(crate) fn with_problem(mut self, problem: String) -> Self {
        self.problem.get_or_insert(problem);
        self
    }
}

/// Shows the operation only: parameters may name people, and bodies hold secrets.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("operation", &self.operation.id).finish_non_exhaustive()
    }
}

/// Appends a value in percent-encoding. Returns whether it holds a control character.
pub(crate) fn encode(value: impl Display, out: &mut String) -> bool {
    struct Encoder<'a> {
        out: &'a mut String,
        holds_control: bool,
    }

    impl fmt::Write for Encoder<'_> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            // Most values are ids and words, of which nothing is to be encoded.
            if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)) {
                self.out.push_str(text);
            } else {
                self.holds_control |= text.chars().any(char::is_control);
                self.out.extend(utf8_percent_encode(text, RESERVED));
            }
            Ok(())
        }
    }

    let mut encoder = Encoder { out, holds_control: false };
    // `Encoder` never fails; a `Display` that does would be a bug of its own.
    let _ = write!(encoder, "{value}");
    encoder.holds_control
}
