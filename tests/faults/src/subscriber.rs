//! Recording of all spans and events of `tracing` and all records of `log`.

use std::fmt::{self, Write as _};
use std::panic;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Once};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record as Values};
use tracing::{Event, Metadata, Subscriber};

use crate::record::Record;

impl Record {
    /// Records all logs, traces and panics of the process from now on, at the finest level.
    pub fn install() -> Arc<Self> {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let installed = tracing::subscriber::set_global_default(Recorder::default());
            installed.expect("nothing else records in this process");
            log::set_logger(&Logger).expect("nothing else logs in this process");
            log::set_max_level(log::LevelFilter::Trace);
            let print = panic::take_hook();
            panic::set_hook(Box::new(move |panic| {
                Record::get().note(&panic.to_string());
                print(panic);
            }));
        });
        Self::get()
    }
}

#[derive(Default)]
struct Recorder {
    spans: AtomicU64,
}

impl Subscriber for Recorder {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = Line::new(span.metadata());
        span.record(&mut line);
        line.keep();
        Id::from_u64(1 + self.spans.fetch_add(1, Ordering::Relaxed))
    }

    fn record(&self, _span: &Id, values: &Values<'_>) {
        let mut line = Line(String::new());
        values.record(&mut line);
        line.keep();
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::new(event.metadata());
        event.record(&mut line);
        line.keep();
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

struct Line(String);

impl Line {
    fn new(metadata: &Metadata<'_>) -> Self {
        Self(format!("{} {} {}", metadata.level(), metadata.target(), metadata.name()))
    }

    fn keep(self) {
        Record::get().note(&self.0);
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, " {field}={value}");
    }
}

struct Logger;

impl log::Log for Logger {
    fn enabled(&self, _metadata: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        Record::get().note(&format!("{} {} {}", record.level(), record.target(), record.args()));
    }

    fn flush(&self) {}
}
