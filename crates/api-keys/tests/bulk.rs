//! The same for many keys, at the rate that a vendor allows.

#![cfg(all(feature = "bulk", feature = "memory"))]

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api_keys::memory::Memory;
use api_keys::{
    ApiKey, ApiKeyProvider, BulkOptions, Capabilities, Effect, Error, ErrorKind, IssuedKey, KeyId, ListQuery,
    NewApiKey, Operation, Page, RateLimited, Result, Revocation, RevokeOptions, RotateOptions, SecretKey,
    UpdateApiKey, Verification, for_each_key,
};
use async_trait::async_trait;
use tokio::time::{Instant, sleep};

/// A vendor that takes so many writes in each window of ten seconds, each of which takes it a while.
#[derive(Debug)]
struct Vendor {
    keys: Memory,
    writes_per_window: usize,
    says: Says,
    lists: bool,
    began: Instant,
    /// How many writes came in each window, and how many of them were refused.
    windows: Mutex<Vec<(usize, usize)>>,
    under_way: AtomicUsize,
    most_under_way: AtomicUsize,
    effect_of_refusal: Effect,
}

/// What a refusal says about when to come again.
#[derive(Debug, Clone, Copy)]
enum Says {
    InTheNextWindow,
    NextMonth,
    Nothing,
}

const MONTH: Duration = Duration::from_secs(30 * 86_400);

const WINDOW: Duration = Duration::from_secs(10);

impl Vendor {
    async fn with_keys(keys: usize, writes_per_window: usize) -> Self {
        let store = Memory::builder().retain_secrets(true).build().unwrap();
        for number in 0..keys {
            let _ = store.create(NewApiKey::new(format!("key-{number}"))).await.unwrap();
        }
        Self {
            keys: store,
            writes_per_window,
            says: Says::InTheNextWindow,
            lists: true,
            began: Instant::now(),
            windows: Mutex::default(),
            under_way: AtomicUsize::new(0),
            most_under_way: AtomicUsize::new(0),
            effect_of_refusal: Effect::NotApplied,
        }
    }

    fn refused(&self) -> usize {
        self.windows.lock().unwrap().iter().map(|(_, refused)| refused).sum()
    }

