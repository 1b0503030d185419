//! Shared fixtures.
#![allow(dead_code, reason = "each test binary uses its part")]

pub(crate) mod mutant;
pub(crate) mod vendor;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use api_keys_conformance::{Options, Report};
use api_keys_core::Timestamp;
use api_keys_memory::{Memory, MemoryBuilder};

/// A manual clock.
#[derive(Clone)]
pub(crate) struct Clock(Arc<Mutex<Timestamp>>);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Arc::new(Mutex::new(Timestamp::now())))
    }

    pub(crate) fn advance(&self, duration: Duration) {
        *self.0.lock().expect("the clock") += duration;
    }

    pub(crate) fn builder(&self) -> MemoryBuilder {
        let clock = self.clone();
        Memory::builder().clock(move || *clock.0.lock().expect("the clock"))
    }

    /// Returns options for a provider with this clock.
    pub(crate) fn options(&self) -> Options {
        let clock = self.clone();
        Options::new().owner("org_1").other_owner("org_2").wait(move |duration| {
            clock.advance(duration);
            std::future::ready(())
        })
    }
}

/// Returns the names of the failed checks.
pub(crate) fn failed(report: &Report) -> Vec<&'static str> {
    report.failures().map(|check| check.name).collect()
}
