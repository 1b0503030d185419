//! Operations of many applications with one vendor over a faulty network.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use api_keys::ApiKeyProvider;
use api_keys_emulator::Vendor;
use api_keys_runtime::HttpConfig;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::harness::Harness;
use super::stack::Stack;
use crate::audit;
use crate::caller::Caller;
use crate::fault::{Schedule, mixed};
use crate::figures::Figures;
use crate::vendor::{connect, dialect};
use crate::worker::Worker;
use crate::world::{Failure, Limits};

/// The load on one server.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// The transport.
    pub stack: Stack,
    /// The total number of operations.
    pub operations: u64,
    /// The number of concurrent applications.
    pub applications: u32,
    /// If true, they share one client.
    pub one_client: bool,
    /// The percentage of dropped futures.
    pub dropped: u8,
}

impl Harness {
    /// Runs applications, then compares the ledger with the server. `wrap` can wrap the providers of the applications.
    ///
    /// # Errors
    /// Returns an error for failures that are not under test. Violations are in the figures.
    pub async fn work(
        self: &Arc<Self>,
        load: Load,
        wrap: fn(Arc<dyn ApiKeyProvider>) -> Arc<dyn ApiKeyProvider>,
    ) -> Result<Figures, Failure> {
        let left = Arc::new(AtomicI64::new(load.operations.try_into()?));
        let http = self.tagged(load.stack)?;
        let connect = || self.provider(http.clone()).map(wrap);
        let mut provider = connect()?;
        let mut workers = JoinSet::new();
        for number in 0..load.applications {
            if !load.one_client {
                provider = connect()?;
            }
            let caller = Caller::new(Arc::clone(&self.world), Arc::clone(&provider), number, load.dropped);
            let left = Arc::clone(&left);
            workers.spawn(async move { Worker::new(caller).run(&left).await });
        }
        // Closes the connections.
        drop((provider, http));
        while let Some(result) = workers.join_next().await {
            result?;
        }
        self.audit().await?;
        let mut figures = Figures::of(&self.world, load.operations);
        figures.faults = self.proxy.injected();
        figures.outages = self.proxy.outages();
        Ok(figures)
    }

    /// Compares the ledger with the server.
    async fn audit(&self) -> Result<(), Failure> {
        self.rest().await;
        let ledger = &self.world.ledger;
        let (forwarded, counted) = (self.world.arrivals.forwarded(), self.emulator.requests());
        ledger.check(forwarded == counted, || format!("{forwarded} requests went on, {counted} arrived"));
        let base_url = self.emulator.base_url().to_owned();
        let provider = connect(&self.world.dialect, base_url, self.emulator.token(), HttpConfig::new())?;
        audit::audit(&self.world, &*provider).await?;
        let received = self.foreign.received();
        let lengths: Vec<_> = received.iter().map(Vec::len).collect();
        ledger.check(received.is_empty(), || format!("another origin was sent {lengths:?} bytes"));
        Ok(())
    }

    /// Waits until no request is pending. The clients and their connections are gone.
    async fn rest(&self) {
        self.proxy.calm_down();
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.proxy.open() > 0 && Instant::now() < deadline {
            sleep(Duration::from_millis(5)).await;
        }
        let open = self.proxy.open();
        self.world.ledger.check(open == 0, || format!("{open} connections stay open without a client"));
    }
}

/// The number of servers per vendor, so that no server has too many keys to list.
const SERVERS: usize = 10;

/// Performs a number of operations with a vendor over a faulty network.
///
/// # Errors
/// Returns an error for failures that are not under test. Violations are in the figures.
pub async fn run(vendor: Vendor, seed: u64, operations: u64) -> Result<Figures, Failure> {
    let mut servers = JoinSet::new();
    for number in 0..SERVERS {
        let seed = mixed(seed, &[vendor as u64, number as u64]).u64(..);
        let operations = operations.div_ceil(SERVERS as u64);
        servers.spawn(async move {
            let stack = Stack::ALL[number % Stack::ALL.len()];
            let schedule = Schedule::Seeded { seed, rate: 45 };
            let harness = Harness::start(dialect(vendor, number), seed, schedule, Limits::default()).await?;
            // Each application has its own client, because the retry budget belongs to the client.
            let load = Load { stack, operations, applications: 3, one_client: false, dropped: 4 };
            harness.work(load, |provider| provider).await
        });
    }
    let mut figures = Figures::default();
    while let Some(result) = servers.join_next().await {
        figures += result??;
    }
    Ok(figures)
}
