//! The rate limit per address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use api_keys_core::Timestamp;
use axum::http::HeaderMap;

use super::options::Version;

/// Counts requests per address and path.
pub(super) struct Limiter {
    requests: u32,
    window: Duration,
    buckets: Mutex<HashMap<Bucket, Count>>,
}

/// The client address, if known, and the path.
type Bucket = (Option<IpAddr>, String);

struct Count {
    requests: u32,
    last: Timestamp,
}

impl Limiter {
    pub(super) fn new(requests: u32, window: Duration) -> Self {
        Self { requests, window, buckets: Mutex::default() }
    }

    /// Accepts a request, or returns the number of seconds to wait.
    pub(super) fn admit(
        &self,
        version: Version,
        headers: &HeaderMap,
        path: &str,
        now: Timestamp,
    ) -> Result<(), u64> {
        let address = address(version, headers);
        // Before 1.7, clients without an address are not counted.
        if address.is_none() && version < Version::V1_7 {
            return Ok(());
        }
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let count = buckets.entry((address, path.to_owned())).or_insert(Count { requests: 0, last: now });
        let since = Duration::try_from(now.duration_since(count.last)).unwrap_or_default();
        let rest = self.window.saturating_sub(since);
        if rest.is_zero() {
            count.requests = 0;
        }
        if count.requests >= self.requests {
            return Err(rest.as_secs_f64().ceil() as u64);
        }
        count.requests += 1;
        // Counted from the last accepted request, not from the first: continuous traffic never starts a new window.
        count.last = now;
        Ok(())
    }
}

/// Returns the client address that a proxy reports.
fn address(version: Version, headers: &HeaderMap) -> Option<IpAddr> {
    let forwarded = headers.get("x-forwarded-for")?.to_str().ok()?;
    let address = match version {
        // The client can forge the first of several addresses, so 1.7 uses none of them.
        Version::V1_7 => forwarded,
        _ => forwarded.split(',').next()?,
    };
    address.trim().parse().ok()
}
