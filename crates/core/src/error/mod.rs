//! Errors, and their effect at the vendor.

mod build;
pub(crate) mod kind;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use serde::Deserialize;

use self::kind::{Effect, ErrorKind};
use crate::capabilities::operation::Operation;
use crate::types::key::KeyId;
use crate::types::secret::{SecretBytes, SecretKey};

/// A result with [`Error`] as the default error type.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A validation error reported by the vendor.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Violation {
    /// The location as reported by the vendor, such as `body.name`. Empty if it is not reported.
    pub path: String,
    /// The message.
    pub message: String,
}

impl Violation {
    /// Creates a violation.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

/// An error of a provider call.
///
/// `Display` is one line with the vendor, the operation, the failure and the vendor's message. It contains neither
/// [`help`](Self::help) nor the text of [`source`](StdError::source), and never a secret. Programs use
/// [`kind`](Self::kind) and [`effect`](Self::effect).
///
/// ```
/// use api_keys_core::{Effect, Error, ErrorKind};
///
/// fn report(error: &Error) {
///     match (error.kind(), error.effect()) {
///         (ErrorKind::RateLimited, _) => eprintln!("retry after {:?}", error.retry_after()),
///         (_, Effect::NotApplied) => eprintln!("{error}"),
///         _ => eprintln!("the vendor may have acted: {error}"),
///     }
///     if let Some(help) = error.help() {
///         eprintln!("help: {help}");
///     }
/// }
/// ```
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
    body: Option<SecretBytes>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Returns the kind of failure.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns whether the vendor may have acted.
    pub fn effect(&self) -> Effect {
        self.0.effect
    }

    /// Returns the short name of the vendor.
    pub fn vendor(&self) -> &'static str {
        self.0.vendor
    }

    /// Returns the operation, or `None` if the provider could not be built.
    pub fn operation(&self) -> Option<Operation> {
        self.0.operation
    }

    /// Returns this library's description of the failure, if there is one in addition to the kind.
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// Returns the HTTP status of the last response.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Returns the vendor's error code, such as `KEY_NOT_FOUND`.
    pub fn vendor_code(&self) -> Option<&str> {
        self.0.vendor_code.as_deref()
    }

    /// Returns the vendor's message. Untrusted text: display it, do not parse it.
    pub fn vendor_message(&self) -> Option<&str> {
        self.0.vendor_message.as_deref()
    }

    /// Returns the vendor's validation errors.
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// Returns the vendor's id of the request, for support inquiries.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Returns the delay that the vendor requests before the next request.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns the number of attempts; 0 if no request was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns the body of the last response. With [`Effect::Applied`] it may contain the secret of a new key.
    pub fn body(&self) -> Option<&SecretBytes> {
        self.0.body.as_ref()
    }

    /// Returns the id of a key that was created with other fields than requested, with [`Effect::Applied`]. Its secret
    /// is in the [body](Self::body).
    pub fn issued_key_id(&self) -> Option<KeyId> {
        #[derive(Deserialize)]
        struct Body {
            id: KeyId,
            #[serde(rename = "secret")]
            _secret: SecretKey,
        }
        let body = self.body().filter(|_| self.effect() == Effect::Applied)?;
        serde_json::from_slice(body.expose()).ok().map(|body: Body| body.id)
    }

    /// Returns whether the call is safe to repeat and may succeed later: the vendor did not act, and the failure is
    /// transient.
    pub fn is_retryable(&self) -> bool {
        self.0.effect == Effect::NotApplied
            && matches!(
                self.0.kind,
                ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Timeout | ErrorKind::Transport
            )
    }

    /// Returns whether the key does not exist.
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }

    /// Returns advice for a person, where there is any.
    pub fn help(&self) -> Option<&'static str> {
        use ErrorKind as K;
        let issues_secret = matches!(self.0.operation, Some(Operation::Create | Operation::Rotate));
        Some(match (self.0.effect, self.0.kind) {
            (Effect::Applied, _) if issues_secret => {
                "a secret was issued: recover it from the response body, or revoke the key"
            }
            (Effect::Applied, _) => {
                "the vendor applied the change: read the key instead of repeating the call"
            }
            (Effect::Unknown, _) if self.0.operation == Some(Operation::Create) => {
                "the key may exist: find it with `orphans` and revoke it before creating another one"
            }
            (Effect::Unknown, _) if self.0.operation == Some(Operation::Rotate) => {
                "the previous secret may be invalid: rotate again"
            }
            (Effect::Unknown, _) => "the vendor may have acted: repeating the call is safe",
            (Effect::NotApplied, K::Unsupported | K::UnsupportedField) => {
                "`capabilities()` lists the supported operations and fields"
            }
            (Effect::NotApplied, K::Unauthenticated) => "check the credential",
            (Effect::NotApplied, K::PermissionDenied) => "check the permissions of the credential",
            (Effect::NotApplied, K::LimitReached) => "revoke keys that are no longer needed",
            (Effect::NotApplied, K::RateLimited | K::Unavailable | K::Timeout | K::Transport) => {
                "try again later"
            }
            (Effect::NotApplied, _) => return None,
        })
    }

    fn line(&self) -> String {
        use fmt::Write as _;
        let inner = &*self.0;
        let mut line = match (inner.kind, inner.operation) {
            (ErrorKind::Unsupported, Some(operation)) if inner.message.is_none() => {
                format!("{} does not support `{operation}`", inner.vendor)
            }
            (kind, operation) => {
                let operation = operation.map(|operation| format!("{operation}: ")).unwrap_or_default();
                let message = inner.message.as_deref().unwrap_or(kind.summary());
                // Messages quote paths and names, which may contain any character.
                let message: String = message.chars().map(printable).collect();
                format!("{}: {operation}{message}", inner.vendor)
            }
        };
        let vendor = [
            inner.status.map(|status| status.to_string()),
            inner.vendor_code.as_deref().map(one_line),
            inner.vendor_message.as_deref().map(|message| format!("\"{}\"", one_line(message))),
        ];
        let vendor = vendor.into_iter().flatten().collect::<Vec<_>>().join(" ");
        if !vendor.is_empty() {
            let _ = write!(line, " (response: {vendor})");
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
        line
    }
}

/// Shortens vendor text to one line.
fn one_line(text: &str) -> String {
    const MAX_CHARS: usize = 300;
    let mut line = text.chars().map(printable).take(MAX_CHARS).collect::<String>().trim().to_owned();
    if text.chars().nth(MAX_CHARS).is_some() {
        line.push('…');
    }
    line
}

/// Replaces characters that break the line, control a terminal, are invisible, or change the direction of the text around
/// them, by a space.
fn printable(c: char) -> char {
    let deceptive = c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}');
    if deceptive { ' ' } else { c }
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
            .field("body", &inner.body)
            .field("source", &inner.source)
            .finish()
    }
}
