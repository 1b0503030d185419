//! Shared fixtures.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api_keys_core::{ApiKeyProvider as _, KeyId, ListQuery, NewApiKey, SecretKey, Timestamp, Verification};
use api_keys_memory::{Memory, MemoryBuilder};
use futures_util::FutureExt as _;

/// Returns the result of a call, which never waits.
pub(crate) fn run<F: Future>(call: F) -> F::Output {
    call.now_or_never().expect("completed")
}

/// Creates a key and returns its id.
pub(crate) fn add(keys: &Memory, new: NewApiKey) -> KeyId {
    run(keys.create(new)).expect("a key").key.id
}

/// Returns the result of verifying a secret.
pub(crate) fn verification(keys: &Memory, secret: &SecretKey) -> Verification {
    run(keys.verify(secret)).expect("verified")
}

pub(crate) fn is_valid(keys: &Memory, secret: &SecretKey) -> bool {
    matches!(verification(keys, secret), Verification::Valid(_))
}

/// Returns the number of active keys.
pub(crate) fn active(keys: &Memory) -> usize {
    run(keys.list(ListQuery::new())).expect("a page").items.len()
}

pub(crate) fn id(text: &str) -> KeyId {
    KeyId::new(text).expect("an id")
}

/// A manual clock.
#[derive(Clone)]
pub(crate) struct Clock(Arc<Mutex<Timestamp>>);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Arc::new(Mutex::new("2026-01-01T00:00:00Z".parse().expect("a time"))))
    }

    pub(crate) fn now(&self) -> Timestamp {
        *self.0.lock().expect("the clock")
    }

    pub(crate) fn advance(&self, duration: Duration) {
        *self.0.lock().expect("the clock") += duration;
    }

    pub(crate) fn set(&self, now: Timestamp) {
        *self.0.lock().expect("the clock") = now;
    }

    pub(crate) fn builder(&self) -> MemoryBuilder {
        let clock = self.clone();
        Memory::builder().clock(move || clock.now())
    }
}
