//! Comparison of the ledger with the server after a run.

use api_keys::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, Effect, KeyId, ListQuery, Operation, RevokeOptions,
    RotateOptions, SecretKey, Timestamp, Verification,
};
use api_keys_memory::Memory;

use crate::call_id::CallId;
use crate::ledger::{End, Fate, Found};
use crate::vendor::new_key;
use crate::world::{Failure, World};

type Done = Result<(), Failure>;

/// Compares the ledger with the records of the network and the server, and completes postponed recovery with a provider
/// whose network has no faults. Violations are recorded in the ledger.
pub(crate) async fn audit(world: &World, provider: &dyn ApiKeyProvider) -> Done {
    requests(world);
    every_key_is_covered(world).await?;
    recover(world, provider).await?;
    every_key_is_accounted_for(world).await?;
    let over = world.counts.bodies_over_limit();
    world.ledger.check(over == 0, || format!("{over} times a body was read on beyond its limit"));
    Ok(())
}

/// Checks that each reported result matches the effect at the server.
pub(crate) fn requests(world: &World) {
    let ledger = &world.ledger;
    for (call, entry) in ledger.entries() {
        let operation = entry.operation;
        let arrival = world.arrivals.of(call);
        let message =
            |what: &str| format!("{call} {operation} ended as {:?}: {what}: {arrival:?}", entry.end);
        let sent = world.counts.sent(call).attempts;
        ledger.check(arrival.seen <= sent, || message(&format!("{sent} requests were made")));
        if let Operation::Create | Operation::Rotate = operation {
            ledger.check(arrival.forwarded <= 1, || message("reached the server twice"));
        }
        let reads =
            matches!(operation, Operation::Get | Operation::List | Operation::Verify | Operation::Reveal);
        match entry.end {
            End::Failed(Effect::NotApplied) if !reads => {
                ledger.check(arrival.acted == 0, || message("but the server acted"));
            }
            End::Done if matches!(operation, Operation::Create | Operation::Rotate | Operation::Update) => {
                ledger.check(arrival.acted > 0, || message("but the server did nothing"));
            }
            _ => {}
        }
    }
}

/// Checks that every key on the server was returned, or its caller was warned.
async fn every_key_is_covered(world: &World) -> Done {
    let entries = world.ledger.entries();
    let fates = world.ledger.fates();
    for key in keys(&world.store).await? {
        if world.ledger.is_rolled_back(&key.id) {
            continue;
        }
        let Some(call) = call_of(&key) else {
            world.ledger.violation(format!("unexpected key {key:?}"));
            continue;
        };
        let end = entries.get(&call).map(|entry| entry.end);
        let duplicated = world.arrivals.of(call).duplicated > 0;
        let covered = fates.contains_key(&key.id) || end.is_some_and(End::is_warning) || duplicated;
        world.ledger.check(covered, || format!("{call} ended as {end:?}, but there is {key:?}"));
    }
    Ok(())
}

/// Completes the recovery that workers postponed, without faults.
async fn recover(world: &World, provider: &dyn ApiKeyProvider) -> Done {
    let (ledger, store) = (&world.ledger, &world.store);
    for (id, fate) in ledger.fates() {
        if let Fate::Ending = fate {
            end(provider, &id).await?;
            ledger.fate(&id, Fate::Ended);
        }
    }
    // A vendor may list at most a hundred keys. The next ones are listed after these are deleted.
    let mut doubts = ledger.doubts();
    loop {
        let before = doubts.len();
        let mut left = Vec::new();
        for doubt in doubts {
            let orphans = provider.orphans(&doubt.new, doubt.started).await?;
            for orphan in &orphans {
                end(provider, &orphan.id).await?;
                ledger.fate(&orphan.id, Fate::Ended);
            }
            if !orphans.is_empty() {
                ledger.found(doubt.call, Found::OrphanedLate);
            }
            if orphans.is_empty() {
                left.push(doubt);
            }
        }
        if left.len() == before {
            break;
        }
        doubts = left;
    }
    // The inventory shows what a network created twice.
    for call in world.arrivals.duplicated() {
        let fates = ledger.fates();
        for key in provider.orphans(&new_key(world.vendor, call.key_name()), Timestamp::MIN).await? {
            if !fates.contains_key(&key.id) {
                end(provider, &key.id).await?;
                ledger.fate(&key.id, Fate::Ended);
            }
        }
    }
    let fates = ledger.fates();
    for id in ledger.doubtful_secrets() {
        if ledger.is_rolled_back(&id) {
            continue;
        }
        if let Some(Fate::Held(secret)) = fates.get(&id)
            && !is_good(store, secret).await?
        {
            let issued = provider.rotate(&id, RotateOptions::new()).await?;
            ledger.rotated_again();
            ledger.fate(&id, Fate::Held(issued.secret));
        }
    }
    Ok(())
}

