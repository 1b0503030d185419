//! Thousands of calls to databases that break connections, lock and are reopened, while calls are dropped. The caller's
//! knowledge is then compared with the database.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use api_keys_core::{
    ApiKeyProvider as _, ApiKeyProviderExt as _, Effect, Error, KeyId, ListQuery, NewApiKey, RevokeOptions,
    RotateOptions, SecretKey, Verification,
};
use api_keys_sql::Sql;
use fastrand::Rng;
use futures_util::TryStreamExt as _;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::support::{Database, is_valid};

/// The number of operations at each database. `SQL_OPERATIONS` sets another one.
const OPERATIONS: u32 = 3000;

const TASKS: u32 = 4;

/// A key as its caller knows it.
struct Key {
    id: KeyId,
    secret: SecretKey,
    /// The secret before the last rotation.
    previous: Option<SecretKey>,
    /// `None` if a failed or dropped call may have changed it.
    valid: Option<bool>,
}

/// What one task knows at the end.
#[derive(Default)]
struct Knowledge {
    keys: Vec<Key>,
    /// Names of keys that may exist.
    doubtful: Vec<String>,
    /// Names of keys that do not exist.
    absent: Vec<String>,
    failed: u32,
    dropped: u32,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_agrees_with_its_callers() {
    let database = Database::sqlite();
    let path = database.url.strip_prefix("sqlite:").expect("a path").to_owned();
    let (stop, disturbances) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let (stopped, count) = (Arc::clone(&stop), Arc::clone(&disturbances));
    let other = std::thread::spawn(move || {
        let mut rng = Rng::with_seed(1);
        while !stopped.load(Ordering::Relaxed) {
            let other = rusqlite::Connection::open(&path).expect("a connection");
            // Fails if another process has the lock.
            if other.execute_batch("BEGIN IMMEDIATE").is_ok() {
                count.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(rng.u64(..60)));
                other.execute_batch("ROLLBACK").expect("released");
            }
            std::thread::sleep(Duration::from_millis(rng.u64(..60)));
        }
    });
    let all = operate(&database).await;
    stop.store(true, Ordering::Relaxed);
    other.join().expect("no panic");
    compare(&database, &all, disturbances.load(Ordering::Relaxed)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_agrees_with_its_callers() {
    let Some(database) = Database::postgres().await else { return };
    let (stop, disturbances) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let (stopped, count) = (Arc::clone(&stop), Arc::clone(&disturbances));
    let client = api_keys_live_tests::postgres::client(&database.url).await;
    let other = tokio::spawn(async move {
        let mut rng = Rng::with_seed(1);
        while !stopped.load(Ordering::Relaxed) {
            sleep(Duration::from_millis(rng.u64(..40))).await;
            let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                         WHERE datname = current_database() AND pid <> pg_backend_pid()";
            count.fetch_add(client.query(ended, &[]).await.expect("ended").len() as u32, Ordering::Relaxed);
        }
    });
    let all = operate(&database).await;
    stop.store(true, Ordering::Relaxed);
    other.await.expect("no panic");
    compare(&database, &all, disturbances.load(Ordering::Relaxed)).await;
}

fn operations() -> u32 {
    std::env::var("SQL_OPERATIONS").map_or(OPERATIONS, |text| text.parse().expect("a number"))
}

/// Makes calls, and returns what their callers know.
async fn operate(database: &Database) -> Vec<Knowledge> {
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let builder = || database.builder().timeout(Duration::from_millis(50)).build().expect("built");
        // Reopened several times.
        let lives: Vec<Sql> = (0..5).map(|_| builder()).collect();
        tasks.spawn(async move {
            let (mut rng, mut knowledge) = (Rng::with_seed(task.into()), Knowledge::default());
            for (life, keys) in lives.into_iter().enumerate() {
                for number in 0..operations() / TASKS / 5 {
                    knowledge.operate(&keys, &mut rng, &format!("{task}-{life}-{number}")).await;
                }
            }
            knowledge
        });
    }
    tasks.join_all().await
}

/// Compares what callers know with the database, which is no longer disturbed.
async fn compare(database: &Database, all: &[Knowledge], disturbances: u32) {
    let keys = database.open().await;
    let names: Vec<_> = keys
        .keys(ListQuery::new().include_inactive(true))
        .map_ok(|key| key.name.expect("a name"))
        .try_collect()
        .await
        .expect("a listing");
    let mut known = 0;
    for knowledge in all {
        for key in &knowledge.keys {
            let Some(valid) = key.valid else { continue };
            assert_eq!(is_valid(&keys, &key.secret).await, valid, "{}", key.id);
            if let Some(previous) = &key.previous {
                assert!(!is_valid(&keys, previous).await, "{}: the previous secret is valid", key.id);
            }
        }
        known += knowledge.keys.len();
        assert!(knowledge.absent.iter().all(|name| !names.contains(name)), "a failed create had an effect");
    }
    let doubtful = names.iter().filter(|name| all.iter().any(|knowledge| knowledge.doubtful.contains(name)));
    let doubtful = doubtful.count();
    assert_eq!(names.len(), known + doubtful, "keys that nobody knows");
    let sum = |count: fn(&Knowledge) -> u32| all.iter().map(count).sum::<u32>();
    let (failed, dropped) = (sum(|knowledge| knowledge.failed), sum(|knowledge| knowledge.dropped));
    println!(
        "{} operations, {failed} failed, {dropped} dropped, {disturbances} disturbances: {known} keys known, \
         {doubtful} created by calls that were dropped or failed with an unknown effect",
        operations()
    );
    assert!(failed > 0 && dropped > 0 && disturbances > 0, "nothing went wrong");
}

impl Knowledge {
    async fn operate(&mut self, keys: &Sql, rng: &mut Rng, name: &str) {
        let index = rng.usize(..self.keys.len().max(1));
        let polls = if rng.u8(..10) == 0 { rng.u32(1..4) } else { u32::MAX };
        match rng.u8(..10) {
            choice if choice < 3 || self.keys.is_empty() => {
                match interrupted(polls, keys.create(NewApiKey::new(name))).await {
                    Some(Ok(issued)) => {
                        let (id, secret) = (issued.key.id, issued.secret);
                        self.keys.push(Key { id, secret, previous: None, valid: Some(true) });
                    }
                    outcome => match self.has_no_effect(outcome.map(|result| result.map(drop))) {
                        true => self.absent.push(name.to_owned()),
                        false => self.doubtful.push(name.to_owned()),
                    },
                }
            }
            3 => {
                let id = self.keys[index].id.clone();
                match interrupted(polls, keys.rotate(&id, RotateOptions::new())).await {
                    Some(Ok(issued)) => {
                        let key = &mut self.keys[index];
                        assert_ne!(key.valid, Some(false), "{id} was revoked, and is rotated");
                        key.previous = Some(std::mem::replace(&mut key.secret, issued.secret));
                        key.valid = Some(true);
                    }
                    outcome => self.uncertain(index, outcome.map(|result| result.map(drop))),
                }
            }
            4 => {
                let id = self.keys[index].id.clone();
                match interrupted(polls, keys.revoke(&id, RevokeOptions::new())).await {
                    Some(Ok(_)) => self.keys[index].valid = Some(false),
                    outcome => self.uncertain(index, outcome.map(|result| result.map(drop))),
                }
            }
            _ => {
                let (valid, secret) = (self.keys[index].valid, self.keys[index].secret.clone());
                match interrupted(polls, keys.verify(&secret)).await {
                    Some(Ok(verification)) => {
                        let is_valid = matches!(verification, Verification::Valid(_));
                        assert!(
                            valid.is_none_or(|valid| valid == is_valid),
                            "{}: {verification:?}",
                            self.keys[index].id
                        );
                    }
                    outcome => _ = self.has_no_effect(outcome.map(|result| result.map(drop))),
                }
            }
        }
    }

    fn uncertain(&mut self, index: usize, outcome: Option<Result<(), Error>>) {
        if !self.has_no_effect(outcome) {
            self.keys[index].valid = None;
        }
    }

    /// Counts a call that failed or was dropped. Returns whether it certainly had no effect.
    fn has_no_effect(&mut self, outcome: Option<Result<(), Error>>) -> bool {
        match outcome {
            Some(outcome) => {
                self.failed += 1;
                outcome.is_err_and(|error| error.effect() == Effect::NotApplied)
            }
            None => {
                self.dropped += 1;
                false
            }
        }
    }
}

/// Polls a future a number of times at most, and then drops it.
async fn interrupted<F: Future>(mut polls: u32, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    std::future::poll_fn(|cx| match future.as_mut().poll(cx) {
        std::task::Poll::Ready(output) => std::task::Poll::Ready(Some(output)),
        std::task::Poll::Pending => {
            polls -= 1;
            if polls == 0 { std::task::Poll::Ready(None) } else { std::task::Poll::Pending }
        }
    })
    .await
}
