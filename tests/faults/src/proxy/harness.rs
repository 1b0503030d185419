//! A server behind a faulty network, and the applications that use it.

use std::net::SocketAddr;
use std::sync::Arc;

use api_keys::ApiKeyProvider;
use api_keys_emulator::{Dialect, Emulator};
use api_keys_runtime::{HttpConfig, TransportError};

use super::foreign_origin::ForeignOrigin;
use super::network::Proxy;
use super::stack::Stack;
use super::tagging::Tagging;
use crate::fault::Schedule;
use crate::vendor::{connect, emulator};
use crate::world::{Limits, World};

/// A vendor's server behind a faulty network, and the ledger of all calls to it.
#[derive(Debug)]
pub struct Harness {
    /// The server and the ledger.
    pub world: Arc<World>,
    /// The server, whose store is authoritative.
    pub emulator: Emulator,
    /// The network.
    pub proxy: Proxy,
    /// The origin that must not receive requests.
    pub foreign: ForeignOrigin,
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
        let store = emulator.store().clone();
        let world = Arc::new(World::new(dialect, store, seed, limits));
        let proxy = Proxy::start(address(&emulator), foreign.address(), schedule, Arc::clone(&world)).await?;
        Ok(Arc::new(Self { world, emulator, proxy, foreign }))
    }

    /// Returns the settings of a client that tags its requests with the call.
    ///
    /// # Errors
    /// Returns an error if TLS cannot be initialized.
    pub fn tagged(&self, stack: Stack) -> Result<HttpConfig, TransportError> {
        let transport = Tagging::new(stack, self.world.limits.attempt, Arc::clone(&self.world.counts))?;
        Ok(HttpConfig::new().transport(Arc::new(transport)))
    }

    /// Builds a provider behind the faulty network.
    ///
    /// # Errors
    /// Returns an error if the provider cannot be built.
    pub fn provider(&self, http: HttpConfig) -> api_keys::Result<Arc<dyn ApiKeyProvider>> {
        let http = http
            .attempt_timeout(self.world.limits.attempt)
            .timeout(self.world.limits.total)
            .connect_timeout(self.world.limits.attempt)
            .max_attempts(self.world.limits.max_attempts);
        connect(&self.world.dialect, self.base_url(), self.emulator.token(), http)
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
