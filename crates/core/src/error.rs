//! What went wrong, and whether the vendor may have acted all the same.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use http::HeaderMap;

use crate::{Operation, SecretBytes};

mod build;
mod kind;

pub use kind::{Effect, ErrorKind};

/// The result of every provider call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One thing that the vendor found wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Violation {
    /// Where, in the vendor's words: `body.name`, `/data/attributes/name`. Empty when the vendor does not say.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl Violation {
    /// A violation at a place.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

/// Why a provider call failed.
///
/// `Display` is one line that names the vendor, the operation, what the vendor said and what may be done; it
/// neither repeats [`source`](StdError::source) nor holds a secret. Programs look at [`kind`](Self::kind) and
/// [`effect`](Self::effect).
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    vendor: &'static str,
    operation: Option<Operation>,
    message: Option<String>,
    effect: Effect,
    status: Option<u16>,
    vendor_code: Option<String>,
    vendor_message: Option<String>,
    violations: Vec<Violation>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    attempts: u32,
    headers: HeaderMap,
    body: Option<SecretBytes>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What callers ask.
impl Error {
    /// The kind of failure.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the vendor may have acted all the same.
    pub fn effect(&self) -> Effect {
        self.0.effect
    }

    /// The short name of the provider that failed.
    pub fn vendor(&self) -> &'static str {
        self.0.vendor
    }

    /// The operation that failed; `None` while the provider was being set up.
    pub fn operation(&self) -> Option<Operation> {
        self.0.operation
    }

    /// This library's own words on what is wrong, if it has any beyond the kind.
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The HTTP status of the last answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The vendor's own error code, such as better-auth's `KEY_NOT_FOUND`.
    pub fn vendor_code(&self) -> Option<&str> {
        self.0.vendor_code.as_deref()
    }

    /// The vendor's own words. Untrusted text: show it, never parse it.
    pub fn vendor_message(&self) -> Option<&str> {
        self.0.vendor_message.as_deref()
    }

    /// What the vendor found wrong with the request, item by item.
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// The id under which the vendor logged the request; quote it to the vendor's support.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How long the vendor asked to wait before the next request.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How many times the request was sent; 0 when nothing was.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The headers of the last answer; empty when there was none.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The body of the last answer. With [`Effect::Applied`] it may hold the secret of a key that was minted.
    pub fn body(&self) -> Option<&SecretBytes> {
        self.0.body.as_ref()
    }

    /// Whether the same call may succeed later *and* is safe to repeat: nothing happened at the vendor, and the
    /// cause passes by itself.
    pub fn is_retryable(&self) -> bool {
        self.0.effect == Effect::NotApplied
            && matches!(
                self.0.kind,
                ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Timeout | ErrorKind::Transport
            )
    }

    /// Whether this says that there is no such key.
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }

    /// What to do next, in one clause; empty where nothing general can be said.
    pub fn advice(&self) -> &'static str {
        use ErrorKind as K;
        let mints = matches!(self.0.operation, Some(Operation::Create | Operation::Rotate));
        match (self.0.effect, self.0.kind) {
            (Effect::Applied, _) if mints => {
                "a secret was minted: rescue it from the kept body or revoke the key"
            }
            (Effect::Applied, _) => "the vendor acted: do not repeat the call, read the key's state",
            (Effect::Unknown, _) if self.0.operation == Some(Operation::Create) => {
                "a key may exist: look for it with `orphans` and revoke it before creating again"
            }
            (Effect::Unknown, _) if self.0.operation == Some(Operation::Rotate) => {
                "the old secret may be dead: rotate again, the last answer holds"
            }
            (Effect::Unknown, _) => "the vendor may have acted: repeating the call is safe",
            (Effect::NotApplied, K::Unsupported | K::UnsupportedField) => {
                "`capabilities()` tells beforehand; nothing was sent"
            }
            (Effect::NotApplied, K::Unauthenticated) => "check the credential",
            (Effect::NotApplied, K::PermissionDenied) => "check what the credential may do",
            (Effect::NotApplied, K::LimitReached) => "revoke a key that is no longer needed",
            (Effect::NotApplied, K::RateLimited | K::Unavailable | K::Timeout | K::Transport) => {
                "try again later"
            }
            (Effect::NotApplied, _) => "",
        }
    }

    fn line(&self) -> String {
        use fmt::Write as _;
        let inner = &*self.0;
        let mut line = String::from(inner.vendor);
        if let Some(operation) = inner.operation {
            let _ = write!(line, ": {operation}");
        }
        line.push_str(": ");
        // Our own words quote paths and names, which may hold anything.
        line.extend(inner.message.as_deref().unwrap_or(inner.kind.summary()).chars().map(in_line));
        let said = inner.vendor_message.is_some() || inner.vendor_code.is_some() || inner.status.is_some();
        if said {
            line.push_str(" (the vendor said");
            if let Some(status) = inner.status {
                let _ = write!(line, " {status}");
            }
            if let Some(code) = &inner.vendor_code {
                let _ = write!(line, " {}", one_line(code));
            }
            if let Some(message) = &inner.vendor_message {
                let _ = write!(line, " \"{}\"", one_line(message));
            }
            line.push(')');
        }
        for Violation { path, message } in &inner.violations {
            let _ = write!(line, "; {}", one_line(path));
            if !path.is_empty() {
                line.push_str(": ");
            }
            line.push_str(&one_line(message));
        }
        if let Some(id) = &inner.request_id {
            let _ = write!(line, "; request {}", one_line(id));
        }
        if inner.attempts > 1 {
            let _ = write!(line, "; {} attempts", inner.attempts);
        }
        if let Some(wait) = inner.retry_after {
            let _ = write!(line, "; retry after {} s", wait.as_secs_f64().ceil());
        }
        if inner.effect != Effect::NotApplied {
            let _ = write!(line, "; effect {}", inner.effect);
        }
        let advice = self.advice();
        if !advice.is_empty() {
            let _ = write!(line, "; {advice}");
        }
        line
    }
}

/// Vendor text may be long and of several lines; an error is one line.
fn one_line(text: &str) -> String {
    const MOST: usize = 300;
    let mut line = text.chars().map(in_line).take(MOST).collect::<String>().trim().to_owned();
    if text.chars().nth(MOST).is_some() {
        line.push('…');
    }
    line
}

/// A space in the place of what would end the line or drive a terminal.
fn in_line(c: char) -> char {
    if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.line())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("vendor", &inner.vendor)
            .field("operation", &inner.operation)
            .field("message", &inner.message)
            .field("effect", &inner.effect)
            .field("status", &inner.status)
            .field("vendor_code", &inner.vendor_code)
            .field("vendor_message", &inner.vendor_message)
            .field("violations", &inner.violations)
            .field("request_id", &inner.request_id)
            .field("retry_after", &inner.retry_after)
            .field("attempts", &inner.attempts)
            // Header values may hold session tokens, so only the names are shown.
            .field("headers", &inner.headers.keys().collect::<Vec<_>>())
            .field("body", &inner.body)
            .field("source", &inner.source)
            .finish()
    }
}
