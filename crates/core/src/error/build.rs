//! Construction of errors.

use std::error::Error as StdError;
use std::time::Duration;

use super::kind::{Effect, ErrorKind};
use super::{Error, Inner, Violation};
use crate::capabilities::field::Field;
use crate::capabilities::operation::Operation;
use crate::types::secret::SecretBytes;

/// For authors of providers.
impl Error {
    /// Creates an error with [`Effect::NotApplied`] and no attempts.
    pub fn new(kind: ErrorKind, vendor: &'static str, operation: Operation) -> Self {
        Self::with(kind, vendor, Some(operation))
    }

    /// Creates an error for a provider that cannot be built.
    pub fn configuration(vendor: &'static str, message: impl Into<String>) -> Self {
        Self::with(ErrorKind::Configuration, vendor, None).with_message(message)
    }

    /// Creates an error for an unsupported operation.
    pub fn unsupported(vendor: &'static str, operation: Operation) -> Self {
        Self::new(ErrorKind::Unsupported, vendor, operation)
    }

    /// Creates an error for an unsupported field.
    pub fn unsupported_field(vendor: &'static str, operation: Operation, field: Field) -> Self {
        Self::new(ErrorKind::UnsupportedField, vendor, operation)
            .with_message(format!("the field `{field}` is not supported"))
    }

    /// Creates an error for an invalid value.
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
            body: None,
            source: None,
        }))
    }

    /// Sets the message, which must not contain a secret.
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = Some(message.into());
        self
    }

    /// Sets the effect.
    pub fn with_effect(mut self, effect: Effect) -> Self {
        self.0.effect = effect;
        self
    }

    /// Sets the HTTP status of the last response.
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Sets the vendor's error code.
    pub fn with_vendor_code(mut self, code: impl Into<String>) -> Self {
        self.0.vendor_code = Some(code.into());
        self
    }

    /// Sets the vendor's message, which must have been redacted.
    pub fn with_vendor_message(mut self, message: impl Into<String>) -> Self {
        self.0.vendor_message = Some(message.into());
        self
    }

    /// Sets the vendor's validation errors.
    pub fn with_violations(mut self, violations: Vec<Violation>) -> Self {
        self.0.violations = violations;
        self
    }

    /// Sets the vendor's id of the request.
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.0.request_id = Some(id.into());
        self
    }

    /// Sets the requested delay.
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Sets the number of attempts.
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Sets the body of the last response.
    pub fn with_body(mut self, body: SecretBytes) -> Self {
        self.0.body = Some(body);
        self
    }

    /// Sets the cause.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Sets the operation, for an operation that is emulated by another one.
    pub fn with_operation(mut self, operation: Operation) -> Self {
        self.0.operation = Some(operation);
        self
    }
}