    async fn write(&self, operation: Operation) -> Result<()> {
        let now = self.began.elapsed();
        let window = usize::try_from(now.as_secs() / WINDOW.as_secs()).unwrap();
        {
            let mut windows = self.windows.lock().unwrap();
            let known = windows.len();
            windows.resize(known.max(window + 1), (0, 0));
            let (came, refused) = &mut windows[window];
            *came += 1;
            if *came > self.writes_per_window {
                *refused += 1;
                let error =
                    Error::new(ErrorKind::RateLimited, "fake", operation).with_effect(self.effect_of_refusal);
                let next = WINDOW * u32::try_from(window + 1).unwrap() - now;
                return Err(match self.says {
                    Says::InTheNextWindow => error.with_retry_after(next),
                    Says::NextMonth => error.with_retry_after(MONTH),
                    Says::Nothing => error,
                });
            }
        }
        let under_way = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_under_way.fetch_max(under_way, Ordering::SeqCst);
        sleep(Duration::from_millis(50)).await;
        self.under_way.fetch_sub(1, Ordering::SeqCst);
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
        match self.lists {
            true => self.keys.list(query).await,
            false => Err(Error::new(ErrorKind::PermissionDenied, "fake", Operation::List)),
        }
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
async fn ten_thousand_keys_are_revoked_at_the_pace_that_the_vendor_sets() {
    let vendor = Arc::new(Vendor::with_keys(10_000, 500).await);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&heard);
    let options = BulkOptions::new().concurrency(8).on_progress(move |progress| {
        told.lock().unwrap().push((progress.completed(), progress.total));
    });
    // As a task of its own, which only a future that is `Send` can be.
    let work = tokio::spawn(for_each_key(vendor.clone(), ListQuery::new(), options, revoke));
    let summary = work.await.unwrap().unwrap();

    assert_eq!((summary.done, summary.failed.len(), summary.not_started), (10_000, 0, 0));
    assert!(vendor.list(ListQuery::new()).await.unwrap().items.is_empty());
    assert_eq!(vendor.most_under_way.load(Ordering::SeqCst), 8);
    // Those that are under way when the first is refused are refused, too, and then all wait.
    let windows = vendor.windows.lock().unwrap().clone();
    assert!(windows.iter().all(|(_, refused)| *refused <= 8), "{windows:?}");
    let expected: Vec<_> = (0..=10_000).map(|settled| (settled, 10_000)).collect();
    assert_eq!(*heard.lock().unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn at_a_rate_below_the_limit_nothing_is_refused() {
    let vendor = Arc::new(Vendor::with_keys(300, 20).await);
    let options = BulkOptions::new().concurrency(8).per_second(2.0);
    let summary = for_each_key(vendor.clone(), ListQuery::new(), options, revoke).await.unwrap();
    assert_eq!((summary.done, vendor.refused()), (300, 0));
}

#[tokio::test(start_paused = true)]
async fn every_secret_that_is_minted_reaches_its_place_though_other_keys_fail() {
    let vendor = Arc::new(Vendor::with_keys(200, 30).await);
    let stored = Mutex::new(BTreeSet::new());
    let rotate = async |provider: Arc<dyn ApiKeyProvider>, key: ApiKey| {
        if key.name.as_deref().is_some_and(|name| name.ends_with('7')) {
            return Err("its place is not there".to_owned());
        }
        let issued =
            provider.rotate(&key.id, RotateOptions::new()).await.map_err(|error| error.to_string())?;
        stored.lock().unwrap().insert((issued.key.id, issued.secret.expose().to_owned()));
        Ok(())
    };
    let summary = for_each_key(vendor.clone(), ListQuery::new(), BulkOptions::new(), rotate).await.unwrap();

    assert_eq!((summary.done, summary.failed.len(), summary.not_started), (180, 20, 0));
    let stored = stored.into_inner().unwrap();
    assert_eq!(stored.len(), 180);
    for (id, secret) in stored {
        assert_eq!(
            vendor.reveal(&id).await.unwrap().expose(),
            secret,
            "the secret is that of the last rotation"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_done_is_not_done_again() {
    let mut vendor = Vendor::with_keys(3, 1).await;
    vendor.effect_of_refusal = Effect::Unknown;
    let options = BulkOptions::new().concurrency(1);
    let vendor = Arc::new(vendor);
    let summary = for_each_key(vendor.clone(), ListQuery::new(), options, revoke).await.unwrap();
    assert_eq!((summary.done, vendor.refused()), (1, 2));
    assert!(summary.failed.iter().all(|(_, error)| error.effect() == Effect::Unknown));
}

#[tokio::test(start_paused = true)]
async fn a_vendor_that_takes_nothing_is_given_up_after_some_pauses() {
    let mut vendor = Vendor::with_keys(3, 0).await;
    vendor.says = Says::Nothing;
    let vendor = Arc::new(vendor);
    let patient = RateLimited::new(vendor.clone());
    let id = vendor.list(ListQuery::new()).await.unwrap().items.remove(0).id;
    let error = patient.delete(&id).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::RateLimited, Effect::NotApplied));
    assert_eq!(vendor.refused(), 11);
    // One, two, four and so on, and no more than sixty seconds.
    assert_eq!(vendor.began.elapsed().as_secs(), 1 + 2 + 4 + 8 + 16 + 32 + 4 * 60);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_month() {
    let mut vendor = Vendor::with_keys(1, 0).await;
    vendor.says = Says::NextMonth;
    let id = vendor.list(ListQuery::new()).await.unwrap().items.remove(0).id;
    let began = Instant::now();
    let error = RateLimited::new(vendor).delete(&id).await.unwrap_err();
    assert_eq!((error.retry_after(), began.elapsed()), (Some(MONTH), Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn after_an_error_or_a_signal_no_key_is_begun_and_those_under_way_are_finished() {
    let vendor = Arc::new(Vendor::with_keys(100, usize::MAX).await);
    let acted = AtomicUsize::new(0);
    let third_fails = async |_: Arc<dyn ApiKeyProvider>, _: ApiKey| {
        let number = acted.fetch_add(1, Ordering::SeqCst);
        sleep(Duration::from_secs(if number == 2 { 1 } else { 2 })).await;
        if number == 2 { Err(()) } else { Ok(()) }
    };
    let options = BulkOptions::new().concurrency(4).stop_on_error(true);
    let summary = for_each_key(Arc::clone(&vendor), ListQuery::new(), options, third_fails).await.unwrap();
    assert_eq!((summary.done, summary.failed.len(), summary.not_started), (3, 1, 96));
    assert_eq!(acted.load(Ordering::SeqCst), 4);

    let wait = async |_: Arc<dyn ApiKeyProvider>, _: ApiKey| {
        sleep(Duration::from_secs(2)).await;
        Ok::<_, Infallible>(())
    };
    let options = BulkOptions::new().concurrency(4).cancel_on(sleep(Duration::from_secs(3)));
    let summary = for_each_key(vendor, ListQuery::new(), options, wait).await.unwrap();
    assert_eq!((summary.done, summary.failed.len(), summary.not_started), (8, 0, 92));
}

#[tokio::test(start_paused = true)]
async fn only_the_keys_that_are_meant_are_acted_on() {
    let vendor = Arc::new(Vendor::with_keys(20, usize::MAX).await);
    let options =
        BulkOptions::new().filter(|key| key.name.as_deref().is_some_and(|name| name.ends_with('5')));
    let summary = for_each_key(vendor.clone(), ListQuery::new(), options, revoke).await.unwrap();
    assert_eq!((summary.done, summary.not_started), (2, 0));
    assert_eq!(vendor.list(ListQuery::new()).await.unwrap().items.len(), 18);
}

#[tokio::test(start_paused = true)]
async fn when_the_keys_cannot_be_listed_nothing_is_done() {
    let mut vendor = Vendor::with_keys(1, usize::MAX).await;
    vendor.lists = false;
    let act = async |_: Arc<dyn ApiKeyProvider>, _: ApiKey| -> std::result::Result<(), Infallible> {
        unreachable!("there is no key")
    };
    let error = for_each_key(vendor, ListQuery::new(), BulkOptions::new(), act).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
}
