//! Comparison of the ledger with the server after a run.

use std::time::Duration;

use api_keys::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, Effect, KeyId, ListQuery, Operation, RevokeOptions,
    RotateOptions, SecretKey, Verification,
};
use api_keys_runtime::HttpConfig;
use tokio::time::{Instant, sleep};

use crate::call_id::CallId;
use crate::harness::{Failure, Harness};
use crate::ledger::{End, Fate, Found};
use crate::vendor::connect;

type Done = Result<(), Failure>;

/// Compares the ledger with the records of the network and the server, and completes postponed recovery. Violations are
/// recorded in the ledger.
pub(crate) async fn audit(harness: &Harness) -> Done {
    rest(harness).await;
    requests(harness);
    every_key_is_covered(harness).await?;
    recover(harness).await?;
    every_key_is_accounted_for(harness).await?;
    foreign_requests(harness);
    Ok(())
}

/// Waits until no request is pending. The clients and their connections are gone.
async fn rest(harness: &Harness) {
    harness.proxy.calm_down();
    let deadline = Instant::now() + Duration::from_secs(30);
    while harness.proxy.open() > 0 && Instant::now() < deadline {
        sleep(Duration::from_millis(5)).await;
    }
    let open = harness.proxy.open();
    harness.ledger.check(open == 0, || format!("{open} connections stay open without a client"));
}

/// Checks that each reported result matches the effect at the server.
fn requests(harness: &Harness) {
    let ledger = &harness.ledger;
    let (forwarded, counted) = (harness.proxy.arrivals().forwarded(), harness.emulator.requests());
    ledger.check(forwarded == counted, || format!("{forwarded} requests went on, {counted} arrived"));
    for (call, entry) in ledger.entries() {
        let operation = entry.operation;
        let arrival = harness.proxy.arrivals().of(call);
        let message =
            |what: &str| format!("{call} {operation} ended as {:?}: {what}: {arrival:?}", entry.end);
        let sent = harness.counts.sent(call).attempts;
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
async fn every_key_is_covered(harness: &Harness) -> Done {
    let entries = harness.ledger.entries();
    let fates = harness.ledger.fates();
    for key in keys(harness).await? {
        let Some(call) = call_of(&key) else {
            harness.ledger.violation(format!("unexpected key {key:?}"));
            continue;
        };
        let end = entries.get(&call).map(|entry| entry.end);
        let covered = fates.contains_key(&key.id) || end.is_some_and(End::is_warning);
        harness.ledger.check(covered, || format!("{call} ended as {end:?}, but there is {key:?}"));
    }
    Ok(())
}

/// Completes the recovery that workers postponed, without faults.
async fn recover(harness: &Harness) -> Done {
    let (ledger, store) = (&harness.ledger, harness.emulator.store());
    let base_url = harness.emulator.base_url().to_owned();
    let provider = connect(&harness.dialect, base_url, harness.emulator.token(), HttpConfig::new())?;
    for (id, fate) in ledger.fates() {
        if let Fate::Ending = fate {
            end(&*provider, &id).await?;
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
                end(&*provider, &orphan.id).await?;
                ledger.found(doubt.call, Found::OrphanedLate);
                ledger.fate(&orphan.id, Fate::Ended);
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
    let fates = ledger.fates();
    for id in ledger.doubtful_secrets() {
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
async fn every_key_is_accounted_for(harness: &Harness) -> Done {
    let (ledger, store) = (&harness.ledger, harness.emulator.store());
    let fates = ledger.fates();
    for key in keys(harness).await? {
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
        if let Fate::Held(_) = fate {
            ledger.check(store.find(&id).await?.is_some(), || format!("{id} is held, and is not there"));
        }
    }
    // Each created key reached its holder in exactly one way.
    let created = ledger.entries().into_iter().filter(|(call, entry)| {
        entry.operation == Operation::Create && harness.proxy.arrivals().of(*call).acted > 0
    });
    let created = created.map(|(call, _)| call).collect::<Vec<_>>();
    let found = ledger.all_found().into_keys().collect::<Vec<_>>();
    ledger.check(created == found, || {
        let lost: Vec<_> = created.iter().filter(|call| !found.contains(call)).collect();
        let invented: Vec<_> = found.iter().filter(|call| !created.contains(call)).collect();
        format!("created, but not found: {lost:?}; found, but not created: {invented:?}")
    });
    Ok(())
}

/// Checks that the foreign origin received nothing, and that no body exceeded its limit.
fn foreign_requests(harness: &Harness) {
    let received = harness.foreign.received();
    let lengths: Vec<_> = received.iter().map(Vec::len).collect();
    harness.ledger.check(received.is_empty(), || format!("another origin was sent {lengths:?} bytes"));
    let over = harness.counts.bodies_over_limit();
    harness.ledger.check(over == 0, || format!("{over} times a body was read on beyond its limit"));
}

/// Returns all keys of the server, in any state.
async fn keys(harness: &Harness) -> api_keys::Result<Vec<ApiKey>> {
    let store = harness.emulator.store();
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
