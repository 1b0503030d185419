//! Spans: one per call, and below it one per attempt, with OpenTelemetry's names for HTTP.
//!
//! Fields are set one by one and hold no URL, since a path holds ids and a query may hold names: `url.template` tells
//! which operation it was.

use std::time::Duration;

use http::StatusCode;
use tracing::field::{Empty, display};
use tracing::instrument::{Instrument, Instrumented};
use tracing::{debug, info_span};
use url::Url;

use crate::{Fault, FaultKind, Operation};

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

    pub(crate) fn attempt(operation: &Operation, url: &Url, attempt: u32) -> Self {
        let span = info_span!(
            "api_keys.attempt",
            otel.name = %format_args!("{} {}", operation.method, operation.path),
            otel.kind = "client",
            otel.status_code = Empty,
            http.request.method = operation.method.as_str(),
            http.request.resend_count = Empty,
            http.response.status_code = Empty,
            url.template = operation.path,
            server.address = url.host_str(),
            server.port = url.port_or_known_default(),
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

    pub(crate) fn answered(&self, status: StatusCode) {
        self.0.record("http.response.status_code", status.as_u16());
    }

    pub(crate) fn failed(&self, fault: &Fault) {
        if self.0.is_disabled() {
            return;
        }
        self.0.record("otel.status_code", "ERROR");
        self.0.record("api_keys.effect", fault.effect.as_str());
        if let Some(status) = fault.status {
            self.answered(status);
        }
        match (&fault.kind, fault.status) {
            (FaultKind::Status, Some(status)) => self.0.record("error.type", display(status.as_u16())),
            (kind, _) => self.0.record("error.type", kind.as_str()),
        };
    }
}

pub(crate) fn sending_again(fault: &Fault, attempt: u32, wait: Duration) {
    debug!(attempt, wait_ms = wait.as_millis() as u64, because = fault.kind.as_str(), "sending again");
}
