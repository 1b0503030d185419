//! Events and counters. They contain neither secrets nor ids of keys.

use std::time::Duration;

use crate::authenticated::Authenticated;
use crate::rejection::Rejection;

/// Records the result of a request.
pub(crate) fn request(result: &Result<Authenticated, Rejection>) {
    match result {
        Ok(_) => count("accepted"),
        Err(rejection) => rejected(rejection),
    }
}

/// Records a rejected request.
pub(crate) fn rejected(rejection: &Rejection) {
    count(rejection.as_str());
    #[cfg(feature = "tracing")]
    match rejection {
        Rejection::Unavailable(error) => tracing::warn!(%error, "API key not verified"),
        rejection => tracing::debug!(reason = rejection.as_str(), "request rejected"),
    }
}

/// Records whether a result was in the cache.
pub(crate) fn lookup(hit: bool) {
    #[cfg(feature = "metrics")]
    metrics::counter!("api_keys_cache_lookups", "result" => if hit { "hit" } else { "miss" }).increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = hit;
}

/// Records the time of a call to the provider.
pub(crate) fn verification(time: Duration) {
    #[cfg(feature = "metrics")]
    metrics::histogram!("api_keys_verification_seconds").record(time);
    #[cfg(not(feature = "metrics"))]
    let _ = time;
}

fn count(result: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!("api_keys_requests", "result" => result).increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = result;
}
