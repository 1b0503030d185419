//! The connection to Redis.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ErrorKind, FromRedisValue, Msg, RedisError, RedisResult, ScriptInvocation,
    Value,
};

use super::script::Scripts;
use crate::changes::{Changes, Group};
use crate::telemetry;

/// The interval at which the connection is checked.
const CHECK: Duration = Duration::from_secs(1);
/// The timeout for a connection and for a check.
const CONNECT: Duration = Duration::from_secs(1);
/// The delay before a connection after a failure.
const RETRY: Duration = Duration::from_millis(500);

/// A connection for commands, and a subscription to changes, which a task maintains.
pub(super) struct Link {
    client: Client,
    config: AsyncConnectionConfig,
    pub(super) scripts: Scripts,
    /// The name of the hash with the numbers of changes.
    pub(super) hash: String,
    channel: String,
    changes: Arc<Changes>,
    /// `None` while Redis is unavailable. Only the task connects, so that requests do not wait for a connection.
    connection: Mutex<Option<MultiplexedConnection>>,
    pending: Mutex<Pending>,
    failed: AtomicBool,
}

/// Changes that may not have been published.
#[derive(Default)]
struct Pending {
    /// The number of the last change to each group.
    groups: BTreeMap<Group, u64>,
    /// The number of the last change.
    last: u64,
}

impl Link {
    pub(super) fn new(client: Client, timeout: Duration, namespace: &str, changes: Arc<Changes>) -> Self {
        let config = AsyncConnectionConfig::new();
        Self {
            client,
            config: config.set_connection_timeout(Some(CONNECT)).set_response_timeout(Some(timeout)),
            scripts: Scripts::new(),
            hash: format!("{namespace}:changes"),
            channel: format!("{namespace}:changed"),
            changes,
            connection: Mutex::default(),
            pending: Mutex::default(),
            failed: AtomicBool::new(false),
        }
    }

    /// Runs a script, or returns `None` if Redis is unavailable.
    pub(super) async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Option<T> {
        let mut connection = lock(&self.connection).clone()?;
        let result = script.invoke_async(&mut connection).await;
        result.inspect_err(|error| self.fail(error)).ok()
    }

    /// Records a change that must be published.
    pub(super) fn record(&self, group: Group) {
        let mut pending = lock(&self.pending);
        pending.last += 1;
        let number = pending.last;
        pending.groups.insert(group, number);
    }

    /// Publishes the recorded changes if Redis is available. Otherwise, or if the future is dropped, the task does.
    pub(super) async fn publish(&self) {
        let connection = lock(&self.connection).clone();
        if let Some(mut connection) = connection {
            let result = self.publish_through(&mut connection).await;
            result.unwrap_or_else(|error| self.fail(&error));
        }
    }

    async fn publish_through(&self, connection: &mut MultiplexedConnection) -> RedisResult<()> {
        let groups = lock(&self.pending).groups.clone();
        if groups.is_empty() {
            return Ok(());
        }
        let mut script = self.scripts.change.key(&self.hash);
        script.arg(&self.channel);
        for group in groups.keys() {
            script.arg(group.number());
        }
        script.invoke_async::<()>(connection).await?;
        // A group that has changed since then remains.
        lock(&self.pending).groups.retain(|group, number| groups.get(group) != Some(number));
        Ok(())
    }

    /// Maintains the connections.
    pub(super) async fn maintain(&self) {
        loop {
            let Err(error) = self.subscribe().await;
            self.fail(&error);
            tokio::time::sleep(RETRY).await;
        }
    }

    async fn subscribe(&self) -> RedisResult<Infallible> {
        let (mut sink, mut messages) = within(CONNECT, self.client.get_async_pubsub()).await?.split();
        within(CONNECT, sink.subscribe(&self.channel)).await?;
        // Earlier changes were not received.
        self.changes.record_all();
        let mut checks = tokio::time::interval(CHECK);
        checks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                message = messages.next() => match message {
                    Some(message) => self.receive(&message),
                    None => return Err((ErrorKind::Io, "subscription ended").into()),
                },
                _ = checks.tick() => {
                    within(CONNECT, sink.ping::<Value>()).await?;
                    if lock(&self.connection).is_none() {
                        self.connect().await?;
                    }
                    self.publish().await;
                }
            }
        }
    }

    /// Connects for commands. Other instances learn of this one's changes before it uses their results.
    async fn connect(&self) -> RedisResult<()> {
        let connection = self.client.get_multiplexed_async_connection_with_config(&self.config);
        let mut connection = within(CONNECT, connection).await?;
        self.publish_through(&mut connection).await?;
        *lock(&self.connection) = Some(connection);
        self.failed.store(false, Ordering::Relaxed);
        telemetry::redis_available();
        Ok(())
    }

    fn receive(&self, message: &Msg) {
        let groups = message.get_payload::<String>().unwrap_or_default();
        let groups: Option<Vec<_>> =
            groups.split(' ').map(|group| group.parse().ok().and_then(Group::from_number)).collect();
        match groups {
            Some(groups) => groups.into_iter().for_each(|group| self.changes.record(group)),
            None => self.changes.record_all(),
        }
    }

    fn fail(&self, error: &RedisError) {
        lock(&self.connection).take();
        if !self.failed.swap(true, Ordering::Relaxed) {
            telemetry::redis_unavailable(error);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn within<T>(limit: Duration, call: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    let timeout = |_| Err((ErrorKind::Io, "timeout").into());
    tokio::time::timeout(limit, call).await.unwrap_or_else(timeout)
}
