//! Settings of the connections that the transports keep.

use std::time::Duration;

/// Settings of the connections that the default transports keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use]
#[non_exhaustive]
pub struct PoolSettings {
    /// The time after which an unused connection is closed.
    ///
    /// The default is 4 s. It must be shorter than that of the server, which is 5 s with uvicorn and Node.js: a request
    /// on a connection that the server is closing fails with an unknown effect. A longer time saves TLS handshakes
    /// where calls are rare.
    pub idle_timeout: Duration,
    /// The maximum number of connections to one host.
    ///
    /// The default is 100. Further calls wait for a connection, at most for the timeout for connecting; a call that
    /// waits longer fails without having been sent. With HTTP/2, all calls to a host share one connection.
    pub max_connections: u32,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self { idle_timeout: Duration::from_secs(4), max_connections: 100 }
    }
}

impl PoolSettings {
    /// Sets the time after which an unused connection is closed.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// Returns the number of permits of a semaphore that limits the connections. The field can be 0, too.
    #[cfg(feature = "_pool")]
    pub(super) fn permits(self) -> usize {
        (self.max_connections.max(1) as usize).min(tokio::sync::Semaphore::MAX_PERMITS)
    }

    /// Sets the maximum number of connections to one host. 0 is treated as 1.
    pub fn max_connections(mut self, connections: u32) -> Self {
        self.max_connections = connections.max(1);
        self
    }
}
