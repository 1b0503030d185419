//! The error of a call.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};
use std::marker::PhantomData;
use std::time::Duration;

use api_keys_core::{Effect, ErrorKind, SecretBytes, Violation};
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::client::retry::{Outcome, RetryPolicy, decide};
use crate::request::operation::{Operation, OperationClass};
use crate::response::json::{self, DecodeFailure};
use crate::response::{ResponseMeta, request_id};
use crate::transport::error::TransportErrorKind;

/// The documented error responses of an operation. Implemented by generated code.
pub trait DocumentedError: Sized {
    /// Decodes the body of an error response, if the status is documented and the body matches the document.
    fn decode(status: u16, body: &[u8]) -> Option<Self>;
}

/// For operations without documented errors.
impl DocumentedError for () {
    fn decode(_status: u16, _body: &[u8]) -> Option<Self> {
        None
    }
}

/// The error of a call to an operation with the documented errors `E`.
///
/// `Display` is one line that contains neither the request nor the response.
pub struct Error<E = ()> {
    failure: Box<Failure>,
    documented: PhantomData<fn() -> E>,
}

/// The part of an [`Error`] that does not depend on the operation.
pub(crate) struct Failure {
    pub(crate) operation: &'static Operation,
    pub(crate) kind: FailureKind,
    pub(crate) effect: Effect,
    pub(crate) attempts: u32,
    pub(crate) status: Option<StatusCode>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: SecretBytes,
    pub(crate) retry_after: Option<Duration>,
    /// The cause of a transport error, whose own text is that of the kind.
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kind of an [`Error`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// The request is invalid. It was not sent.
    InvalidRequest(String),
    /// The response has a 4xx or 5xx status.
    Status,
    /// The response is a redirect, which is never followed.
    Redirect {
        /// The target's origin, if it differs. The path is omitted because it may contain a secret.
        origin: Option<String>,
    },
    /// The response is an HTML page with a success status: the API is not at this address.
    WebPage,
    /// The response reports success, but its body does not match the OpenAPI document.
    Decode {
        /// The path in the body, such as `data[0].created_at`.
        path: String,
        /// The line, starting at 1.
        line: usize,
        /// The column, starting at 1.
        column: usize,
        /// The category of the error.
        category: Category,
        /// What is wrong, such as `a member occurs twice`, where the category does not tell.
        detail: Option<&'static str>,
    },
    /// The response reports success, but its body has an encoding that the request does not accept.
    ContentEncoding {
        /// The encoding, such as `gzip`.
        encoding: String,
    },
    /// The response reports success, but its body has another format than the expected stream.
    MediaType,
    /// The response reports success without the documented body.
    EmptyBody,
    /// The response reports success with a body that exceeds the limit.
    BodyTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The link to the next page of a listing is not followed.
    NextLink {
        /// The target's origin, if it differs. `None` if the link is invalid. The path is omitted because it may contain
        /// a secret.
        origin: Option<String>,
    },
    /// The next page of a listing is one that was requested before.
    PaginationLoop,
    /// The connection could not be established.
    Connect,
    /// The response did not arrive in time.
    Timeout,
    /// The connection broke.
    Transport,
}

/// Details of an error response, extracted by the provider that knows the format of the body.
#[derive(Debug, Clone, Default)]
pub struct ErrorDetails {
    /// The vendor's error code.
    pub code: Option<String>,
    /// The vendor's message.
    pub message: Option<String>,
    /// The vendor's validation errors.
    pub violations: Vec<Violation>,
    /// The kind of failure, where it does not follow from the status.
    pub kind: Option<ErrorKind>,
    /// The requested delay, where it is in the body and not in a header.
    pub retry_after: Option<Duration>,
}

impl<E> Error<E> {
    /// Returns the kind of failure.
    pub fn kind(&self) -> &FailureKind {
        &self.failure.kind
    }

    /// Returns the effect at the vendor, over all attempts.
    pub fn effect(&self) -> Effect {
        self.failure.effect
    }

    /// Returns the operation.
    pub fn operation(&self) -> &'static Operation {
        self.failure.operation
    }

    /// Returns the number of attempts; 0 if no request was sent.
    pub fn attempts(&self) -> u32 {
        self.failure.attempts
    }

    /// Returns the status of the last response.
    pub fn status(&self) -> Option<StatusCode> {
        self.failure.status
    }

    /// Returns the headers of the last response.
    pub fn headers(&self) -> &HeaderMap {
        &self.failure.headers
    }

    /// Returns the body of the last response, as far as it was read. After a success it may contain a new secret. In
    /// error bodies, secrets of the request are redacted; encoded ones, in which they cannot be found, are omitted.
    pub fn body(&self) -> &SecretBytes {
        &self.failure.body
    }

