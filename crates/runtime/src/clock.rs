//! Time, so that tests can own it.

use std::fmt::Debug;
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;

/// Tells the time and waits between attempts.
///
/// The default is the system's clock. A test passes one that does not wait.
#[async_trait]
pub trait Clock: Debug + Send + Sync + 'static {
    /// The time that deadlines are measured on.
    fn now(&self) -> Instant;

    /// The calendar time, for a `Retry-After` that holds a date.
    fn wall(&self) -> SystemTime;

    /// Waits.
    async fn sleep(&self, duration: Duration);
}

/// The system's clock; waits with tokio.
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
