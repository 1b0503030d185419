//! A service that verifies keys with a cache, while they are changed.

use std::sync::Arc;
use std::time::Duration;

use api_keys::{ApiKeyProvider, NewApiKey, RevokeOptions, SecretKey};
use api_keys_emulator::Vendor;
use api_keys_tower::{Authenticated, Authenticator, Rejection};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::setup::{Setup, jump};
use crate::audit;
use crate::figures::Figures;
use crate::observed::Observed;
use crate::record::Record;
use crate::simulation::events::{Events, Purpose};
use crate::vendor::new_key;
use crate::world::Failure;

/// The number of requests to the service.
const REQUESTS: u32 = 150;

/// A key, and the time from which it must not be accepted.
struct Key {
    id: api_keys::KeyId,
    secret: SecretKey,
    /// The end by a change that the service made itself, or by the expiration.
    ended: Option<Instant>,
    /// The end by a change elsewhere.
    ended_elsewhere: Option<Instant>,
    /// A change may be pending.
    doubtful: bool,
}

pub(super) async fn run(seed: u64, events: &Arc<Events>) -> Result<Figures, Failure> {
    let setup = Setup::honest(seed, events, &[Vendor::Clerk, Vendor::Keyshield])?;
    let mut rng = events.rng(Purpose::Application, &[]);
    let ledger = &setup.world.ledger;
    let provider = Arc::new(Observed::new(Arc::clone(&setup.world), setup.connect()?, 0));

    let valid_for = Duration::from_secs(rng.u64(1..60));
    let stale_for = rng.bool().then(|| Duration::from_secs(rng.u64(1..60)));
    let mut builder =
        Authenticator::builder(Arc::clone(&provider) as Arc<dyn ApiKeyProvider>).valid_for(valid_for);
    if let Some(time) = stale_for {
        builder = builder.stale_for(time);
    }
    let authenticator = builder.build()?;
    let changes = authenticator.provider();

    let mut keys: Vec<Key> = Vec::new();
    // The difference of the calendars of the service and the vendor.
    let skewed = rng.bool();
    let calendars = Duration::from_secs(if skewed { 60 } else { 6 });
    let jumps = skewed.then(|| tokio::spawn(jump(Arc::clone(events))));
    let mut requests = JoinSet::new();
    let tolerance = valid_for + stale_for.unwrap_or_default();
    for _ in 0..REQUESTS {
        let pause = if rng.bool() { rng.u64(..30) } else { rng.u64(..4000) };
        sleep(Duration::from_millis(pause)).await;
        while let Some(done) = requests.try_join_next() {
            let (index, started, result) = done?;
            check(&keys[index], started, tolerance, &result, ledger);
        }
        let index = if keys.is_empty() { 0 } else { rng.usize(..keys.len()) };
        match rng.u8(..20) {
            _ if keys.is_empty() => keys.push(create(&setup, &mut rng, calendars).await?),
            0..=1 if keys.len() < 4 => keys.push(create(&setup, &mut rng, calendars).await?),
            2 => {
                // A verification that is in progress must not be used after the change.
                requests.spawn(verify(&authenticator, &keys, index));
                sleep(Duration::from_millis(rng.u64(..40))).await;
                let key = &mut keys[index];
                let revoked = changes.revoke(&key.id, RevokeOptions::new()).await;
                match revoked {
                    Ok(_) => key.ended = key.ended.or(Some(Instant::now())),
                    Err(_) => key.doubtful = true,
                }
                requests.spawn(verify(&authenticator, &keys, index));
            }
            3 => {
                let key = &mut keys[index];
                setup.world.store.revoke(&key.id, RevokeOptions::new()).await?;
                key.ended_elsewhere = key.ended_elsewhere.or(Some(Instant::now()));
            }
            _ => {
                requests.spawn(verify(&authenticator, &keys, index));
            }
        }
    }
    while let Some(done) = requests.join_next().await {
        let (index, started, result) = done?;
        check(&keys[index], started, tolerance, &result, ledger);
    }
    if let Some(jumps) = jumps {
        jumps.abort();
    }
    setup.calm_down().await;
    audit::requests(&setup.world);
    Ok(Figures::of(&setup.world, REQUESTS.into()))
}

/// Verifies a secret, and returns the index of its key and the time of the start.
fn verify(
    authenticator: &Authenticator,
    keys: &[Key],
    index: usize,
) -> impl Future<Output = (usize, Instant, Result<Authenticated, Rejection>)> + use<> {
    let (authenticator, secret) = (authenticator.clone(), keys[index].secret.clone());
    async move {
        let started = Instant::now();
        (index, started, authenticator.verify(&secret).await)
    }
}

/// Creates a key at the vendor, without the service.
async fn create(setup: &Setup, rng: &mut fastrand::Rng, calendars: Duration) -> Result<Key, Failure> {
    let lifetime = rng.bool().then(|| Duration::from_secs(rng.u64(60..200)));
    let mut new = NewApiKey::new(format!("edge-{}", rng.u32(..)));
    new.owner = new_key(setup.world.vendor, String::new()).owner;
    if let Some(lifetime) = lifetime {
        new = new.expires_in(lifetime);
    }
    let (key, secret) = setup.world.store.create(new).await?.into_parts();
    Record::get().secret(secret.expose());
    let ended = lifetime.map(|lifetime| Instant::now() + lifetime + calendars);
    Ok(Key { id: key.id, secret, ended, ended_elsewhere: None, doubtful: false })
}

/// Checks a result of the service.
fn check(
    key: &Key,
    started: Instant,
    tolerance: Duration,
    result: &Result<Authenticated, Rejection>,
    ledger: &crate::ledger::Ledger,
) {
    Record::get().value(&result.as_ref().err());
    let ended = |end: Option<Instant>, tolerance: Duration| end.is_some_and(|end| end + tolerance < started);
    match result {
        Ok(_) => {
            ledger.check(!ended(key.ended, Duration::ZERO), || {
                format!("{} was ended, and is accepted", key.id)
            });
            ledger.check(!ended(key.ended_elsewhere, tolerance), || {
                format!("{} was ended elsewhere over {tolerance:?} ago, and is accepted", key.id)
            });
        }
        Err(Rejection::Invalid(reason)) => {
            // An expiring key may have expired by another calendar.
            let may_end = key.ended.is_some() || key.ended_elsewhere.is_some() || key.doubtful;
            ledger.check(may_end, || format!("{} is valid, and is rejected as {reason:?}", key.id));
        }
        Err(_) => {}
    }
}