    /// Returns the vendor's id of the request.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.failure.headers)
    }

    /// Returns the delay that the vendor requests.
    pub fn retry_after(&self) -> Option<Duration> {
        self.failure.retry_after
    }

    /// Removes the type of the documented errors.
    pub fn erase(self) -> Error {
        self.failure.into()
    }

    /// Decodes the body as JSON, if it matches the type.
    pub fn body_as<T: DeserializeOwned>(&self) -> Option<T> {
        json::decode_json(self.body().expose())
    }

    /// Returns whether the vendor is known to have applied the change although the call failed: it reported success
    /// with a body that could not be decoded, or the key no longer exists after an earlier attempt that may have
    /// removed it.
    pub fn is_acknowledged(&self) -> bool {
        self.failure.status.is_some_and(|status| match status {
            StatusCode::NOT_FOUND | StatusCode::GONE => self.failure.effect != Effect::NotApplied,
            other => other.is_success() && self.failure.kind != FailureKind::WebPage,
        })
    }

    /// Converts this error to that of the provider interface.
    pub fn into_error(
        self,
        vendor: &'static str,
        operation: api_keys_core::Operation,
        details: ErrorDetails,
    ) -> api_keys_core::Error {
        let failure = *self.failure;
        let kind = details.kind.unwrap_or_else(|| failure.error_kind());
        let mut error = api_keys_core::Error::new(kind, vendor, operation)
            .with_effect(failure.effect)
            .with_attempts(failure.attempts)
            .with_violations(details.violations);
        if failure.kind != FailureKind::Status {
            error = error.with_message(failure.message());
        }
        if let Some(id) = request_id(&failure.headers) {
            error = error.with_request_id(id);
        }
        if let Some(status) = failure.status {
            error = error.with_status(status.as_u16()).with_body(failure.body);
        }
        if let Some(code) = details.code {
            error = error.with_vendor_code(code);
        }
        if let Some(message) = details.message {
            error = error.with_vendor_message(message);
        }
        if let Some(delay) = failure.retry_after.or(details.retry_after) {
            error = error.with_retry_after(delay);
        }
        if let Some(source) = failure.source {
            error = error.with_source(source);
        }
        error
    }
}

impl<E: DocumentedError> Error<E> {
    /// Decodes the body as the documented error of its status. Returns `None` for any other failure.
    pub fn documented(&self) -> Option<E> {
        match (self.kind(), self.status()) {
            (FailureKind::Status, Some(status)) => E::decode(status.as_u16(), self.body().expose()),
            _ => None,
        }
    }
}

impl Failure {
    pub(crate) fn new(operation: &'static Operation, kind: FailureKind) -> Self {
        Self {
            operation,
            kind,
            effect: Effect::NotApplied,
            attempts: 0,
            status: None,
            headers: HeaderMap::new(),
            body: SecretBytes::default(),
            retry_after: None,
            source: None,
        }
    }

    /// Creates the failure of a call whose response reported success. The effect is that of the operation.
    pub(crate) fn after_success(
        operation: &'static Operation,
        kind: FailureKind,
        meta: ResponseMeta,
    ) -> Box<Self> {
        let ResponseMeta { status, headers, attempts } = meta;
        let mut failure = Self::new(operation, kind);
        failure.status = Some(status);
        failure.headers = headers;
        failure.attempts = attempts;
        failure.effect = decide(operation.class, &RetryPolicy::never(), attempts, failure.outcome()).effect;
        Box::new(failure)
    }

    fn error_kind(&self) -> ErrorKind {
        match (&self.kind, self.status.map_or(0, |status| status.as_u16())) {
            (FailureKind::InvalidRequest(_), _) => ErrorKind::InvalidInput,
            (FailureKind::Redirect { .. }, _) => ErrorKind::Configuration,
            (FailureKind::Connect | FailureKind::Transport, _) => ErrorKind::Transport,
            (FailureKind::Timeout, _) => ErrorKind::Timeout,
            (FailureKind::Status, 400 | 405 | 406 | 411 | 413..=415 | 422 | 431) => ErrorKind::InvalidInput,
            (FailureKind::Status, 401 | 407) => ErrorKind::Unauthenticated,
            (FailureKind::Status, 402) => ErrorKind::LimitReached,
            (FailureKind::Status, 403) => ErrorKind::PermissionDenied,
            (FailureKind::Status, 404 | 410) => ErrorKind::NotFound,
            (FailureKind::Status, 408) => ErrorKind::Timeout,
            (FailureKind::Status, 409 | 412 | 423 | 428) => ErrorKind::Conflict,
            (FailureKind::Status, 429) => ErrorKind::RateLimited,
            (FailureKind::Status, 425 | 500..=599) => ErrorKind::Unavailable,
            (
                FailureKind::Status
                | FailureKind::WebPage
                | FailureKind::Decode { .. }
                | FailureKind::ContentEncoding { .. }
                | FailureKind::MediaType
                | FailureKind::EmptyBody
                | FailureKind::BodyTooLarge { .. }
                | FailureKind::NextLink { .. }
                | FailureKind::PaginationLoop,
                _,
            ) => ErrorKind::UnexpectedResponse,
        }
    }

