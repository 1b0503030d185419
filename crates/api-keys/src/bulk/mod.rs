//! Bulk operations.

mod rate_limited;

use std::collections::HashSet;
use std::fmt;
use std::future::{Future, pending, ready};
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use api_keys_core::defect::Defect;
use api_keys_core::{ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, KeyId, ListQuery, Result};
use futures_util::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};

pub use rate_limited::RateLimited;

/// Options for [`for_each_key`].
///
/// ```
/// use api_keys::BulkOptions;
///
/// let options = BulkOptions::new()
///     .concurrency(8)
///     .per_second(10.0)
///     .filter(|key| key.name.as_deref() == Some("ci"))
///     .on_progress(|progress| println!("{} of {}", progress.completed(), progress.total));
/// ```
#[must_use]
pub struct BulkOptions {
    concurrency: NonZeroUsize,
    per_second: Option<f64>,
    stop_on_error: bool,
    filter: Box<dyn Fn(&ApiKey) -> bool + Send + Sync>,
    on_progress: Box<dyn Fn(Progress) + Send + Sync>,
    cancel_on: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Default for BulkOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl BulkOptions {
    /// Creates options for all keys, with a concurrency of four, no rate limit, and no stop on errors.
    pub fn new() -> Self {
        Self {
            concurrency: NonZeroUsize::MIN.saturating_add(3),
            per_second: None,
            stop_on_error: false,
            filter: Box::new(|_| true),
            on_progress: Box::new(|_| {}),
            cancel_on: Box::pin(pending()),
        }
    }

    /// Sets the maximum number of keys processed concurrently; 0 means 1.
    pub fn concurrency(mut self, keys: usize) -> Self {
        self.concurrency = NonZeroUsize::new(keys).unwrap_or(NonZeroUsize::MIN);
        self
    }

    /// Sets the maximum number of calls per second, including those that list; see [`RateLimited::per_second`].
    pub fn per_second(mut self, calls: f64) -> Self {
        self.per_second = Some(calls);
        self
    }

    /// Starts no more keys after the first failure. Keys in progress are completed.
    pub fn stop_on_error(mut self, stop: bool) -> Self {
        self.stop_on_error = stop;
        self
    }

    /// Selects the keys for which `predicate` returns true.
    pub fn filter(mut self, predicate: impl Fn(&ApiKey) -> bool + Send + Sync + 'static) -> Self {
        self.filter = Box::new(predicate);
        self
    }

    /// Sets a callback for progress, called once all keys are listed and after each key.
    pub fn on_progress(mut self, callback: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.on_progress = Box::new(callback);
        self
    }

    /// Starts no more keys after `signal` completes. Keys in progress are completed; dropping the future of
    /// [`for_each_key`] would interrupt them.
    pub fn cancel_on(mut self, signal: impl Future<Output = ()> + Send + 'static) -> Self {
        self.cancel_on = Box::pin(signal);
        self
    }
}

impl fmt::Debug for BulkOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkOptions")
            .field("concurrency", &self.concurrency)
            .field("per_second", &self.per_second)
            .field("stop_on_error", &self.stop_on_error)
            .finish_non_exhaustive()
    }
}

/// Progress of [`for_each_key`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Progress {
    /// Number of keys that succeeded.
    pub done: usize,
    /// Number of keys that failed.
    pub failed: usize,
    /// Number of selected keys.
    pub total: usize,
}

impl Progress {
    /// Returns the number of keys that succeeded or failed.
    pub fn completed(self) -> usize {
        self.done + self.failed
    }
}

/// Outcome of a bulk operation.
#[derive(Debug)]
#[must_use = "keys may have failed, or not been started"]
#[non_exhaustive]
pub struct Summary<E> {
    /// Number of keys that succeeded.
    pub done: usize,
    /// Failed keys with their errors, in the order of failure.
    pub failed: Vec<(KeyId, E)>,
    /// Number of keys that were not started, because of [`stop_on_error`](BulkOptions::stop_on_error) or
    /// [`cancel_on`](BulkOptions::cancel_on).
    pub not_started: usize,
}

/// Applies `act` to every selected key with bounded concurrency, within the vendor's rate limit, and continues after
/// failures.
///
/// All keys are listed before the first one is processed: changes would shift the pages of a running listing. `act`
/// receives a [`RateLimited`] provider; errors other than a rate limit are not retried. A secret that `act` creates
/// must be stored by `act` before it returns: nothing else keeps it.
///
/// ```
/// # #[cfg(feature = "memory")] {
/// use api_keys::{ApiKeyProvider, BulkOptions, ListQuery, NewApiKey, RevokeOptions, for_each_key, memory::Memory};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> api_keys::Result<()> {
/// let keys = Memory::new();
/// for name in ["ci", "ci", "web"] {
///     let _ = keys.create(NewApiKey::new(name)).await?;
/// }
/// let ci = BulkOptions::new().filter(|key| key.name.as_deref() == Some("ci"));
/// let summary = for_each_key(keys, ListQuery::new(), ci, |provider, key| async move {
///     provider.revoke(&key.id, RevokeOptions::new()).await.map(drop)
/// })
/// .await?;
/// assert_eq!((summary.done, summary.failed.len()), (2, 0));
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
///
/// # Errors
/// Returns an error if the keys cannot be listed; nothing has been done then. Errors of `act` are in the [`Summary`].
pub async fn for_each_key<F, W, E>(
    provider: impl ApiKeyProvider,
    query: ListQuery,
    options: BulkOptions,
    act: F,
) -> Result<Summary<E>>
where
    F: Fn(Arc<dyn ApiKeyProvider>, ApiKey) -> W,
    W: Future<Output = std::result::Result<(), E>>,
{
    let BulkOptions { concurrency, per_second, stop_on_error, filter, on_progress, cancel_on } = options;
    let provider = RateLimited::new(provider).per_second(per_second.unwrap_or(0.0));
    let provider: Arc<dyn ApiKeyProvider> = Arc::new(provider);
    let mut seen = HashSet::new();
    let keys: Vec<_> = provider
        .keys(query)
        // A long listing may repeat a key, and a key must not be rotated twice.
        .try_filter(|key| {
            ready((filter(key) || Defect::BulkFilterIgnored.is_active()) && seen.insert(key.id.clone()))
        })
        .try_collect()
        .await?;

    let mut progress = Progress { done: 0, failed: 0, total: keys.len() };
    on_progress(progress);
    let mut failed = Vec::new();
    let stop = AtomicBool::new(false);
    let mut outcomes = stream::iter(keys)
        .take_while(|_| ready(!stop.load(Ordering::Relaxed)))
        .take_until(cancel_on)
        .map(|key| {
            let id = key.id.clone();
            act(Arc::clone(&provider), key).map(|outcome| (id, outcome))
        })
        .buffer_unordered(concurrency.get());
    while let Some((id, outcome)) = outcomes.next().await {
        match outcome {
            Ok(()) => progress.done += 1,
            Err(_) if Defect::BulkFailureHidden.is_active() => progress.done += 1,
            Err(error) => {
                progress.failed += 1;
                failed.push((id, error));
                stop.store(stop_on_error, Ordering::Relaxed);
            }
        }
        on_progress(progress);
    }
    Ok(Summary { done: progress.done, failed, not_started: progress.total - progress.completed() })
}
