//! Why a call failed, whatever the operation.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};
use std::time::Duration;

use api_keys_core::{self as core, Effect, ErrorKind, SecretBytes, Violation};
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::json::{DecodeFailure, decode_json};
use crate::{Operation, OperationClass, Outcome, TransportErrorKind, response};

/// Why a call failed: everything about it that does not depend on the operation's own error type.
///
/// `Display` is one line in this library's words. It quotes neither the request nor the answer.
pub struct Fault {
    pub(crate) operation: &'static Operation,
    pub(crate) kind: FaultKind,
    pub(crate) effect: Effect,
    pub(crate) attempts: u32,
    pub(crate) status: Option<StatusCode>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: SecretBytes,
    pub(crate) retry_after: Option<Duration>,
    /// The cause of the transport's error, whose own text the kind already says.
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The request cannot be sent as it is. Nothing was sent.
    InvalidRequest(String),
    /// The vendor answered with a 4xx or 5xx status.
    Status,
    /// The vendor answered with a redirect, which is never followed.
    Redirect {
        /// Where to, if it is not the origin that was asked. The path is left out: it may hold anything.
        origin: Option<String>,
    },
    /// The answer is a web page that reports success: whatever is at that address, it is not the API.
    WebPage,
    /// The vendor reported success with a body that is not what its document says.
    Decode {
        /// Where in the body: `data[0].created_at`.
        path: String,
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
        /// Whether it is no JSON, ends early, or has another shape.
        category: Category,
    },
    /// The vendor reported success without the body that its document promises.
    EmptyBody,
    /// The vendor reported success with a body over the limit.
    BodyTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// No connection could be made.
    Connect,
    /// No answer, or no whole one, came in time.
    Timeout,
    /// The connection broke.
    Transport,
}

/// What a vendor said about a failure, taken from its error body by the one who knows its form.
#[derive(Debug, Clone, Default)]
pub struct VendorSaid {
    /// The vendor's error code.
    pub code: Option<String>,
    /// The vendor's message.
    pub message: Option<String>,
    /// What the vendor found wrong, item by item.
    pub violations: Vec<Violation>,
    /// What kind of failure this is, where the status alone does not tell.
    pub kind: Option<ErrorKind>,
}

impl Fault {
    pub(crate) fn new(operation: &'static Operation, kind: FaultKind) -> Self {
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

    /// What went wrong.
    pub fn kind(&self) -> &FaultKind {
        &self.kind
    }

    /// What the vendor may have done, over all attempts.
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// The operation that failed.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// How many times the request was sent; 0 when nothing was.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The status of the last answer, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// The headers of the last answer; empty when there was none.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body of the last answer, as far as it was read. After a success it may hold a new secret. In an error
    /// body, secrets of the request are replaced where the vendor echoes them.
    pub fn body(&self) -> &SecretBytes {
        &self.body
    }

    /// The id under which the vendor logged the request.
    pub fn request_id(&self) -> Option<&str> {
        response::request_id(&self.headers)
    }

    /// How long the vendor asked to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether the vendor surely did what was asked, although the call failed: it reported success with a body that
    /// could not be read, or it no longer knows the key after an earlier attempt that may have removed it.
    ///
    /// For a delete or revoke, whose answer holds nothing of worth, this is success.
    pub fn is_acknowledged(&self) -> bool {
        self.status.is_some_and(|status| match status {
            StatusCode::NOT_FOUND | StatusCode::GONE => self.effect != Effect::NotApplied,
            other => other.is_success() && self.kind != FaultKind::WebPage,
        })
    }

    /// The body decoded as something else than what the document says, where it is that.
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        decode_json(self.body.expose())
    }

    /// The error of the provider interface, with what the vendor said.
    pub fn into_error(
        self,
        vendor: &'static str,
        operation: core::Operation,
        said: VendorSaid,
    ) -> core::Error {
        let kind = said.kind.unwrap_or_else(|| self.error_kind());
        let mut error = core::Error::new(kind, vendor, operation)
            .with_effect(self.effect)
            .with_attempts(self.attempts)
            .with_violations(said.violations);
        if self.kind != FaultKind::Status {
            error = error.with_message(self.explanation());
        }
        if let Some(id) = self.request_id() {
            error = error.with_request_id(id);
        }
        if let Some(status) = self.status {
            error = error.with_status(status.as_u16()).with_body(self.body);
        }
        if let Some(code) = said.code {
            error = error.with_vendor_code(code);
        }
        if let Some(message) = said.message {
            error = error.with_vendor_message(message);
        }
        if let Some(wait) = self.retry_after {
            error = error.with_retry_after(wait);
        }
        if let Some(source) = self.source {
            error = error.with_source(source);
        }
        error
    }

