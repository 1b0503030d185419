//! The clock, replaceable in tests.

use std::fmt::Debug;
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;

/// A clock for deadlines and for the delays between attempts.
///
/// The default is the system clock. Tests use one that does not wait.
#[async_trait]
pub trait Clock: Debug + Send + Sync + 'static {
    /// Returns the time for deadlines.
    fn now(&self) -> Instant;

    /// Returns the calendar time, for a `Retry-After` with a date.
    fn wall(&self) -> SystemTime;

    /// Waits for a duration.
    async fn sleep(&self, duration: Duration);
}

/// The system clock. Waits with tokio.
#[derive(Debug)]
pub(crate) struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
