//! Bulk operations at the rate limit of a vendor.

#![cfg(all(feature = "bulk", feature = "memory"))]

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api_keys::memory::Memory;
use api_keys::{
    ApiKey, ApiKeyProvider, BulkOptions, Capabilities, Cursor, Effect, Error, ErrorKind, IssuedKey, KeyId,
    ListQuery, NewApiKey, Operation, Page, RateLimited, Result, Revocation, RevokeOptions, RotateOptions,
    SecretKey, UpdateApiKey, Verification, for_each_key,
};
use async_trait::async_trait;
use tokio::time::{Instant, sleep};

const MONTH: Duration = Duration::from_secs(30 * 86_400);

const WINDOW: Duration = Duration::from_secs(10);

/// A vendor that accepts a limited number of writes in each window of ten seconds.
#[derive(Debug)]
struct Vendor {
    keys: Memory,
    writes_per_window: usize,
    /// `Retry-After` of a rejection, by the time until the next window.
    retry_after: fn(Duration) -> Option<Duration>,
    effect: Effect,
    started: Instant,
    /// Number of writes in each window, and of those that were rejected.
    windows: Mutex<Vec<(usize, usize)>>,
    in_flight: AtomicUsize,
    max_in_flight: AtomicUsize,
}

impl Vendor {
    async fn with_keys(keys: usize, writes_per_window: usize) -> Self {
        let store = Memory::builder().retain_secrets(true).build().unwrap();
        for number in 0..keys {
            let _ = store.create(NewApiKey::new(format!("key-{number}"))).await.unwrap();
        }
        Self {
            keys: store,
            writes_per_window,
            retry_after: Some,
            effect: Effect::NotApplied,
            started: Instant::now(),
            windows: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            max_in_flight: AtomicUsize::new(0),
        }
    }

    fn rejected(&self) -> usize {
        self.windows.lock().unwrap().iter().map(|(_, rejected)| rejected).sum()
    }

    async fn first_id(&self) -> KeyId {
        self.list(ListQuery::new()).await.unwrap().items.remove(0).id
    }

    fn check_rate(&self, operation: Operation) -> Result<()> {
        let now = self.started.elapsed();
        let window = usize::try_from(now.as_secs() / WINDOW.as_secs()).unwrap();
        let mut windows = self.windows.lock().unwrap();
        let length = windows.len().max(window + 1);
        windows.resize(length, (0, 0));
        let (writes, rejected) = &mut windows[window];
        *writes += 1;
        if *writes <= self.writes_per_window {
            return Ok(());
        }
        *rejected += 1;
        let error = Error::new(ErrorKind::RateLimited, "fake", operation).with_effect(self.effect);
        let next = WINDOW * u32::try_from(window + 1).unwrap() - now;
        Err(match (self.retry_after)(next) {
            Some(wait) => error.with_retry_after(wait),
            None => error,
        })
    }

    async fn write(&self, operation: Operation) -> Result<()> {
        self.check_rate(operation)?;
        let in_flight = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.max_in_flight.fetch_max(in_flight, Ordering::SeqCst);
        sleep(Duration::from_millis(50)).await;
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }
}

#[async_trait]
impl ApiKeyProvider for Vendor {
    fn vendor(&self) -> &'static str {
        "fake"
    }

    fn capabilities(&self) -> Capabilities {
        self.keys.capabilities()
    }

    async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
        self.write(Operation::Create).await?;
        self.keys.create(new).await
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        self.keys.get(id).await
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        self.keys.list(query).await
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        self.write(Operation::Update).await?;
        self.keys.update(id, changes).await
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        self.write(Operation::Revoke).await?;
        self.keys.revoke(id, options).await
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        self.write(Operation::Delete).await?;
        self.keys.delete(id).await
    }

    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
        self.write(Operation::Rotate).await?;
        self.keys.rotate(id, options).await
    }

    async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
        self.keys.reveal(id).await
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        self.keys.verify(secret).await
    }
}

async fn revoke(provider: Arc<dyn ApiKeyProvider>, key: ApiKey) -> Result<()> {
    provider.revoke(&key.id, RevokeOptions::new()).await.map(drop)
}

