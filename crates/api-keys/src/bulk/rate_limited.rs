//! A wrapper that keeps a provider within the vendor's rate limit.

use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Effect, Error, ErrorKind, IssuedKey, KeyId, ListQuery, NewApiKey,
    Page, Result, Revocation, RevokeOptions, RotateOptions, SecretKey, UpdateApiKey, Verification,
};
use async_trait::async_trait;
use tokio::time::{Instant, sleep_until};

/// Maximum number of consecutive pauses without a successful call.
const MAX_PAUSES: u32 = 10;

/// Longer waits are treated as an exhausted quota.
const MAX_PAUSE: Duration = Duration::from_secs(300);

/// A provider that keeps to the vendor's rate limit, however many calls are concurrent.
///
/// After an error of kind [`RateLimited`](ErrorKind::RateLimited) without effect, all calls wait for
/// [`retry_after`](Error::retry_after), or with exponential backoff from one second to one minute, and the rejected
/// call is retried. It fails after ten consecutive pauses in which no call succeeded, or if the vendor asks for a wait
/// of more than five minutes. No other error is retried. Requires a Tokio runtime with its timer.
///
/// ```
/// # #[cfg(feature = "memory")] {
/// use api_keys::{ApiKeyProvider, RateLimited, memory::Memory};
///
/// // Latitude.sh allows 20 writes in a minute.
/// let provider = RateLimited::new(Memory::new()).per_second(20.0 / 60.0);
/// assert_eq!(provider.vendor(), "memory");
/// # }
/// ```
#[derive(Debug)]
#[must_use]
pub struct RateLimited<P> {
    provider: P,
    interval: Duration,
    gate: Mutex<Gate>,
}

#[derive(Debug)]
struct Gate {
    /// Earliest time of the next call at the configured rate.
    free_at: Instant,
    /// End of the current pause.
    paused_until: Instant,
    /// Pauses since the last successful call.
    pauses: u32,
}

impl<P: ApiKeyProvider> RateLimited<P> {
    /// Wraps a provider, without a configured rate.
    pub fn new(provider: P) -> Self {
        let now = Instant::now();
        let gate = Mutex::new(Gate { free_at: now, paused_until: now, pauses: 0 });
        Self { provider, interval: Duration::ZERO, gate }
    }

    /// Sets the maximum number of calls per second, evenly spaced. Values of 0 or less disable the limit.
    pub fn per_second(mut self, calls: f64) -> Self {
        self.interval = Duration::try_from_secs_f64(calls.recip()).unwrap_or_default();
        self
    }

    /// Makes a call when the gate is open, and retries it while the vendor rejects it for its rate limit.
    async fn call<T, F: Future<Output = Result<T>>>(&self, call: impl Fn() -> F) -> Result<T> {
        loop {
            self.wait().await;
            match call().await {
                Err(error)
                    if error.kind() == ErrorKind::RateLimited && error.effect() == Effect::NotApplied =>
                {
                    self.pause(error)?;
                }
                outcome => {
                    self.gate().pauses = 0;
                    return outcome;
                }
            }
        }
    }

    async fn wait(&self) {
        loop {
            let at = {
                let mut gate = self.gate();
                let (now, at) = (Instant::now(), gate.free_at.max(gate.paused_until));
                if at <= now {
                    gate.free_at = now + self.interval;
                    return;
                }
                at
            };
            sleep_until(at).await;
        }
    }

    /// Pauses all calls, or returns the error if the limits on pauses are reached.
    fn pause(&self, error: Error) -> Result<()> {
        let mut gate = self.gate();
        let now = Instant::now();
        // Of several calls that are rejected together, the first begins the pause.
        if now >= gate.paused_until {
            gate.pauses += 1;
        }
        let backoff =
            Duration::from_secs(1 << gate.pauses.saturating_sub(1).min(6)).min(Duration::from_secs(60));
        let wait = error.retry_after().unwrap_or(backoff);
        if gate.pauses > MAX_PAUSES || wait > MAX_PAUSE {
            return Err(error);
        }
        gate.paused_until = gate.paused_until.max(now + wait);
        Ok(())
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<P: ApiKeyProvider> ApiKeyProvider for RateLimited<P> {
    fn vendor(&self) -> &'static str {
        self.provider.vendor()
    }

    fn capabilities(&self) -> Capabilities {
        self.provider.capabilities()
    }

    async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
        self.call(|| self.provider.create(new.clone())).await
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        self.call(|| self.provider.get(id)).await
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        self.call(|| self.provider.list(query.clone())).await
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        self.call(|| self.provider.update(id, changes.clone())).await
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        self.call(|| self.provider.revoke(id, options.clone())).await
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        self.call(|| self.provider.delete(id)).await
    }

    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
        self.call(|| self.provider.rotate(id, options.clone())).await
    }

    async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
        self.call(|| self.provider.reveal(id)).await
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        self.call(|| self.provider.verify(secret)).await
    }
}
