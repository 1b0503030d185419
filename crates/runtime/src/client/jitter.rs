//! Random delays, so that clients that failed at the same time do not retry at the same time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A source of random delays. Each draw seeds a generator from a counter: reproducible and lock-free.
#[derive(Debug)]
pub(crate) struct Jitter(AtomicU64);

impl Jitter {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// Returns a random duration up to the ceiling.
    pub(crate) fn below(&self, ceiling: Duration) -> Duration {
        // An odd increment (the golden ratio) visits every seed and keeps consecutive seeds far apart.
        let seed = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        ceiling.mul_f64(fastrand::Rng::with_seed(seed).f64())
    }
}