#[tokio::test(start_paused = true)]
async fn all_keys_are_revoked_within_the_rate_limit() {
    let vendor = Arc::new(Vendor::with_keys(10_000, 500).await);
    let progress = Arc::new(Mutex::new(Vec::new()));
    let reported = Arc::clone(&progress);
    let options = BulkOptions::new().concurrency(8).on_progress(move |progress| {
        reported.lock().unwrap().push((progress.completed(), progress.total));
    });
    // A spawned task requires a future that is `Send`.
    let task = tokio::spawn(for_each_key(vendor.clone(), ListQuery::new(), options, revoke));
    let summary = task.await.unwrap().unwrap();

    assert_eq!((summary.done, summary.failed.len(), summary.not_started), (10_000, 0, 0));
    assert!(vendor.list(ListQuery::new()).await.unwrap().items.is_empty());
    assert_eq!(vendor.max_in_flight.load(Ordering::SeqCst), 8);
    // Only calls that are in flight at the first rejection are rejected; then all wait.
    let windows = vendor.windows.lock().unwrap().clone();
    assert!(windows.iter().all(|(_, rejected)| *rejected <= 8), "{windows:?}");
    let expected: Vec<_> = (0..=10_000).map(|completed| (completed, 10_000)).collect();
    assert_eq!(*progress.lock().unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn rate_below_the_limit_is_not_rejected() {
    let vendor = Arc::new(Vendor::with_keys(300, 20).await);
    let options = BulkOptions::new().concurrency(8).per_second(2.0);
    let summary = for_each_key(vendor.clone(), ListQuery::new(), options, revoke).await.unwrap();
    assert_eq!((summary.done, vendor.rejected()), (300, 0));
}

#[tokio::test(start_paused = true)]
async fn secrets_are_stored_although_other_keys_fail() {
    let vendor = Arc::new(Vendor::with_keys(200, 30).await);
    let stored = Mutex::new(BTreeSet::new());
    let rotate = async |provider: Arc<dyn ApiKeyProvider>, key: ApiKey| {
        if key.name.as_deref().is_some_and(|name| name.ends_with('7')) {
            return Err("no destination".to_owned());
        }
        let issued = provider.rotate(&key.id, RotateOptions::new()).await;
        let issued = issued.map_err(|error| error.to_string())?;
        stored.lock().unwrap().insert((issued.key.id, issued.secret.expose().to_owned()));
        Ok(())
    };
    let summary = for_each_key(vendor.clone(), ListQuery::new(), BulkOptions::new(), rotate).await.unwrap();

    assert_eq!((summary.done, summary.failed.len(), summary.not_started), (180, 20, 0));
    let stored = stored.into_inner().unwrap();
    assert_eq!(stored.len(), 180);
    for (id, secret) in stored {
        assert_eq!(vendor.reveal(&id).await.unwrap().expose(), secret, "the secret of the last rotation");
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_effect_is_not_retried() {
    let mut vendor = Vendor::with_keys(3, 1).await;
    vendor.effect = Effect::Unknown;
    let options = BulkOptions::new().concurrency(1);
    let vendor = Arc::new(vendor);
    let summary = for_each_key(vendor.clone(), ListQuery::new(), options, revoke).await.unwrap();
    assert_eq!((summary.done, vendor.rejected()), (1, 2));
    assert!(summary.failed.iter().all(|(_, error)| error.effect() == Effect::Unknown));
}

#[tokio::test(start_paused = true)]
async fn pauses_are_limited() {
    let mut vendor = Vendor::with_keys(3, 0).await;
    vendor.retry_after = |_| None;
    let vendor = Arc::new(vendor);
    let error = RateLimited::new(vendor.clone()).delete(&vendor.first_id().await).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::RateLimited, Effect::NotApplied));
    assert_eq!(vendor.rejected(), 11);
    // Exponential backoff, at most sixty seconds.
    assert_eq!(vendor.started.elapsed().as_secs(), 1 + 2 + 4 + 8 + 16 + 32 + 4 * 60);
}

#[tokio::test(start_paused = true)]
async fn long_retry_after_fails_immediately() {
    let mut vendor = Vendor::with_keys(1, 0).await;
    vendor.retry_after = |_| Some(MONTH);
    let (id, started) = (vendor.first_id().await, Instant::now());
    let error = RateLimited::new(vendor).delete(&id).await.unwrap_err();
    assert_eq!((error.retry_after(), started.elapsed()), (Some(MONTH), Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn keys_in_progress_are_completed() {
    let vendor = Arc::new(Vendor::with_keys(100, usize::MAX).await);
    let started = AtomicUsize::new(0);
    let third_fails = async |_: Arc<dyn ApiKeyProvider>, _: ApiKey| {
        let number = started.fetch_add(1, Ordering::SeqCst);
        sleep(Duration::from_secs(if number == 2 { 1 } else { 2 })).await;
        if number == 2 { Err(()) } else { Ok(()) }
    };
    let options = BulkOptions::new().concurrency(4).stop_on_error(true);
    let summary = for_each_key(Arc::clone(&vendor), ListQuery::new(), options, third_fails).await.unwrap();
    assert_eq!((summary.done, summary.failed.len(), summary.not_started), (3, 1, 96));
    assert_eq!(started.load(Ordering::SeqCst), 4);

    let wait = async |_: Arc<dyn ApiKeyProvider>, _: ApiKey| {
        sleep(Duration::from_secs(2)).await;
        Ok::<_, Infallible>(())
    };
    let options = BulkOptions::new().concurrency(4).cancel_on(sleep(Duration::from_secs(3)));
    let summary = for_each_key(vendor, ListQuery::new(), options, wait).await.unwrap();
    assert_eq!((summary.done, summary.failed.len(), summary.not_started), (8, 0, 92));
}

#[tokio::test(start_paused = true)]
async fn filter_selects_keys() {
    let vendor = Arc::new(Vendor::with_keys(20, usize::MAX).await);
    let options =
        BulkOptions::new().filter(|key| key.name.as_deref().is_some_and(|name| name.ends_with('5')));
    let summary = for_each_key(vendor.clone(), ListQuery::new(), options, revoke).await.unwrap();
    assert_eq!((summary.done, summary.not_started), (2, 0));
    assert_eq!(vendor.list(ListQuery::new()).await.unwrap().items.len(), 18);
}

#[tokio::test(start_paused = true)]
async fn failed_listing_has_no_effect() {
    let vendor = Vendor::with_keys(1, usize::MAX).await;
    let invalid = ListQuery::new().cursor(Cursor::new("nonsense"));
    let act = async |_: Arc<dyn ApiKeyProvider>, _: ApiKey| -> std::result::Result<(), Infallible> {
        unreachable!("no key is listed")
    };
    let error = for_each_key(vendor, invalid, BulkOptions::new(), act).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}