    fn error_kind(&self) -> ErrorKind {
        match (&self.kind, self.status.map_or(0, |status| status.as_u16())) {
            (FaultKind::InvalidRequest(_), _) => ErrorKind::InvalidInput,
            (FaultKind::Redirect { .. }, _) => ErrorKind::Configuration,
            (FaultKind::Connect | FaultKind::Transport, _) => ErrorKind::Transport,
            (FaultKind::Timeout, _) => ErrorKind::Timeout,
            (FaultKind::Status, 400 | 405 | 406 | 411 | 413..=415 | 422 | 431) => ErrorKind::InvalidInput,
            (FaultKind::Status, 401 | 407) => ErrorKind::Unauthenticated,
            (FaultKind::Status, 402) => ErrorKind::LimitReached,
            (FaultKind::Status, 403) => ErrorKind::PermissionDenied,
            (FaultKind::Status, 404 | 410) => ErrorKind::NotFound,
            (FaultKind::Status, 408) => ErrorKind::Timeout,
            (FaultKind::Status, 409 | 412 | 423 | 428) => ErrorKind::Conflict,
            (FaultKind::Status, 429) => ErrorKind::RateLimited,
            (FaultKind::Status, 425 | 500..=599) => ErrorKind::Unavailable,
            (
                FaultKind::Status
                | FaultKind::WebPage
                | FaultKind::Decode { .. }
                | FaultKind::EmptyBody
                | FaultKind::BodyTooLarge { .. },
                _,
            ) => ErrorKind::UnexpectedResponse,
        }
    }

    /// What this attempt came to, for [`decide`](crate::decide).
    pub(crate) fn outcome(&self) -> Outcome {
        match (&self.kind, self.status) {
            (FaultKind::Connect | FaultKind::InvalidRequest(_), _) => Outcome::NotSent,
            (FaultKind::Timeout | FaultKind::Transport, None) => Outcome::NoAnswer,
            (FaultKind::Timeout | FaultKind::Transport, Some(_)) => Outcome::CutShort,
            (FaultKind::Status | FaultKind::Redirect { .. }, Some(status)) => {
                Outcome::Refused { status, retry_after: self.retry_after }
            }
            (FaultKind::WebPage, _) => Outcome::WebPage,
            _ => Outcome::Unreadable,
        }
    }

    /// What went wrong, in this library's words.
    fn explanation(&self) -> String {
        match &self.kind {
            FaultKind::InvalidRequest(problem) => problem.clone(),
            FaultKind::Status => match self.status {
                Some(status) => format!("the server answered {status}"),
                None => "the server refused".to_owned(),
            },
            FaultKind::Redirect { origin: Some(origin) } => format!(
                "the server redirects to {origin}, which is not followed: check the scheme and host of the base URL"
            ),
            FaultKind::Redirect { origin: None } => {
                "the server redirects to another path, which is not followed: \
                 check the path of the base URL and the slash at the end of paths"
                    .to_owned()
            }
            FaultKind::WebPage => {
                "a web page answers, not the API: check the base URL and what is in between".to_owned()
            }
            FaultKind::Decode { path, line, column, category } => {
                let what = match category {
                    Category::Eof => "ends too early",
                    Category::Syntax | Category::Io => "is not JSON",
                    Category::Data => "is not what the document says",
                };
                format!("the answer {what} at `{path}` (line {line}, column {column})")
            }
            FaultKind::EmptyBody => "the answer has no body".to_owned(),
            FaultKind::BodyTooLarge { limit } => format!("the answer is larger than {limit} bytes"),
            FaultKind::Connect => TransportErrorKind::Connect.to_string(),
            FaultKind::Timeout => TransportErrorKind::Timeout.to_string(),
            FaultKind::Transport => TransportErrorKind::Io.to_string(),
        }
    }
}

impl FaultKind {
    /// Snake-case name, for spans.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::Status => "status",
            Self::Redirect { .. } => "redirect",
            Self::WebPage => "web_page",
            Self::Decode { .. } => "decode",
            Self::EmptyBody => "empty_body",
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Transport => "transport",
        }
    }
}

impl From<DecodeFailure> for FaultKind {
    fn from(failure: DecodeFailure) -> Self {
        let DecodeFailure { path, line, column, category } = failure;
        Self::Decode { path, line, column, category }
    }
}

impl From<TransportErrorKind> for FaultKind {
    fn from(kind: TransportErrorKind) -> Self {
        match kind {
            TransportErrorKind::Connect => Self::Connect,
            TransportErrorKind::Timeout => Self::Timeout,
            TransportErrorKind::Io => Self::Transport,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = format!("{}: {}", self.operation.id, self.explanation());
        if let Some(id) = self.request_id() {
            let _ = write!(line, "; request {id}");
        }
        if self.attempts > 1 {
            let _ = write!(line, "; {} attempts", self.attempts);
        }
        if self.operation.class != OperationClass::Safe && self.effect != Effect::NotApplied {
            let _ = write!(line, "; effect {}", self.effect);
        }
        f.write_str(&line)
    }
}

/// Shows the names of headers without their values, and of the body its length.
impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fault")
            .field("operation", &self.operation.id)
            .field("kind", &self.kind)
            .field("effect", &self.effect)
            .field("attempts", &self.attempts)
            .field("status", &self.status)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body", &self.body)
            .field("request_id", &self.request_id())
            .field("retry_after", &self.retry_after)
            .field("source", &self.source)
            .finish()
    }
}

impl StdError for Fault {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
