//! A provider that is patient.

use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Effect, Error, ErrorKind, IssuedKey, KeyId, ListQuery, NewApiKey,
    Page, Result, Revocation, RevokeOptions, RotateOptions, SecretKey, UpdateApiKey, Verification,
};
use async_trait::async_trait;
use tokio::time::{Instant, sleep_until};

/// So many pauses in a row may bring nothing.
const MOST_PAUSES: u32 = 10;

/// Who is told to wait longer than this has used up a quota rather than gone too fast.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// A provider that keeps to a vendor's rate limit, however many calls are made at once.
///
/// When the vendor answers [`RateLimited`](ErrorKind::RateLimited) and did nothing, all calls wait for the time that
/// it says ([`retry_after`](Error::retry_after)), or else for a second, then two, four and so on up to a minute, and
/// the refused call is made again. It fails after ten such pauses in a row in which no call got through, and when the
/// vendor says more than five minutes. No other error is repeated. Needs a Tokio runtime with its timer.
///
/// ```
/// use api_keys::{ApiKeyProvider, Throttled, memory::Memory};
///
/// // Latitude.sh allows 20 writes in a minute.
/// let provider = Throttled::new(Memory::new()).per_second(20.0 / 60.0);
/// assert_eq!(provider.vendor(), "memory");
/// ```
#[derive(Debug)]
pub struct Throttled<P> {
    provider: P,
    interval: Duration,
    gate: Mutex<Gate>,
}

#[derive(Debug)]
struct Gate {
    /// When the next call may be made at the rate that was asked for.
    free_at: Instant,
    /// When the vendor takes calls again.
    paused_until: Instant,
    /// Pauses since a call got through.
    pauses: u32,
}

impl<P: ApiKeyProvider> Throttled<P> {
    /// As fast as the vendor allows.
    pub fn new(provider: P) -> Self {
        let now = Instant::now();
        let gate = Mutex::new(Gate { free_at: now, paused_until: now, pauses: 0 });
        Self { provider, interval: Duration::ZERO, gate }
    }

    /// At most this many calls in a second, evenly spread. What is not above 0 is no limit.
    #[must_use]
    pub fn per_second(mut self, calls: f64) -> Self {
        self.interval = Duration::try_from_secs_f64(calls.recip()).unwrap_or_default();
        self
    }

    /// Makes a call when its turn has come, and again when the vendor was asked too often.
    async fn patiently<T, F: Future<Output = Result<T>>>(&self, call: impl Fn() -> F) -> Result<T> {
        loop {
            self.turn().await;
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

    async fn turn(&self) {
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

    /// Holds all calls back; gives the error back when that has been tried often enough.
    fn pause(&self, error: Error) -> Result<()> {
        let mut gate = self.gate();
        let now = Instant::now();
        // Of several calls that are refused together the first begins the pause.
        if now >= gate.paused_until {
            gate.pauses += 1;
        }
        let backoff =
            Duration::from_secs(1 << gate.pauses.saturating_sub(1).min(6)).min(Duration::from_secs(60));
        let wait = error.retry_after().unwrap_or(backoff);
        if gate.pauses > MOST_PAUSES || wait > LONGEST_PAUSE {
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
impl<P: ApiKeyProvider> ApiKeyProvider for Throttled<P> {
    fn vendor(&self) -> &'static str {
        self.provider.vendor()
    }

    fn capabilities(&self) -> Capabilities {
        self.provider.capabilities()
    }

    async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
        self.patiently(|| self.provider.create(new.clone())).await
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        self.patiently(|| self.provider.get(id)).await
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        self.patiently(|| self.provider.list(query.clone())).await
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        self.patiently(|| self.provider.update(id, changes.clone())).await
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        self.patiently(|| self.provider.revoke(id, options.clone())).await
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        self.patiently(|| self.provider.delete(id)).await
    }

    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
        self.patiently(|| self.provider.rotate(id, options.clone())).await
    }

    async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
        self.patiently(|| self.provider.reveal(id)).await
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        self.patiently(|| self.provider.verify(secret)).await
    }
}
