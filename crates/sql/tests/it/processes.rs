//! Several processes, and processes that are killed.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use api_keys_core::{
    ApiKey, ApiKeyProvider as _, ApiKeyProviderExt as _, Effect, KeyId, KeyStatus, ListQuery, NewApiKey,
    RevokeOptions, RotateOptions, SecretKey, UpdateApiKey, Verification,
};
use api_keys_sql::{Event, EventQuery, Sql};
use futures_util::TryStreamExt as _;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::support::child::{self, Worker};
use crate::support::{Database, is_valid};

const PROCESSES: usize = 8;
const OPERATIONS: usize = 2_500;
const USES: i64 = 3_000;

async fn all(keys: &Sql) -> Vec<ApiKey> {
    let query = ListQuery::new().include_inactive(true).limit(1000);
    keys.keys(query).try_collect().await.expect("keys")
}

/// Returns all events, the earliest first.
async fn events(keys: &Sql) -> Vec<Event> {
    let mut query = EventQuery::new().limit(1000);
    let mut events = Vec::new();
    loop {
        let page = keys.events(query.clone()).await.expect("events");
        events.extend(page.items);
        match page.next {
            Some(cursor) => query.cursor = Some(cursor),
            None => break,
        }
    }
    events.reverse();
    events
}

/// Asserts that the audit trail leads to the current state.
async fn assert_trail_agrees(keys: &Sql) {
    let mut expected: BTreeMap<KeyId, String> = BTreeMap::new();
    for event in events(keys).await {
        let status = event.changes.get("status").and_then(|change| change["to"].as_str());
        match event.action.as_str() {
            "create" => assert!(expected.insert(event.key, "active".to_owned()).is_none(), "created twice"),
            "delete" => assert!(expected.remove(&event.key).is_some(), "deleted twice"),
            _ => {
                let known = expected.get_mut(&event.key).expect("created before");
                status.into_iter().for_each(|status| *known = status.to_owned());
            }
        }
    }
    let actual: BTreeMap<_, _> =
        all(keys).await.into_iter().map(|key| (key.id, key.status.to_string())).collect();
    assert_eq!(actual, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_processes_lose_nothing() {
    for database in Database::all().await {
        let keys = database.open().await;
        let limited = keys.create(NewApiKey::new("limited").extra("remaining", USES)).await.expect("a key");
        let shared = keys.create(NewApiKey::new("shared")).await.expect("a key");
        let mut workers: Vec<_> =
            (0..PROCESSES).map(|_| Worker::start("processes::mixed_worker", &database.url)).collect();
        for (n, worker) in workers.iter_mut().enumerate() {
            worker.send(&format!("{n} {} {}", limited.secret.expose(), shared.key.id));
        }
        let mut used = 0;
        let mut expected = BTreeMap::new();
        let mut created = BTreeSet::new();
        for (n, worker) in workers.iter_mut().enumerate() {
            let result = worker.next("result").expect("a result");
            let mut fields = result.split(' ');
            used += fields.next().and_then(|used| used.parse::<i64>().ok()).expect("uses");
            let last = fields.next().and_then(|last| last.parse::<i64>().ok()).expect("the last value");
            expected.insert(format!("worker_{n}"), last);
            created.extend(fields.map(|id| KeyId::new(id).expect("an id")));
            assert!(worker.wait(), "the worker failed");
        }
        let limited = keys.get(&limited.key.id).await.expect("a key");
        assert_eq!(limited.extra["remaining"].as_i64(), Some(USES - used), "{}", database.url);
        let shared = keys.get(&shared.key.id).await.expect("a key");
        let written: BTreeMap<_, _> = shared
            .extra
            .iter()
            .map(|(name, value)| (name.to_owned(), value.as_i64().expect("a number")))
            .collect();
        assert_eq!(written, expected);
        let mut left: BTreeSet<_> = all(&keys).await.into_iter().map(|key| key.id).collect();
        left.remove(&limited.id);
        left.remove(&shared.id);
        assert_eq!(left, created);
        assert_trail_agrees(&keys).await;
    }
}

/// Performs mixed operations, none of which may fail.
#[tokio::test]
#[ignore = "started by `concurrent_processes_lose_nothing`"]
async fn mixed_worker() {
    let keys = Sql::connect(child::url()).await.expect("a database");
    let line = child::line();
    let mut fields = line.split(' ');
    let number: u64 = fields.next().and_then(|number| number.parse().ok()).expect("a number");
    let limited = SecretKey::new(fields.next().expect("a secret"));
    let shared = KeyId::new(fields.next().expect("an id")).expect("an id");
    let mut random = StdRng::seed_from_u64(number);
    let (mut used, mut last) = (0, 0);
    let mut own: Vec<(KeyId, SecretKey)> = Vec::new();
    for n in 0..OPERATIONS {
        match random.random_range(0..100) {
            0..25 => {
                let verification = keys.verify(&limited).await.expect("verified");
                used += u32::from(matches!(verification, Verification::Valid(_)));
            }
            25..40 => {
                last += 1;
                let changes = UpdateApiKey::new().extra(format!("worker_{number}"), last);
                keys.update(&shared, changes).await.expect("updated");
            }
            40..60 => {
                let issued = keys.create(NewApiKey::new(format!("{number}-{n}"))).await.expect("a key");
                own.push((issued.key.id, issued.secret));
            }
            60..65 if !own.is_empty() => {
                let at = random.random_range(0..own.len());
                let (id, secret) = own.swap_remove(at);
                keys.delete(&id).await.expect("deleted");
                assert!(!is_valid(&keys, &secret).await);
            }
            65..70 if !own.is_empty() => {
                let at = random.random_range(0..own.len());
                own[at].1 = keys.rotate(&own[at].0, RotateOptions::new()).await.expect("a secret").secret;
            }
            _ => {
                for (_, secret) in own.iter().rev().take(1) {
                    assert!(is_valid(&keys, secret).await);
                }
            }
        }
    }
    for (_, secret) in &own {
        assert!(is_valid(&keys, secret).await);
    }
    if last == 0 {
        last = 1;
        let changes = UpdateApiKey::new().extra(format!("worker_{number}"), last);
        keys.update(&shared, changes).await.expect("updated");
    }
    let ids: Vec<_> = own.iter().map(|(id, _)| id.as_str()).collect();
    println!("\nresult {used} {last} {}", ids.join(" "));
}

/// The last acknowledged state of a key.
#[derive(Debug)]
struct Known {
    secret: SecretKey,
    status: KeyStatus,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_process_loses_no_change() {
    for database in Database::all().await {
        let keys = database.open().await;
        let mut random = StdRng::seed_from_u64(1);
        let mut known: BTreeMap<KeyId, Known> = BTreeMap::new();
        let mut started = HashSet::new();
        let mut uncertain: HashSet<KeyId> = HashSet::new();
        let mut changes = 0;
        while changes < 1_000 {
            let mut worker = Worker::start("processes::changing_worker", &database.url);
            let kill_after = random.random_range(1..80);
            // The change that was started and not acknowledged.
            let mut open: Option<String> = None;
            let mut acknowledged = 0;
            while let Some(line) = worker.next("ledger") {
                let (event, rest) = line.split_once(' ').expect("two words");
                let fields: Vec<_> = rest.split(' ').collect();
                let id = KeyId::new(fields[0]).expect("an id");
                match event {
                    "start" => {
                        started.insert(rest.to_owned());
                        open = Some(rest.to_owned());
                        continue;
                    }
                    "issued" => {
                        let secret = SecretKey::new(fields[1]);
                        let key = known
                            .entry(id)
                            .or_insert(Known { secret: secret.clone(), status: KeyStatus::Active });
                        key.secret = secret;
                    }
                    "revoked" => known.get_mut(&id).expect("a known key").status = KeyStatus::Revoked,
                    "deleted" => drop(known.remove(&id).expect("a known key")),
                    other => panic!("{other}"),
                }
                open = None;
                acknowledged += 1;
                // Lines that were written before the kill are read after it.
                if acknowledged == kill_after {
                    worker.kill();
                }
            }
            worker.wait();
            changes += acknowledged;
            // An interrupted change to a known key may have been applied.
            if let Some(id) = open.and_then(|id| KeyId::new(id).ok()).filter(|id| known.contains_key(id)) {
                known.remove(&id);
                uncertain.insert(id);
            }
        }
        let stored: BTreeMap<_, _> = all(&keys).await.into_iter().map(|key| (key.id.clone(), key)).collect();
        for (id, known) in &known {
            let key = stored.get(id).unwrap_or_else(|| panic!("{id} is lost"));
            assert_eq!(key.status, known.status);
            assert_eq!(is_valid(&keys, &known.secret).await, known.status == KeyStatus::Active, "{id}");
        }
        let unknown =
            stored.values().filter(|key| !known.contains_key(&key.id) && !uncertain.contains(&key.id));
        for key in unknown {
            let name = key.name.as_deref().expect("a name");
            assert!(started.contains(name), "{name} was not requested");
        }
        assert_trail_agrees(&keys).await;
    }
}

/// Changes keys and reports each change before and after.
#[tokio::test]
#[ignore = "started by `killed_process_loses_no_change`"]
async fn changing_worker() {
    let keys = Sql::connect(child::url()).await.expect("a database");
    let mut random: StdRng = rand::make_rng();
    let mut own: Vec<KeyId> = Vec::new();
    let report = |line: String| {
        use std::io::Write as _;
        println!("\nledger {line}");
        std::io::stdout().flush().expect("written");
    };
    loop {
        let at = random.random_range(0..own.len().max(1));
        match (random.random_range(0..10), own.get(at).cloned()) {
            (5, Some(id)) => {
                report(format!("start {id}"));
                let issued = keys.rotate(&id, RotateOptions::new()).await.expect("a secret");
                report(format!("issued {id} {}", issued.secret.expose()));
            }
            (6, Some(id)) => {
                report(format!("start {id}"));
                let _ = keys.revoke(&id, RevokeOptions::new()).await.expect("revoked");
                own.swap_remove(at);
                report(format!("revoked {id}"));
            }
            (7, Some(id)) => {
                report(format!("start {id}"));
                keys.delete(&id).await.expect("deleted");
                own.swap_remove(at);
                report(format!("deleted {id}"));
            }
            _ => {
                let name = format!("name_{}", random.random::<u64>());
                report(format!("start {name}"));
                let issued = keys.create(NewApiKey::new(name)).await.expect("a key");
                report(format!("issued {} {}", issued.key.id, issued.secret.expose()));
                own.push(issued.key.id);
            }
        }
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn full_disk_loses_no_key() {
    let database = Database::sqlite();
    let keys = database.open().await;
    let mut failures = 0;
    for kilobytes in (64..1_024).step_by(64) {
        let mut worker = Worker::start_limited("processes::creating_worker", &database.url, kilobytes);
        while let Some(line) = worker.next("ledger") {
            let fields: Vec<_> = line.split(' ').collect();
            if let ["issued", secret] = fields[..] {
                assert!(is_valid(&keys, &SecretKey::new(secret)).await, "a key is lost");
                continue;
            }
            let ["failed", name, effect, kind] = fields[..] else { panic!("{line}") };
            failures += 1;
            assert_eq!(kind, "unavailable");
            let found = keys.list(ListQuery::new().search(name)).await.expect("a page").items;
            if effect == Effect::NotApplied.as_str() {
                assert_eq!(found, []);
            }
        }
        worker.wait();
    }
    assert!(failures > 10, "the limit was reached {failures} times");
    // The database can be used when there is room again.
    let issued = keys.create(NewApiKey::new("room")).await.expect("a key");
    assert!(is_valid(&keys, &issued.secret).await);
    assert_trail_agrees(&keys).await;
}

/// Creates keys until it fails, then tries a few more times.
#[tokio::test]
#[ignore = "started by `full_disk_loses_no_key`"]
async fn creating_worker() {
    let keys = match Sql::connect(child::url()).await {
        Ok(keys) => keys,
        // There was no room to open the database.
        Err(_) => return,
    };
    let mut failures = 0;
    for n in 0..2_000 {
        let name = format!("name_{}_{n}_", std::process::id());
        match keys.create(NewApiKey::new(&name).metadata("x".repeat(500))).await {
            Ok(issued) => println!("\nledger issued {}", issued.secret.expose()),
            Err(error) => {
                println!("\nledger failed {name} {} {}", error.effect(), error.kind());
                failures += 1;
                if failures == 3 {
                    return;
                }
            }
        }
    }
}
