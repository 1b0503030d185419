//! Requests and retries on standard error, formatted from the spans of the runtime.

use std::fmt::{Debug, Write as _};
use std::time::{Duration, Instant};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

use crate::console::note;
use crate::human::clean;

const TARGET: &str = "api_keys_runtime";
const ATTEMPT: &str = "api_keys.attempt";

/// Prints requests, and retries from the second level. Nothing is subscribed at level 0.
pub(crate) fn subscribe(level: u8) {
    let max_level = match level {
        0 => return,
        1 => Level::INFO,
        _ => Level::DEBUG,
    };
    // Fails if there is a subscriber, which then receives the spans.
    let _ = tracing::subscriber::set_global_default(Registry::default().with(Printer { max_level }));
}

/// Prints one line per attempt and per retry.
struct Printer {
    max_level: Level,
}

/// The recorded fields of a call, an attempt or a retry.
#[derive(Default)]
struct Fields {
    started: Option<Instant>,
    vendor: Option<String>,
    method: Option<String>,
    path: Option<String>,
    resends: u64,
    status: Option<u64>,
    error: Option<String>,
    reason: Option<String>,
    request_id: Option<String>,
    attempt: Option<u64>,
    delay_ms: Option<u64>,
    retry_after_ms: Option<u64>,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Printer {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target().starts_with(TARGET) && *metadata.level() <= self.max_level
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields { started: Some(Instant::now()), ..Fields::default() };
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut retry = Fields::default();
        event.record(&mut retry);
        if let Some(call) = context.event_span(event)
            && let Some(call) = call.extensions().get::<Fields>()
        {
            print(&retry.retry_line(call));
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id).filter(|span| span.name() == ATTEMPT) else { return };
        let Some(call) = span.parent() else { return };
        if let (Some(attempt), Some(call)) =
            (span.extensions().get::<Fields>(), call.extensions().get::<Fields>())
        {
            print(&attempt.attempt_line(call));
        }
    }
}

impl Fields {
    /// Formats `clerk: GET /api_keys/{id}: 503, attempt 1, 12 ms, request r1`.
    fn attempt_line(&self, call: &Self) -> String {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let outcome = match (self.status, self.named_error()) {
            (Some(status), Some(error)) => format!("{status} ({error})"),
            (Some(status), None) => status.to_string(),
            (None, error) => error.unwrap_or_else(|| "canceled".to_owned()),
        };
        let elapsed = self.started.map_or(Duration::ZERO, |started| started.elapsed()).as_millis();
        let mut line = format!(
            "{}: {} {}: {outcome}, attempt {}, {elapsed} ms",
            text(&call.vendor),
            text(&self.method),
            text(&self.path),
            self.resends + 1,
        );
        if let Some(id) = &self.request_id {
            let _ = write!(line, ", request {id}");
        }
        line
    }

    /// Returns the kind of failure, unless it is the status.
    fn named_error(&self) -> Option<String> {
        let error = self.error.as_deref().filter(|error| error.parse::<u16>().is_err())?;
        Some(error.replace('_', " "))
    }

    /// Formats `clerk: retrying in 120 ms after attempt 1: status 503`.
    fn retry_line(&self, call: &Self) -> String {
        let reason = self.reason.as_deref().unwrap_or_default().replace('_', " ");
        let mut line = format!(
            "{}: retrying in {} ms after attempt {}: {reason}",
            call.vendor.as_deref().unwrap_or_default(),
            self.delay_ms.unwrap_or_default(),
            self.attempt.unwrap_or_default(),
        );
        if let Some(status) = self.status {
            let _ = write!(line, " {status}");
        }
        if let Some(delay) = self.retry_after_ms {
            let _ = write!(line, ", delay of {delay} ms requested");
        }
        line
    }
}

impl Visit for Fields {
    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "http.request.resend_count" => self.resends = value,
            "http.response.status_code" => self.status = Some(value),
            "attempt" => self.attempt = Some(value),
            "delay_ms" => self.delay_ms = Some(value),
            "retry_after_ms" => self.retry_after_ms = Some(value),
            _ => {}
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let field = match field.name() {
            "api_keys.vendor" => &mut self.vendor,
            "http.request.method" => &mut self.method,
            "url.template" => &mut self.path,
            "error.type" => &mut self.error,
            "reason" => &mut self.reason,
            "api_keys.request_id" => &mut self.request_id,
            _ => return,
        };
        *field = Some(value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

fn print(line: &str) {
    note(clean(line));
}
