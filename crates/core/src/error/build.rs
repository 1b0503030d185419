//! How providers build an [`Error`].

use std::error::Error as StdError;
use std::time::Duration;

use http::HeaderMap;

use super::{Effect, Error, ErrorKind, Inner, Violation};
use crate::{Field, Operation, SecretBytes};

/// Constructors, for authors of providers.
impl Error {
    /// An error of this kind; the effect is [`Effect::NotApplied`] and no attempt was made until said otherwise.
    pub fn new(kind: ErrorKind, vendor: &'static str, operation: Operation) -> Self {
        Self::with(kind, vendor, Some(operation))
    }

    /// The provider could not be set up.
    pub fn configuration(vendor: &'static str, message: impl Into<String>) -> Self {
        Self::with(ErrorKind::Configuration, vendor, None).with_message(message)
    }

    /// The vendor has no such operation.
    pub fn unsupported(vendor: &'static str, operation: Operation) -> Self {
        Self::new(ErrorKind::Unsupported, vendor, operation)
    }

    /// The vendor cannot honour this field in this operation.
    pub fn unsupported_field(vendor: &'static str, operation: Operation, field: Field) -> Self {
        Self::new(ErrorKind::UnsupportedField, vendor, operation)
            .with_message(format!("the field `{field}` cannot be honoured"))
    }

    /// A value that cannot be sent.
    pub fn invalid_input(vendor: &'static str, operation: Operation, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidInput, vendor, operation).with_message(message)
    }

    fn with(kind: ErrorKind, vendor: &'static str, operation: Option<Operation>) -> Self {
        Self(Box::new(Inner {
            kind,
            vendor,
            operation,
            message: None,
            effect: Effect::NotApplied,
            status: None,
            vendor_code: None,
            vendor_message: None,
            violations: Vec::new(),
            request_id: None,
            retry_after: None,
            attempts: 0,
            headers: HeaderMap::new(),
            body: None,
            source: None,
        }))
    }

    /// This library's own words on what is wrong. Must not hold a secret.
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = Some(message.into());
        self
    }

    /// Whether the vendor may have acted.
    pub fn with_effect(mut self, effect: Effect) -> Self {
        self.0.effect = effect;
        self
    }

    /// The HTTP status of the last answer.
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// The vendor's own error code.
    pub fn with_vendor_code(mut self, code: impl Into<String>) -> Self {
        self.0.vendor_code = Some(code.into());
        self
    }

    /// The vendor's own words. Must have been scrubbed of secrets.
    pub fn with_vendor_message(mut self, message: impl Into<String>) -> Self {
        self.0.vendor_message = Some(message.into());
        self
    }

    /// What the vendor found wrong, item by item.
    pub fn with_violations(mut self, violations: Vec<Violation>) -> Self {
        self.0.violations = violations;
        self
    }

    /// The id under which the vendor logged the request.
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.0.request_id = Some(id.into());
        self
    }

    /// How long the vendor asks to wait.
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// How many times the request was sent.
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// The headers of the last answer.
    pub fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.0.headers = headers;
        self
    }

    /// The body of the last answer, kept for rescue.
    pub fn with_body(mut self, body: SecretBytes) -> Self {
        self.0.body = Some(body);
        self
    }

    /// The cause below this error.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The same failure seen as part of another operation, as when a `get` is done by listing.
    pub fn during(mut self, operation: Operation) -> Self {
        self.0.operation = Some(operation);
        self
    }
}
