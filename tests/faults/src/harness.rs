//! A server behind a faulty network, and the applications that use it.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use api_keys::ApiKeyProvider;
use api_keys_emulator::{Dialect, Emulator, Vendor};
use api_keys_runtime::{HttpConfig, TransportError};

use crate::fault::Schedule;
use crate::foreign_origin::ForeignOrigin;
use crate::ledger::Ledger;
use crate::proxy::Proxy;
use crate::tagging::{Counts, Tagging};
use crate::vendor::{connect, emulator};

/// The time limits of the tests.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The timeout of an attempt.
    pub attempt: Duration,
    /// The timeout of a call.
    pub total: Duration,
    /// The maximum number of attempts of a call.
    pub max_attempts: u32,
}

impl Default for Limits {
    /// Short timeouts, because thousands of them expire.
    fn default() -> Self {
        Self { attempt: Duration::from_millis(400), total: Duration::from_millis(1500), max_attempts: 3 }
    }
}

impl Limits {
    /// Timeouts that expire only for calls that never complete.
    pub fn generous() -> Self {
        Self { attempt: Duration::from_secs(60), total: Duration::from_secs(60), max_attempts: 3 }
    }
}

/// A vendor's server behind a faulty network, and the ledger of all calls to it.
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
    /// The server, whose store is authoritative.
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
    /// Returns an error if no port can be bound.
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

    /// Builds a provider behind the faulty network.
    ///
    /// # Errors
    /// Returns an error if the provider cannot be built.
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

/// A failure that is not under test.
pub type Failure = Box<dyn Error + Send + Sync>;
