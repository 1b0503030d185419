//! Spans with OpenTelemetry's HTTP attributes: one per call, and within it one per attempt.
//!
//! Fields are recorded individually and do not contain the URL, because a path contains ids and a query may contain
//! names. `url.template` identifies the operation. The vendor's id of a request is recorded without secrets.

use std::time::Duration;

use http::StatusCode;
use tracing::field::{Empty, display};
use tracing::instrument::{Instrument, Instrumented};
use tracing::{debug, info_span};

use crate::error::{Failure, FailureKind};
use crate::request::operation::Operation;
use crate::request::origin::Origin;

#[derive(Debug)]
pub(crate) struct Span(tracing::Span);

impl Span {
    pub(crate) fn call(vendor: &'static str, operation: &Operation) -> Self {
        Self(info_span!(
            "api_keys.call",
            otel.kind = "internal",
            otel.status_code = Empty,
            api_keys.vendor = vendor,
            api_keys.operation = operation.id,
            api_keys.effect = Empty,
            http.response.status_code = Empty,
            error.type = Empty,
        ))
    }

    pub(crate) fn attempt(operation: &Operation, origin: &Origin, attempt: u32) -> Self {
        let span = info_span!(
            "api_keys.attempt",
            otel.name = %format_args!("{} {}", operation.method, operation.path),
            otel.kind = "client",
            otel.status_code = Empty,
            http.request.method = operation.method.as_str(),
            http.request.resend_count = Empty,
            http.response.status_code = Empty,
            url.template = operation.path,
            api_keys.request_id = Empty,
            server.address = origin.host(),
            server.port = origin.port(),
            error.type = Empty,
        );
        if attempt > 1 {
            span.record("http.request.resend_count", attempt - 1);
        }
        Self(span)
    }

    pub(crate) fn within<F>(&self, future: F) -> Instrumented<F> {
        future.instrument(self.0.clone())
    }

    /// Records the vendor's id of the request, which must not contain a secret.
    pub(crate) fn identified(&self, id: &str) {
        self.0.record("api_keys.request_id", id);
    }

    /// Returns whether nothing is recorded.
    pub(crate) fn is_disabled(&self) -> bool {
        self.0.is_disabled()
    }

    pub(crate) fn responded(&self, status: StatusCode) {
        self.0.record("http.response.status_code", status.as_u16());
    }

    pub(crate) fn failed(&self, failure: &Failure) {
        if self.0.is_disabled() {
            return;
        }
        self.0.record("otel.status_code", "ERROR");
        self.0.record("api_keys.effect", failure.effect.as_str());
        if let Some(status) = failure.status {
            self.responded(status);
        }
        match (&failure.kind, failure.status) {
            (FailureKind::Status, Some(status)) => self.0.record("error.type", display(status.as_u16())),
            (kind, _) => self.0.record("error.type", kind.as_str()),
        };
    }
}

pub(crate) fn retrying(failure: &Failure, attempt: u32, delay: Duration) {
    debug!(
        attempt,
        delay_ms = delay.as_millis() as u64,
        retry_after_ms = failure.retry_after.map(|delay| delay.as_millis() as u64),
        reason = failure.kind.as_str(),
        http.response.status_code = failure.status.map(|status| status.as_u16()),
        "retrying"
    );
}
