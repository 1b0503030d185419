//! The tier of the cache that instances share.

use std::sync::Arc;
use std::time::{Duration, Instant};

use api_keys_core::{ApiKey, KeyId, Result, SecretKey, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use redis::Client;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::Fleet;
use super::entry::Entry;
use super::link::Link;
use crate::cache::{Outcome, remaining_lifetime};
use crate::changes::{Changes, Group};
use crate::digest::{Digest, Hasher};
use crate::rate_limit::RateLimit;
use crate::telemetry;

/// A connection to the other instances.
pub(crate) struct Tier {
    link: Arc<Link>,
    task: AbortHandle,
    namespace: String,
    /// Computes the names of secrets.
    names: Hasher,
    /// Computes the authentication codes of results.
    codes: Hasher,
}

/// The result of [`Tier::get`].
enum Lookup {
    /// A valid result, and the time for which it can be used.
    Found(Arc<ApiKey>, Duration),
    Missing(Slot),
}

/// The place of a result that is not known yet.
struct Slot {
    name: Digest,
    /// The number of the last change, and the time of the server in milliseconds.
    changes: u64,
    time: u64,
    started_at: Timestamp,
}

impl Tier {
    pub(super) fn start(
        fleet: &Fleet,
        client: Client,
        vendor: &str,
        changes: Arc<Changes>,
        runtime: &Handle,
    ) -> Self {
        let link = Arc::new(Link::new(client, fleet.timeout, &fleet.namespace, changes));
        let maintained = link.clone();
        let task = runtime.spawn(async move { maintained.maintain().await }).abort_handle();
        let hasher = |purpose: &str| {
            let purpose = format!(
                "api-keys-tower {} {purpose} {vendor} {}",
                env!("CARGO_PKG_VERSION"),
                fleet.namespace
            );
            Hasher::derived(&purpose, fleet.key.expose().as_bytes())
        };
        Self {
            link,
            task,
            namespace: fleet.namespace.clone(),
            names: hasher("names"),
            codes: hasher("codes"),
        }
    }

    /// Returns the result of an instance whose verification was started at most `lifetime` ago, with the rest of its
    /// lifetime, or verifies the key and stores the result if it is valid.
    pub(crate) async fn get_or(
        &self,
        secret: &SecretKey,
        lifetime: Duration,
        verification: impl Future<Output = Result<(Outcome, Duration)>>,
    ) -> Result<(Outcome, Duration)> {
        let slot = match self.get(secret, lifetime).await {
            Some(Lookup::Found(key, rest)) => {
                telemetry::lookup("shared");
                return Ok((Outcome::valid(key), rest));
            }
            Some(Lookup::Missing(slot)) => Some(slot),
            None => None,
        };
        let (outcome, lifetime) = verification.await?;
        if let (Outcome::Valid(key, group), Some(slot)) = (&outcome, slot)
            && !lifetime.is_zero()
        {
            self.put(&slot, key, *group, lifetime).await;
        }
        Ok((outcome, lifetime))
    }

    async fn get(&self, secret: &SecretKey, lifetime: Duration) -> Option<Lookup> {
        let (start, started_at) = (Instant::now(), Timestamp::now());
        let name = self.names.digest(secret.expose());
        let mut script = self.link.scripts.get.key(self.result(&name));
        let reply = self.link.run(script.key(&self.link.hash)).await?;
        let (changes, time, found): (u64, u64, Option<(Vec<u8>, u64)>) = reply;
        let found = found.and_then(|(bytes, rest)| {
            let entry = Entry::open(&self.codes, &name, &bytes, lifetime)?;
            // The rest was computed after the start.
            let rest = Duration::from_millis(rest).saturating_sub(start.elapsed());
            let rest = rest.min(remaining_lifetime(&entry.key, lifetime));
            (!rest.is_zero()).then_some((entry.key, rest))
        });
        Some(match found {
            Some((key, rest)) => Lookup::Found(Arc::new(key), rest),
            None => Lookup::Missing(Slot { name, changes, time, started_at }),
        })
    }

    /// Stores a valid result whose lifetime begins at the time of the lookup.
    async fn put(&self, slot: &Slot, key: &ApiKey, group: Group, lifetime: Duration) {
        let Some(result) = Entry::seal(&self.codes, &slot.name, slot.started_at, key) else { return };
        let lifetime = u32::try_from(lifetime.as_millis()).unwrap_or(u32::MAX);
        let mut script = self.link.scripts.put.key(self.result(&slot.name));
        script.arg(slot.changes).arg(slot.time).arg(group.number()).arg(result).arg(lifetime);
        self.link.run::<()>(&script).await;
    }

    /// Counts a request of a key, or returns `None` if Redis is unavailable.
    pub(crate) async fn limit(
        &self,
        id: &KeyId,
        limit: &RateLimit,
    ) -> Option<std::result::Result<(), Duration>> {
        let mut script = self.link.scripts.limit.key(format!("{}:limit:{id}", self.namespace));
        let quota = limit.quota();
        script.arg(quota.replenish_interval().as_secs_f64() * 1e6).arg(quota.burst_size().get());
        let wait = self.link.run::<u64>(&script).await?;
        Some(if wait == 0 { Ok(()) } else { Err(Duration::from_micros(wait)) })
    }

    /// Records a change that must be published.
    pub(crate) fn record(&self, group: Group) {
        self.link.record(group);
    }

    /// Publishes recorded changes if Redis is available.
    pub(crate) async fn publish(&self) {
        self.link.publish().await;
    }

    fn result(&self, name: &Digest) -> String {
        format!("{}:result:{}", self.namespace, URL_SAFE_NO_PAD.encode(name.0))
    }
}

impl Drop for Tier {
    fn drop(&mut self) {
        self.task.abort();
    }
}
