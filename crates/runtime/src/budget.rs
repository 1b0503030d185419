//! A limit on retries over all calls of a client, so that a vendor in trouble is not pushed further down.

use std::sync::atomic::{AtomicU32, Ordering};

/// A bucket of tokens. Each retry takes some out, each success puts some back. While most calls succeed the bucket is
/// full and never felt; when most fail it runs dry and calls are sent once.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const CAPACITY: u32 = 500;
    /// A retry after an answer, or after a connection that was never made.
    pub(crate) const RETRY: u32 = 5;
    /// A retry after a timeout, which held a connection all that time.
    pub(crate) const RETRY_AFTER_TIMEOUT: u32 = 10;
    /// What a success at the first attempt gives back.
    pub(crate) const SUCCESS: u32 = 1;

    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(Self::CAPACITY))
    }

    /// Takes the tokens out, all or none.
    pub(crate) fn take(&self, tokens: u32) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(tokens)).is_ok()
    }

    /// Puts tokens back; in the usual case, with the bucket full, this is one read.
    pub(crate) fn give(&self, tokens: u32) {
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            (left < Self::CAPACITY).then(|| left.saturating_add(tokens).min(Self::CAPACITY))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_bucket_refuses_until_enough_successes_refill_it() {
        let budget = Budget::new();
        for _ in 0..Budget::CAPACITY / Budget::RETRY {
            assert!(budget.take(Budget::RETRY));
        }
        assert!(!budget.take(Budget::RETRY));
        for _ in 0..Budget::RETRY - 1 {
            budget.give(Budget::SUCCESS);
        }
        assert!(!budget.take(Budget::RETRY));
        budget.give(Budget::SUCCESS);
        assert!(budget.take(Budget::RETRY));
    }

    #[test]
    fn a_full_bucket_does_not_overflow() {
        let budget = Budget::new();
        budget.give(u32::MAX);
        assert_eq!(budget.0.into_inner(), Budget::CAPACITY);
    }
}
