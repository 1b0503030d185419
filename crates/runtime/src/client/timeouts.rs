//! Timeouts.

use std::time::Duration;

/// Timeouts. Every operation has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use]
#[non_exhaustive]
pub struct Timeouts {
    /// The timeout for connecting, including TLS. Applies to the default transport.
    pub connect: Duration,
    /// The timeout for one attempt, from connecting to the last byte of the body. For a stream, the timeout until the
    /// head of the response, and then for each wait for a part of the body.
    pub attempt: Duration,
    /// The timeout for a call, including all attempts and the delays between them. For a stream, it ends with the head
    /// of the response.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            attempt: Duration::from_secs(15),
            total: Duration::from_secs(30),
        }
    }
}

impl Timeouts {
    /// Sets the timeout for connecting.
    pub fn connect(mut self, timeout: Duration) -> Self {
        self.connect = timeout;
        self
    }

    /// Sets the timeout for one attempt.
    pub fn attempt(mut self, timeout: Duration) -> Self {
        self.attempt = timeout;
        self
    }

    /// Sets the timeout for a call.
    pub fn total(mut self, timeout: Duration) -> Self {
        self.total = timeout;
        self
    }
}
