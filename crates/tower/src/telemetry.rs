//! Events, spans and counters. They contain neither secrets nor ids of keys.

use std::time::Instant;

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

/// Records the source of a result: `hit` for the cache, `shared` for another instance, `miss` for the provider.
pub(crate) fn lookup(result: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!("api_keys_cache_lookups", "result" => result).increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = result;
}

/// Records that Redis can be used.
#[cfg(feature = "redis")]
pub(crate) fn redis_available() {
    #[cfg(feature = "metrics")]
    metrics::gauge!("api_keys_redis_available").set(1);
    #[cfg(feature = "tracing")]
    tracing::info!("Redis is available");
}

/// Records that Redis cannot be used.
#[cfg(feature = "redis")]
pub(crate) fn redis_unavailable(error: &redis::RedisError) {
    #[cfg(feature = "metrics")]
    metrics::gauge!("api_keys_redis_available").set(0);
    // The message of a server can contain arguments of the command.
    #[cfg(feature = "tracing")]
    tracing::warn!(error = error.code().unwrap_or(error.category()), "Redis is unavailable");
    #[cfg(not(feature = "tracing"))]
    let _ = error;
}

/// Runs a call to the provider in a span, and records its time.
pub(crate) async fn verification<T>(provider: &'static str, call: impl Future<Output = T>) -> T {
    #[cfg(feature = "tracing")]
    let call = tracing::Instrument::instrument(call, tracing::debug_span!("verify API key", provider));
    #[cfg(not(feature = "tracing"))]
    let _ = provider;
    let start = Instant::now();
    let result = call.await;
    let time = start.elapsed();
    #[cfg(feature = "metrics")]
    metrics::histogram!("api_keys_verification_seconds").record(time);
    #[cfg(not(feature = "metrics"))]
    let _ = time;
    result
}

fn count(result: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!("api_keys_requests", "result" => result).increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = result;
}
