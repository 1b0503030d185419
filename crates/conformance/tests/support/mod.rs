//! What several tests need.
#![allow(dead_code, reason = "each test binary uses its part")]

pub(crate) mod liar;
pub(crate) mod vendor;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use api_keys_conformance::{Options, Report};
use api_keys_core::Timestamp;
use api_keys_memory::{Memory, MemoryBuilder};

/// A clock that stands until it is told to move on.
#[derive(Clone)]
pub(crate) struct Clock(Arc<Mutex<Timestamp>>);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Arc::new(Mutex::new(Timestamp::now())))
    }

    pub(crate) fn advance(&self, span: Duration) {
        *self.0.lock().expect("the clock") += span;
    }

    pub(crate) fn builder(&self) -> MemoryBuilder {
        let clock = self.clone();
        Memory::builder().clock(move || *clock.0.lock().expect("the clock"))
    }

    /// What a run can be told about keys in memory whose clock is this one.
    pub(crate) fn options(&self) -> Options {
        let clock = self.clone();
        Options::new().owner("org_1").other_owner("org_2").wait(move |span| {
            clock.advance(span);
            std::future::ready(())
        })
    }
}

/// The names of the checks that failed.
pub(crate) fn failed(report: &Report) -> Vec<&'static str> {
    report.failures().map(|check| check.name).collect()
}
