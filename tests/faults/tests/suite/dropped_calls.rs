//! Concurrent and dropped calls of one client.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use api_keys::{ApiKeyProvider, Effect, ErrorKind, KeyId, ListQuery, Result};
use api_keys_emulator::Vendor;
use api_keys_fault_tests::proxy::{Harness, Load, Stack, allow_many_sockets};
use api_keys_fault_tests::{CallId, Fault, Limits, Record, Schedule, mixed, new_key, seed, table};
use api_keys_runtime::{HttpConfig, PoolSettings};
use futures_util::future::join_all;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

const CALLS: u32 = 1000;

async fn create(vendor: Vendor, provider: Arc<dyn ApiKeyProvider>, number: u32) -> Result<KeyId> {
    let issued = provider.create(new_key(vendor, CallId::new(0, number).key_name())).await?;
    Ok(issued.key.id)
}

/// Waits until the connections are closed after the client was dropped.
async fn open_at_last(harness: &Harness) -> usize {
    for _ in 0..3000 {
        if harness.proxy.open() == 0 {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    harness.proxy.open()
}

/// Settings with a transport that has its defaults.
fn http(stack: Stack) -> HttpConfig {
    HttpConfig::new().transport(stack.transport(Duration::from_secs(30), PoolSettings::default()).unwrap())
}

/// A thousand concurrent calls succeed with the default number of connections. Connections are reused, and closed when
/// the client is dropped.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_calls_share_one_client() {
    Record::install();
    allow_many_sockets();
    for (vendor, stack) in [
        (Vendor::Clerk, Stack::Reqwest),
        (Vendor::Mcp, Stack::Reqwest),
        (Vendor::Clerk, Stack::Hyper),
        (Vendor::Mcp, Stack::Hyper),
    ] {
        let harness = Harness::start(vendor, 0, Schedule::Calm, Limits::generous()).await.unwrap();
        let provider = harness.provider(http(stack)).unwrap();
        let calls: JoinSet<_> = (0..CALLS).map(|number| create(vendor, provider.clone(), number)).collect();
        let ids: HashSet<_> = calls.join_all().await.into_iter().map(|id| id.unwrap()).collect();
        assert_eq!(ids.len(), CALLS as usize, "{vendor}: each call returns its own key");

        for round in CALLS.. {
            let calls = (0..20).map(|number| create(vendor, provider.clone(), round * 20 + number));
            assert!(join_all(calls).await.iter().all(Result::is_ok), "{vendor}");
            if round == CALLS + 10 {
                break;
            }
        }
        let (most, accepted) = (harness.proxy.most_open(), harness.proxy.accepted());
        let limit = match stack {
            Stack::Hyper => 100,
            // reqwest may connect although a connection becomes free.
            Stack::Reqwest => 200,
        };
        assert!(most <= limit, "{vendor}, {stack:?}: {most} concurrent connections");
        assert!(accepted <= limit + 100, "{vendor}, {stack:?}: {accepted} connections, few were reused");

        drop(provider);
        assert_eq!(open_at_last(&harness).await, 0, "{vendor}: connections without a client");
    }
}

/// A provider serializes its writes to an MCP server. Waiting for other writes counts towards the timeout of a call.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queued_write_keeps_its_deadline() {
    const WRITES: usize = 8;
    Record::install();
    let second = Duration::from_secs(1);
    let limits = Limits { attempt: second, total: second, max_attempts: 1, ..Limits::default() };
    let schedule = Schedule::Listed(vec![Fault::StallBefore; WRITES]);
    let harness = Harness::start(Vendor::Mcp, 0, schedule, limits).await.unwrap();
    let provider = harness.provider(harness.tagged(Stack::Reqwest).unwrap()).unwrap();
    let started = Instant::now();
    let writes = (0..WRITES as u32)
        .map(|number| CallId::new(0, number).within(create(Vendor::Mcp, provider.clone(), number)));
    let errors: Vec<_> = join_all(writes).await.into_iter().map(Result::unwrap_err).collect();

    assert!(started.elapsed() < 4 * second, "{:?} for a deadline of {second:?}", started.elapsed());
    assert!(errors.iter().all(|error| error.kind() == ErrorKind::Timeout), "{errors:?}");
    let unsent =
        errors.iter().filter(|error| (error.effect(), error.attempts()) == (Effect::NotApplied, 0)).count();
    // A call that starts at the last moment may still send a request.
    assert!(unsent >= WRITES / 2, "{errors:?}");
}

/// A thousand calls, of which some are dropped at some point: the client remains usable, no connection leaks, and every
/// key belongs to a call that returned it or was dropped.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_calls_leave_the_client_usable() {
    Record::install();
    allow_many_sockets();
    let mut rng = mixed(seed(), &[4, 4]);
    for (index, vendor) in Vendor::ALL.iter().copied().enumerate() {
        let stack = Stack::ALL[index % Stack::ALL.len()];
        let harness = Harness::start(vendor, 0, Schedule::Calm, Limits::generous()).await.unwrap();
        let provider = harness.provider(http(stack)).unwrap();
        let mut calls = JoinSet::new();
        for number in 0..CALLS {
            // A thousand calls take about a second.
            let patience = Duration::from_secs_f64(2.0 * rng.f64());
            let call = create(vendor, provider.clone(), number);
            calls.spawn(async move { (number, timeout(patience, call).await) });
        }
        let (mut returned, mut dropped) = (HashSet::new(), HashSet::new());
        for (number, outcome) in calls.join_all().await {
            match outcome {
                Ok(id) => assert!(returned.insert(id.unwrap()), "{vendor}: one key for two calls"),
                Err(_dropped) => assert!(dropped.insert(CallId::new(0, number))),
            }
        }
        let id = create(vendor, provider.clone(), CALLS).await.unwrap();
        returned.insert(id);

        drop(provider);
        assert_eq!(open_at_last(&harness).await, 0, "{vendor}: connections without a client");
        let mut query = ListQuery::new().include_inactive(true);
        loop {
            let page = harness.emulator.store().list(query.clone()).await.unwrap();
            for key in page.items {
                let call = CallId::of_key(key.name.as_deref().unwrap()).unwrap();
                assert!(returned.remove(&key.id) || dropped.contains(&call), "{vendor}: {key:?}");
            }
            match page.next {
                Some(next) => query = query.cursor(next),
                None => break,
            }
        }
        assert_eq!(returned, HashSet::new(), "{vendor}: returned, but not found");
    }
}

/// Over a faulty network, keys of dropped creates are found again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_calls_lose_no_keys() {
    Record::install();
    allow_many_sockets();
    let seed = seed();
    let mut all = Vec::new();
    for (index, vendor) in Vendor::ALL.iter().copied().enumerate() {
        let stack = Stack::ALL[index % Stack::ALL.len()];
        let schedule = Schedule::Seeded { seed, rate: 20 };
        let harness = Harness::start(vendor, seed, schedule, Limits::default()).await.unwrap();
        let load = Load { stack, operations: 400, applications: 20, one_client: true, dropped: 40 };
        let figures = harness.work(load, |provider| provider).await.unwrap();
        assert_eq!(figures.violations, Vec::<String>::new(), "{vendor}, FAULT_SEED={seed}");
        all.push((vendor, figures));
    }
    println!("{}", table(&all));
    assert_eq!(Record::get().leak(), None);
}
