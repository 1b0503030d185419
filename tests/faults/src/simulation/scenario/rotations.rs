//! Rotations by processes that die.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use api_keys::{
    ApiKeyProvider, ApiKeyProviderExt as _, ErrorKind, KeyId, Rotation, RotationMethod, RotationOptions,
    RotationState, SecretKey, Timestamp, Verification,
};
use api_keys_emulator::Vendor;
use tokio::task::yield_now;
use tokio::time::sleep;

use super::setup::{Setup, death};
use crate::audit;
use crate::caller::Interrupted;
use crate::figures::Figures;
use crate::observed::Observed;
use crate::simulation::disk::Disk;
use crate::simulation::events::{Events, Purpose};
use crate::vendor::new_key;
use crate::world::{Failure, World};

/// The number of keys of a world.
const KEYS: usize = 2;

/// The difference of two calendars.
const CALENDARS: Duration = Duration::from_secs(300);

/// The number of processes, of which all but the last one may die.
const PROCESSES: u32 = 12;

/// A program that rotates keys. Only its disk and its deployments survive its process.
struct Keeper<'a> {
    world: &'a World,
    provider: &'a Observed,
    disk: &'a Disk,
    deployments: &'a Mutex<BTreeMap<String, SecretKey>>,
    overlap: Duration,
}

pub(super) async fn run(seed: u64, events: &Arc<Events>) -> Result<Figures, Failure> {
    let setup = Setup::honest(seed, events, Vendor::ALL)?;
    let mut rng = events.rng(Purpose::Application, &[]);
    let (disk, deployments) = (Disk::default(), Mutex::default());
    let overlap = [Duration::ZERO, Duration::from_secs(3600)][rng.usize(..2)];

    setup.network.set_calm(true);
    let provider = Observed::new(Arc::clone(&setup.world), setup.connect()?, 0);
    let mut keys = Vec::new();
    for number in 0..KEYS {
        let name = format!("rotated-{number}");
        let (key, secret) = provider.create(new_key(setup.world.vendor, name.clone())).await?.into_parts();
        deploy(&deployments, &name, secret);
        keys.push((name, key.id));
    }
    setup.network.set_calm(false);

    let mut calls = provider.calls();
    for process in 1..=PROCESSES {
        let provider = Observed::new(Arc::clone(&setup.world), setup.connect()?, process);
        if process == PROCESSES {
            setup.calm_down().await;
        }
        let keeper = Keeper {
            world: &setup.world,
            provider: &provider,
            disk: &disk,
            deployments: &deployments,
            overlap,
        };
        let polls = if process < PROCESSES { death(events, process, 80.0, 80) } else { u32::MAX };
        let done = Interrupted { future: pin!(keeper.work(&keys)), polls }.await;
        calls += provider.calls();
        disk.crash(|name| {
            let file = name.bytes().map(u64::from).sum();
            events.occurs(Purpose::Disk, &[process.into(), file], 50.0, || format!("LostFile {name}"))
        });
        if let (Some(Err(error)), true) = (&done, process == PROCESSES) {
            setup.world.ledger.violation(format!("without faults, a rotation fails: {error}"));
        }
        keeper.check(&keys, process == PROCESSES).await?;
        sleep(Duration::from_secs(30)).await;
    }
    audit::requests(&setup.world);
    Ok(Figures::of(&setup.world, calls.into()))
}

fn deploy(deployments: &Mutex<BTreeMap<String, SecretKey>>, name: &str, secret: SecretKey) {
    deployments.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), secret);
}

impl Keeper<'_> {
    /// Rotates all keys, one after the other.
    async fn work(&self, keys: &[(String, KeyId)]) -> api_keys::Result<()> {
        for (name, id) in keys {
            self.rotate(name, id).await?;
        }
        Ok(())
    }

    /// Starts or resumes a rotation, and waits for its end.
    async fn rotate(&self, name: &str, id: &KeyId) -> api_keys::Result<()> {
        let mut rotation = match self.load(name) {
            Some(rotation) => rotation,
            None => {
                let rotation = self.plan(id).await?;
                self.save(name, &rotation).await;
                rotation
            }
        };
        while rotation.is_pending() {
            match rotation.state {
                RotationState::Planned | RotationState::Issued { .. } => {
                    let issued = rotation.issue(self.provider, Timestamp::now()).await;
                    self.save(name, &rotation).await;
                    yield_now().await;
                    deploy(self.deployments, name, issued?.secret);
                    yield_now().await;
                    rotation.mark_delivered(Timestamp::now());
                }
                _ => {
                    let rest = rotation.due().map(|due| due.duration_since(Timestamp::now()));
                    sleep(rest.and_then(|rest| rest.try_into().ok()).unwrap_or_default()).await;
                    rotation.finish(self.provider, Timestamp::now()).await?;
                }
            }
            self.save(name, &rotation).await;
        }
        Ok(())
    }

    /// Plans a rotation. Fields that the vendor does not report are waived.
    async fn plan(&self, id: &KeyId) -> api_keys::Result<Rotation> {
        let mut options = RotationOptions::new().overlap(self.overlap);
        loop {
            match self.provider.plan_rotation(id, options.clone(), Timestamp::now()).await {
                Err(error) if error.kind() == ErrorKind::UnsupportedField => {
                    for field in error.violations() {
                        options = options.waive(field.path.clone());
                    }
                }
                planned => return planned,
            }
        }
    }

    fn load(&self, name: &str) -> Option<Rotation> {
        serde_json::from_str(&self.disk.read(name)?).ok()
    }

    async fn save(&self, name: &str, rotation: &Rotation) {
        self.disk.write(name, serde_json::to_string(rotation).unwrap_or_default()).await;
    }

    /// Checks that each deployed secret is valid, and at the end that it is the only one.
    async fn check(&self, keys: &[(String, KeyId)], last: bool) -> Result<(), Failure> {
        let active: Vec<_> = audit::keys(&self.world.store)
            .await?
            .into_iter()
            .filter(|key| !key.status.is_inactive())
            .collect();
        for (name, _) in keys {
            let secret = self.deployments.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
            let Some(secret) = secret else { continue };
            let verification = self.world.store.verify(&secret).await?;
            let rotation = self.load(name);
            // A vendor that replaces the secret of a key may have done so before the new one could be deployed.
            let replaced = rotation
                .as_ref()
                .is_some_and(|rotation| rotation.method == RotationMethod::Native && rotation.is_pending());
            let ledger = &self.world.ledger;
            ledger.check(replaced || matches!(verification, Verification::Valid(_)), || {
                format!("the deployed secret of {name} is invalid: {verification:?}, {rotation:?}")
            });
            if let Some(Rotation { state: RotationState::Delivered { at, .. }, key, options, .. }) = &rotation
            {
                let ends = *at + options.overlap.saturating_sub(CALENDARS);
                ledger.check(
                    Timestamp::now() >= ends || active.iter().any(|other| other.id == key.id),
                    || {
                        format!(
                            "the old key of {name} was revoked before the end of the overlap: {rotation:?}"
                        )
                    },
                );
            }
            if last {
                let mine: Vec<_> = active
                    .iter()
                    .filter(|key| {
                        key.name.as_deref().is_some_and(|other| other.split(" (").next() == Some(name))
                    })
                    .map(|key| &key.id)
                    .collect();
                ledger.check(mine.len() == 1, || format!("{name} has the keys {mine:?}: {rotation:?}"));
            }
        }
        Ok(())
    }
}
