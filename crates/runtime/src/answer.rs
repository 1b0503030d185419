//! An answer that reports success, on its way to being decoded.

use api_keys_core::SecretBytes;
use bytes::Bytes;

use crate::json::DecodeFailure;
use crate::trace::Span;
use crate::{Fault, FaultKind, Operation, Outcome, Response, RetryPolicy, decide};

/// A success whose body is still bytes. The span of the call stays open until it has been decoded.
pub(crate) struct Answer {
    operation: &'static Operation,
    response: Response<Bytes>,
    span: Span,
}

impl Answer {
    pub(crate) fn new(operation: &'static Operation, response: Response<Bytes>, span: Span) -> Self {
        Self { operation, response, span }
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.response.body.trim_ascii().is_empty()
    }

    pub(crate) fn into_response(self) -> Response<Bytes> {
        self.response
    }

    pub(crate) fn decode<T>(
        self,
        decode: impl FnOnce(&[u8]) -> Result<T, DecodeFailure>,
    ) -> Result<Response<T>, Box<Fault>> {
        match decode(&self.response.body) {
            Ok(body) => Ok(self.response.map(|_| body)),
            Err(failure) => Err(self.into_fault(failure.into())),
        }
    }

    /// The vendor acted, but its answer is of no use. The body is kept: it may hold a secret that nobody else has.
    pub(crate) fn into_fault(self, kind: FaultKind) -> Box<Fault> {
        let Response { status, headers, attempts, body } = self.response;
        let mut fault = Box::new(Fault::new(self.operation, kind));
        fault.effect =
            decide(self.operation.class, &RetryPolicy::never(), attempts, Outcome::Unreadable).effect;
        fault.attempts = attempts;
        fault.status = Some(status);
        fault.headers = headers;
        fault.body = SecretBytes::new(body);
        self.span.failed(&fault);
        fault
    }
}
