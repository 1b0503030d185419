//! A retry budget shared by all calls of a client, to avoid retry storms.

use std::sync::atomic::{AtomicU32, Ordering};

/// A token bucket. Each retry takes tokens and each success returns some. While most calls succeed the bucket is full;
/// when most calls fail it is empty and calls are not retried.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const CAPACITY: u32 = 500;
    /// The cost of a retry after a response or a failed connect.
    pub(crate) const RETRY: u32 = 5;
    /// The cost of a retry after a timeout, which occupied a connection.
    pub(crate) const RETRY_AFTER_TIMEOUT: u32 = 10;
    /// The tokens returned by a success of the first attempt.
    pub(crate) const SUCCESS: u32 = 1;

    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(Self::CAPACITY))
    }

    /// Takes all of the tokens or none. Returns whether they were available.
    pub(crate) fn take(&self, tokens: u32) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(tokens)).is_ok()
    }

    /// Returns tokens. A single read if the bucket is full.
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
    fn empty_budget_is_refilled_by_successes() {
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
    fn full_budget_does_not_overflow() {
        let budget = Budget::new();
        budget.give(u32::MAX);
        assert_eq!(budget.0.into_inner(), Budget::CAPACITY);
    }
}