    /// Returns the outcome of the attempt for the retry decision.
    pub(crate) fn outcome(&self) -> Outcome {
        match (&self.kind, self.status) {
            (FailureKind::Connect | FailureKind::InvalidRequest(_), _) => Outcome::NotSent,
            (FailureKind::Timeout | FailureKind::Transport, None) => Outcome::NoResponse,
            (FailureKind::Timeout | FailureKind::Transport, Some(_)) => Outcome::Incomplete,
            (FailureKind::Status | FailureKind::Redirect { .. }, Some(status)) => {
                Outcome::Status { status, retry_after: self.retry_after }
            }
            (FailureKind::WebPage, _) => Outcome::WebPage,
            _ => Outcome::Undecodable,
        }
    }

    /// Returns a description of the failure.
    fn message(&self) -> String {
        match &self.kind {
            FailureKind::InvalidRequest(problem) => problem.clone(),
            FailureKind::Status => match self.status {
                Some(status) => format!("status {status}"),
                None => "error status".to_owned(),
            },
            FailureKind::Redirect { origin: Some(origin) } => {
                format!("redirected to {origin}; redirects are not followed")
            }
            FailureKind::Redirect { origin: None } => {
                "redirected to another path; redirects are not followed".to_owned()
            }
            FailureKind::WebPage => "the response is a web page".to_owned(),
            FailureKind::Decode { path, line, column, category, detail } => {
                let problem = match category {
                    Category::Eof => "the response body is truncated",
                    Category::Syntax | Category::Io => "the response body is malformed",
                    Category::Data => "the response body does not match the OpenAPI document",
                };
                let detail = detail.map(|detail| format!(": {detail}")).unwrap_or_default();
                format!("{problem}{detail} at `{path}` (line {line}, column {column})")
            }
            FailureKind::ContentEncoding { encoding } => format!("unexpected content encoding `{encoding}`"),
            FailureKind::MediaType => "unexpected media type".to_owned(),
            FailureKind::EmptyBody => "the response has no body".to_owned(),
            FailureKind::BodyTooLarge { limit } => format!("the response body exceeds {limit} bytes"),
            FailureKind::NextLink { origin: Some(origin) } => {
                format!("the next page is at another origin, {origin}")
            }
            FailureKind::NextLink { origin: None } => "the link to the next page is invalid".to_owned(),
            FailureKind::PaginationLoop => "pagination did not terminate: a page repeats".to_owned(),
            FailureKind::Connect => TransportErrorKind::Connect.to_string(),
            FailureKind::Timeout => TransportErrorKind::Timeout.to_string(),
            FailureKind::Transport => TransportErrorKind::Io.to_string(),
        }
    }
}

impl FailureKind {
    /// Returns the snake-case name.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::Status => "status",
            Self::Redirect { .. } => "redirect",
            Self::WebPage => "web_page",
            Self::Decode { .. } => "decode",
            Self::ContentEncoding { .. } => "content_encoding",
            Self::MediaType => "media_type",
            Self::EmptyBody => "empty_body",
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::NextLink { .. } => "next_link",
            Self::PaginationLoop => "pagination_loop",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Transport => "transport",
        }
    }
}

impl From<DecodeFailure> for FailureKind {
    fn from(failure: DecodeFailure) -> Self {
        let DecodeFailure { path, line, column, category, detail } = failure;
        Self::Decode { path, line, column, category, detail }
    }
}

impl From<TransportErrorKind> for FailureKind {
    fn from(kind: TransportErrorKind) -> Self {
        match kind {
            TransportErrorKind::Connect => Self::Connect,
            TransportErrorKind::Timeout => Self::Timeout,
            TransportErrorKind::Io => Self::Transport,
        }
    }
}

impl<E> From<Box<Failure>> for Error<E> {
    fn from(failure: Box<Failure>) -> Self {
        Self { failure, documented: PhantomData }
    }
}

impl<E> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = format!("{}: {}", self.operation().id, self.failure.message());
        if let Some(id) = self.request_id() {
            let _ = write!(line, "; request {id}");
        }
        if self.attempts() > 1 {
            let _ = write!(line, "; {} attempts", self.attempts());
        }
        if self.operation().class != OperationClass::Safe && self.effect() != Effect::NotApplied {
            let _ = write!(line, "; effect {}", self.effect());
        }
        f.write_str(&line)
    }
}

/// Prints the names of headers without their values, and the length of the body.
impl<E> fmt::Debug for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("operation", &self.operation().id)
            .field("kind", self.kind())
            .field("effect", &self.effect())
            .field("attempts", &self.attempts())
            .field("status", &self.status())
            .field("headers", &self.headers().keys().collect::<Vec<_>>())
            .field("body", self.body())
            .field("request_id", &self.request_id())
            .field("retry_after", &self.retry_after())
            .field("source", &self.failure.source)
            .finish()
    }
}

impl<E> StdError for Error<E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.failure.source.as_deref().map(|source| source as _)
    }
}
