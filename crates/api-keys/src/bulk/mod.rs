//! The same for many keys.

mod throttled;

use std::collections::HashSet;
use std::fmt;
use std::future::{Future, pending, ready};
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use api_keys_core::{ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, KeyId, ListQuery, Result};
use futures_util::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};

pub use throttled::Throttled;

/// How [`for_each_key`] goes about it.
///
/// ```
/// use api_keys::ForEach;
///
/// let options = ForEach::new()
///     .concurrency(8)
///     .per_second(10.0)
///     .only(|key| key.name.as_deref() == Some("ci"))
///     .on_progress(|progress| println!("{} of {}", progress.settled(), progress.total));
/// ```
#[must_use]
pub struct ForEach {
    concurrency: NonZeroUsize,
    per_second: Option<f64>,
    stop_on_error: bool,
    only: Box<dyn Fn(&ApiKey) -> bool + Send + Sync>,
    on_progress: Box<dyn Fn(Progress) + Send + Sync>,
    until: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Default for ForEach {
    fn default() -> Self {
        Self::new()
    }
}

impl ForEach {
    /// Every key, four at a time, as fast as the vendor allows, and on to the end whatever fails.
    pub fn new() -> Self {
        Self {
            concurrency: NonZeroUsize::MIN.saturating_add(3),
            per_second: None,
            stop_on_error: false,
            only: Box::new(|_| true),
            on_progress: Box::new(|_| {}),
            until: Box::pin(pending()),
        }
    }

    /// At most this many keys at a time; 0 is taken as 1.
    pub fn concurrency(mut self, keys: usize) -> Self {
        self.concurrency = NonZeroUsize::new(keys).unwrap_or(NonZeroUsize::MIN);
        self
    }

    /// At most this many calls in a second, evenly spread, the calls that list among them. What is not above 0 is no
    /// limit. See [`Throttled`].
    pub fn per_second(mut self, calls: f64) -> Self {
        self.per_second = Some(calls);
        self
    }

    /// Begins no more keys once one has failed. Those under way are finished.
    pub fn stop_on_error(mut self, stop: bool) -> Self {
        self.stop_on_error = stop;
        self
    }

    /// Leaves out the keys for which this is false.
    pub fn only(mut self, concerns: impl Fn(&ApiKey) -> bool + Send + Sync + 'static) -> Self {
        self.only = Box::new(concerns);
        self
    }

    /// Is told how far it is: once all keys are listed, then after each.
    pub fn on_progress(mut self, tell: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.on_progress = Box::new(tell);
        self
    }

    /// Begins no more keys once this future is ready, such as that of a signal. Those under way are finished, which
    /// dropping the future of [`for_each_key`] would not do.
    pub fn until(mut self, stop: impl Future<Output = ()> + Send + 'static) -> Self {
        self.until = Box::pin(stop);
        self
    }
}

impl fmt::Debug for ForEach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForEach")
            .field("concurrency", &self.concurrency)
            .field("per_second", &self.per_second)
            .field("stop_on_error", &self.stop_on_error)
            .finish_non_exhaustive()
    }
}

/// How far [`for_each_key`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Progress {
    /// Keys for which all went well.
    pub done: usize,
    /// Keys for which something failed.
    pub failed: usize,
    /// Keys in all.
    pub total: usize,
}

impl Progress {
    /// Keys that are through, well or not.
    pub fn settled(self) -> usize {
        self.done + self.failed
    }
}

/// What became of the keys.
#[derive(Debug)]
#[must_use = "keys may have failed, or been left"]
#[non_exhaustive]
pub struct Summary<E> {
    /// How many keys went well.
    pub done: usize,
    /// Each key that failed, and why, in the order in which they failed.
    pub failed: Vec<(KeyId, E)>,
    /// How many keys were not begun: after an error, if that was to be the end, or because of
    /// [`until`](ForEach::until).
    pub left: usize,
}

/// Does the same with every key that matches: some at a time, no faster than the vendor takes it, and on to the end
/// though some fail.
///
/// All keys are listed first, so that acting on them does not move those that are yet to come. `act` is given the
/// provider to use, which is [`Throttled`]: when the vendor asks for patience all calls wait, and the one that was
/// refused is made again; no other error is repeated. A secret that `act` mints is to be put in its place by `act`
/// itself, before it returns: nothing here keeps it.
///
/// ```
/// use api_keys::{ApiKeyProvider, ForEach, ListQuery, NewApiKey, RevokeOptions, for_each_key, memory::Memory};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> api_keys::Result<()> {
/// let keys = Memory::new();
/// for name in ["ci", "ci", "web"] {
///     let _ = keys.create(NewApiKey::new(name)).await?;
/// }
/// let old = ForEach::new().only(|key| key.name.as_deref() == Some("ci"));
/// let summary = for_each_key(keys, ListQuery::new(), old, |provider, key| async move {
///     provider.revoke(&key.id, RevokeOptions::new()).await.map(drop)
/// })
/// .await?;
/// assert_eq!((summary.done, summary.failed.len()), (2, 0));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When the keys cannot be listed; then nothing was done. Errors of `act` are in the [`Summary`].
pub async fn for_each_key<F, W, E>(
    provider: impl ApiKeyProvider,
    query: ListQuery,
    options: ForEach,
    act: F,
) -> Result<Summary<E>>
where
    F: Fn(Arc<dyn ApiKeyProvider>, ApiKey) -> W,
    W: Future<Output = std::result::Result<(), E>>,
{
    let ForEach { concurrency, per_second, stop_on_error, only, on_progress, until } = options;
    let provider: Arc<dyn ApiKeyProvider> = Arc::new(match per_second {
        Some(calls) => Throttled::new(provider).per_second(calls),
        None => Throttled::new(provider),
    });
    let mut seen = HashSet::new();
    let keys: Vec<_> = provider
        .keys(query)
        // A long listing may show a key again, and no key is to be rotated twice.
        .try_filter(|key| ready(only(key) && seen.insert(key.id.clone())))
        .try_collect()
        .await?;

    let mut progress = Progress { done: 0, failed: 0, total: keys.len() };
    on_progress(progress);
    let mut failed = Vec::new();
    let stop = AtomicBool::new(false);
    let mut work = stream::iter(keys)
        .take_while(|_| ready(!stop.load(Ordering::Relaxed)))
        .take_until(until)
        .map(|key| {
            let id = key.id.clone();
            act(Arc::clone(&provider), key).map(|outcome| (id, outcome))
        })
        .buffer_unordered(concurrency.get());
    while let Some((id, outcome)) = work.next().await {
        match outcome {
            Ok(()) => progress.done += 1,
            Err(error) => {
                progress.failed += 1;
                failed.push((id, error));
                stop.store(stop_on_error, Ordering::Relaxed);
            }
        }
        on_progress(progress);
    }
    Ok(Summary { done: progress.done, failed, left: progress.total - progress.settled() })
}
