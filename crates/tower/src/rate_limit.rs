//! Rate limits of keys.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use api_keys_core::KeyId;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// The number of requests after which the state of unused keys is removed.
const CLEANUP: u32 = 10_000;
/// The minimum time for one request.
const MINIMUM: Duration = Duration::from_micros(1);

/// A limit on the requests of each key in this process, by the generic cell rate algorithm.
pub(crate) struct RateLimit {
    limiter: DefaultKeyedRateLimiter<KeyId>,
    clock: DefaultClock,
    requests: AtomicU32,
    #[cfg(feature = "redis")]
    quota: Quota,
}

impl RateLimit {
    /// Creates a limit, or returns `None` if there is less than a microsecond for each request.
    pub(crate) fn new(requests: NonZeroU32, per: Duration) -> Option<Self> {
        let interval = per.checked_div(requests.get()).filter(|interval| *interval >= MINIMUM)?;
        let quota = Quota::with_period(interval)?.allow_burst(requests);
        Some(Self {
            limiter: RateLimiter::keyed(quota),
            clock: DefaultClock::default(),
            requests: AtomicU32::new(0),
            #[cfg(feature = "redis")]
            quota,
        })
    }

    #[cfg(feature = "redis")]
    pub(crate) fn quota(&self) -> Quota {
        self.quota
    }

    /// Counts a request of a key.
    ///
    /// # Errors
    /// Returns the time after which the next request is accepted.
    pub(crate) fn check(&self, id: &KeyId) -> Result<(), Duration> {
        if self.requests.fetch_add(1, Ordering::Relaxed) % CLEANUP == CLEANUP - 1 {
            self.limiter.retain_recent();
        }
        let result = self.limiter.check_key(id);
        result.map_err(|until| until.wait_time_from(self.clock.now()))
    }
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimit").finish_non_exhaustive()
    }
}
