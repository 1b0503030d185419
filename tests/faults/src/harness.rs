//! One server, the bad network before it, and the applications behind that.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use api_keys::ApiKeyProvider;
use api_keys_emulator::{Dialect, Emulator, Vendor};
use api_keys_runtime::{HttpConfig, TransportError};
use tokio::task::JoinSet;

use crate::worker::Worker;
use crate::{
    Caller, Counts, Figures, ForeignOrigin, Ledger, Proxy, Schedule, Tagging, audit, connect, dialect,
    emulator, mixed,
};

/// The time limits of the tests.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// One attempt.
    pub attempt: Duration,
    /// One call.
    pub total: Duration,
    /// Attempts of one call.
    pub max_attempts: u32,
}

impl Default for Limits {
    /// Short, so that thousands of timeouts do not take long.
    fn default() -> Self {
        Self { attempt: Duration::from_millis(400), total: Duration::from_millis(1500), max_attempts: 3 }
    }
}

impl Limits {
    /// Long enough for anything that ends by itself.
    pub fn patient() -> Self {
        Self { attempt: Duration::from_secs(60), total: Duration::from_secs(60), max_attempts: 3 }
    }
}

/// A vendor's server behind a bad network, and the ledger of all calls to it.
#[derive(Debug)]
pub struct Harness {
    /// The vendor.
    pub vendor: Vendor,
    /// The index of the vendor's server.
    pub dialect: Dialect,
    /// The seed of all randomness.
    pub seed: u64,
    /// The time limits.
    pub limits: Limits,
    /// The server, and the truth.
    pub emulator: Emulator,
    /// The network.
    pub proxy: Proxy,
    /// The origin that must not receive requests.
    pub foreign: ForeignOrigin,
    /// The traffic of the client.
    pub counts: Arc<Counts>,
    /// The results reported to the callers.
    pub ledger: Ledger,
}

impl Harness {
    /// Starts a server and its network.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start(
        dialect: impl Into<Dialect>,
        seed: u64,
        schedule: Schedule,
        limits: Limits,
    ) -> std::io::Result<Arc<Self>> {
        let dialect = dialect.into();
        let emulator = emulator(dialect.clone()).await?;
        let foreign = ForeignOrigin::start().await?;
        let late = limits.attempt.mul_f64(1.5);
        let proxy = Proxy::start(address(&emulator), foreign.address(), schedule, late).await?;
        let (counts, ledger) = Default::default();
        Ok(Arc::new(Self {
            vendor: dialect.vendor(),
            dialect,
            seed,
            limits,
            emulator,
            proxy,
            foreign,
            counts,
            ledger,
        }))
    }

    /// Returns the settings of a client that tags its requests with the call.
    ///
    /// # Errors
    /// Returns an error if TLS cannot be initialized.
    pub fn tagged(&self) -> Result<HttpConfig, TransportError> {
        let transport = Tagging::new(self.limits.attempt, Arc::clone(&self.counts))?;
        Ok(HttpConfig::new().transport(Arc::new(transport)))
    }

    /// A provider behind the bad network.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn provider(&self, http: HttpConfig) -> api_keys::Result<Arc<dyn ApiKeyProvider>> {
        let http = http
            .attempt_timeout(self.limits.attempt)
            .timeout(self.limits.total)
            .connect_timeout(self.limits.attempt)
            .max_attempts(self.limits.max_attempts);
        connect(&self.dialect, self.base_url(), self.emulator.token(), http)
    }

    /// Returns the base URL for a client.
    pub fn base_url(&self) -> String {
        let server = address(&self.emulator).to_string();
        self.emulator.base_url().replace(&server, &self.proxy.address().to_string())
    }
}

/// Returns the address of a server.
fn address(emulator: &Emulator) -> SocketAddr {
    let authority = emulator.base_url().split('/').nth(2).unwrap_or_default();
    authority.parse().unwrap_or_else(|_| panic!("{} has no address", emulator.base_url()))
}

/// The load on one server.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Operations that the applications set out to do together.
    pub operations: u64,
    /// The number of concurrent applications.
    pub applications: u32,
    /// Whether they share one client.
    pub one_client: bool,
    /// The percentage of dropped futures.
    pub dropped: u8,
}

impl Harness {
    /// Lets applications work, then compares the ledger with the server. `wrap` may put something between the
    /// applications and their providers.
    ///
    /// # Errors
    /// When something fails that is not under test. Broken promises are in the figures.
    pub async fn work(
        self: &Arc<Self>,
        load: Load,
        wrap: fn(Arc<dyn ApiKeyProvider>) -> Arc<dyn ApiKeyProvider>,
    ) -> Result<Figures, Failure> {
        let left = Arc::new(AtomicI64::new(load.operations.try_into()?));
        let http = self.tagged()?;
        let connect = || self.provider(http.clone()).map(wrap);
        let mut provider = connect()?;
        let mut workers = JoinSet::new();
        for number in 0..load.applications {
            if !load.one_client {
                provider = connect()?;
            }
            let caller = Caller::new(Arc::clone(self), Arc::clone(&provider), number, load.dropped);
            let left = Arc::clone(&left);
            workers.spawn(async move { Worker::new(caller).run(&left).await });
        }
        // With the last provider the connections go.
        drop((provider, http));
        while let Some(result) = workers.join_next().await {
            result?;
        }
        audit::audit(self).await?;
        Ok(Figures::of(self, load.operations))
    }
}

/// A failure of what is not under test.
pub type Failure = Box<dyn Error + Send + Sync>;

/// The number of servers per vendor, so that no server has too many keys to list.
const SERVERS: usize = 10;

/// Does so many operations with a vendor over a bad network.
///
/// # Errors
/// When something fails that is not under test. Broken promises are in the figures.
pub async fn run(vendor: Vendor, seed: u64, operations: u64) -> Result<Figures, Failure> {
    let mut servers = JoinSet::new();
    for number in 0..SERVERS {
        let seed = mixed(seed, &[vendor as u64, number as u64]).u64(..);
        let operations = operations.div_ceil(SERVERS as u64);
        servers.spawn(async move {
            let schedule = Schedule::Seeded { seed, rate: 45 };
            let harness = Harness::start(dialect(vendor, number), seed, schedule, Limits::default()).await?;
            // Each application has a client of its own, as each client has a budget of retries.
            let load = Load { operations, applications: 3, one_client: false, dropped: 4 };
            harness.work(load, |provider| provider).await
        });
    }
    let mut figures = Figures::default();
    while let Some(result) = servers.join_next().await {
        figures += result??;
    }
    Ok(figures)
}
