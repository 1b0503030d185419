//! Bulk operations by processes that die.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use api_keys::{ApiKeyProvider as _, BulkOptions, KeyId, ListQuery, RevokeOptions, for_each_key};
use api_keys_emulator::Vendor;
use tokio::time::sleep;

use super::setup::{Setup, death};
use crate::audit;
use crate::caller::Interrupted;
use crate::figures::Figures;
use crate::observed::Observed;
use crate::simulation::events::{Events, Purpose};
use crate::vendor::new_key;
use crate::world::Failure;

/// The number of processes, of which all but the last one may die.
const PROCESSES: u32 = 6;

pub(super) async fn run(seed: u64, events: &Arc<Events>) -> Result<Figures, Failure> {
    let setup = Setup::honest(seed, events, Vendor::ALL)?;
    let mut rng = events.rng(Purpose::Application, &[]);
    let ledger = &setup.world.ledger;

    setup.network.set_calm(true);
    let provider = Observed::new(Arc::clone(&setup.world), setup.connect()?, 0);
    let mut kept = Vec::new();
    for number in 0..rng.u32(2..16) {
        let name = format!("{}-{number}", if number % 4 == 0 { "kept" } else { "ended" });
        let issued = provider.create(new_key(setup.world.vendor, name.clone())).await?;
        if name.starts_with("kept") {
            kept.push(issued.key.id);
        }
    }
    setup.network.set_calm(false);

    let mut query = ListQuery::new();
    if provider.capabilities().owner_required {
        query.owner = new_key(setup.world.vendor, String::new()).owner;
    }
    let mut calls = provider.calls();
    for process in 1..=PROCESSES {
        let provider = Arc::new(Observed::new(Arc::clone(&setup.world), setup.connect()?, process));
        let last = process == PROCESSES;
        if last {
            setup.calm_down().await;
        }
        let polls = if last { u32::MAX } else { death(events, process, 70.0, 60) };
        let started: Mutex<BTreeMap<KeyId, u32>> = Mutex::default();
        let options = BulkOptions::new()
            .concurrency(rng.usize(1..6))
            .filter(|key| key.name.as_deref().is_some_and(|name| name.starts_with("ended")));
        let work = for_each_key(Arc::clone(&provider), query.clone(), options, |provider, key| {
            *started.lock().unwrap_or_else(PoisonError::into_inner).entry(key.id.clone()).or_default() += 1;
            async move { provider.revoke(&key.id, RevokeOptions::new()).await.map(drop) }
        });
        let summary = Interrupted { future: pin!(work), polls }.await;
        calls += provider.calls();
        let started = started.into_inner().unwrap_or_else(PoisonError::into_inner);
        ledger.check(started.values().all(|times| *times == 1), || {
            format!("keys were started twice: {started:?}")
        });

        let active = active(&setup).await?;
        if let Some(Ok(summary)) = &summary {
            let failed: Vec<_> = summary.failed.iter().map(|(id, _)| id).collect();
            let undone = started.keys().filter(|id| active.contains(id) && !failed.contains(id)).count();
            ledger.check(undone == 0, || format!("{undone} keys are reported as done, and are active"));
            ledger.check(summary.done + failed.len() == started.len(), || {
                format!("{summary:?} of {started:?}")
            });
        }
        for id in &kept {
            ledger.check(active.contains(id), || format!("{id} was not selected, and is not active"));
        }
        if last {
            ledger.check(active.len() == kept.len(), || {
                format!("without faults: {summary:?}, active: {active:?}")
            });
        }
        sleep(Duration::from_secs(30)).await;
    }
    audit::requests(&setup.world);
    Ok(Figures::of(&setup.world, calls.into()))
}

async fn active(setup: &Setup) -> Result<Vec<KeyId>, Failure> {
    let keys = audit::keys(&setup.world.store).await?.into_iter();
    Ok(keys.filter(|key| !key.status.is_inactive()).map(|key| key.id).collect())
}
