//! The rate limit of a token.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use api_keys_core::Timestamp;

use super::errors::Rejection;

/// The rate limit of the emulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum RateLimit {
    /// Disabled.
    #[default]
    Off,
    /// As documented: 60 reads and 20 writes per minute and token.
    Documented,
}

/// Counts requests per minute of the clock.
pub(super) struct Limiter {
    limit: RateLimit,
    counts: Mutex<HashMap<(String, bool), Count>>,
}

#[derive(Default)]
struct Count {
    minute: i64,
    requests: u32,
}

impl Limiter {
    pub(super) fn new(limit: RateLimit) -> Self {
        Self { limit, counts: Mutex::default() }
    }

    /// Counts a request, and rejects it if it exceeds the limit.
    pub(super) fn count(&self, token: &str, reads: bool, now: Timestamp) -> Result<(), Rejection> {
        if self.limit == RateLimit::Off {
            return Ok(());
        }
        let most = if reads { 60 } else { 20 };
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry((token.to_owned(), reads)).or_default();
        let minute = now.as_second().div_euclid(60);
        if count.minute != minute {
            *count = Count { minute, requests: 0 };
        }
        if count.requests >= most {
            return Err(Rejection::too_many(60 - now.as_second().rem_euclid(60)));
        }
        count.requests += 1;
        Ok(())
    }
}