/// Revokes a key, and deletes its record if it remains.
async fn end(provider: &dyn ApiKeyProvider, id: &KeyId) -> Done {
    let ignore_missing = |result: api_keys::Result<()>| match result {
        Err(error) if !error.is_not_found() => Err(error),
        _ => Ok(()),
    };
    ignore_missing(provider.revoke(id, RevokeOptions::new()).await.map(drop))?;
    if provider.supports(Operation::Delete) {
        ignore_missing(provider.delete(id).await)?;
    }
    Ok(())
}

/// Checks that every valid key has a holder, and that ended keys are invalid.
async fn every_key_is_accounted_for(world: &World) -> Done {
    let (ledger, store) = (&world.ledger, &world.store);
    let fates = ledger.fates();
    for key in keys(&world.store).await? {
        if ledger.is_rolled_back(&key.id) {
            continue;
        }
        let inactive = key.status.is_inactive();
        match fates.get(&key.id) {
            Some(Fate::Held(secret)) => {
                let good =
                    matches!(store.verify(secret).await?, Verification::Valid(found) if found.id == key.id);
                ledger.check(good, || format!("the known secret of {key:?} is invalid"));
            }
            Some(_) => ledger.check(inactive, || format!("{key:?} was ended, but is valid")),
            None => ledger.check(inactive, || format!("unaccounted for: {key:?}")),
        }
    }
    for (id, fate) in fates {
        if let Fate::Held(_) = fate
            && !ledger.is_rolled_back(&id)
        {
            ledger.check(store.find(&id).await?.is_some(), || format!("{id} is held, and is not there"));
        }
    }
    // Each created key reached its holder in exactly one way.
    let lost = |call: &CallId| ledger.is_lost(*call) || world.arrivals.of(*call).duplicated > 0;
    let created = ledger.entries().into_iter().filter(|(call, entry)| {
        entry.operation == Operation::Create && world.arrivals.of(*call).acted > 0 && !lost(call)
    });
    let created = created.map(|(call, _)| call).collect::<Vec<_>>();
    let found = ledger.all_found().into_keys().filter(|call| !lost(call)).collect::<Vec<_>>();
    ledger.check(created == found, || {
        let lost: Vec<_> = created.iter().filter(|call| !found.contains(call)).collect();
        let invented: Vec<_> = found.iter().filter(|call| !created.contains(call)).collect();
        format!("created, but not found: {lost:?}; found, but not created: {invented:?}")
    });
    Ok(())
}

/// Returns all keys of the server, in any state.
pub(crate) async fn keys(store: &Memory) -> api_keys::Result<Vec<ApiKey>> {
    let mut keys = Vec::new();
    let mut query = ListQuery::new().include_inactive(true);
    loop {
        let page = store.list(query.clone()).await?;
        keys.extend(page.items);
        match page.next {
            Some(next) => query = query.cursor(next),
            None => return Ok(keys),
        }
    }
}

async fn is_good(store: &dyn ApiKeyProvider, secret: &SecretKey) -> api_keys::Result<bool> {
    Ok(matches!(store.verify(secret).await?, Verification::Valid(_)))
}

fn call_of(key: &ApiKey) -> Option<CallId> {
    CallId::of_key(key.name.as_deref()?)
}
