//! What a run is about: the server whose keys are judged, and the ledger of all calls to it.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use api_keys_emulator::{Dialect, Vendor};
use api_keys_memory::Memory;

use crate::arrivals::Arrivals;
use crate::counts::Counts;
use crate::ledger::Ledger;

/// The time limits of the tests.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The timeout of an attempt.
    pub attempt: Duration,
    /// The timeout of a call.
    pub total: Duration,
    /// The maximum number of attempts of a call.
    pub max_attempts: u32,
    /// The time by which a call may exceed its deadline, because the machine may be busy with other things.
    pub slack: Duration,
}

impl Default for Limits {
    /// Short timeouts, because thousands of them expire.
    fn default() -> Self {
        Self {
            attempt: Duration::from_millis(400),
            total: Duration::from_millis(1500),
            max_attempts: 3,
            slack: Duration::from_secs(10),
        }
    }
}

impl Limits {
    /// Timeouts that expire only for calls that never complete.
    pub fn generous() -> Self {
        Self { attempt: Duration::from_secs(60), total: Duration::from_secs(60), ..Self::default() }
    }
}

/// A vendor's server, and the ledger of all calls to it.
#[derive(Debug)]
pub struct World {
    /// The vendor.
    pub vendor: Vendor,
    /// The version and the options of the vendor's server.
    pub dialect: Dialect,
    /// The seed of all randomness.
    pub seed: u64,
    /// The time limits.
    pub limits: Limits,
    /// The keys of the server, which are authoritative.
    pub store: Memory,
    /// The requests that the network has seen.
    pub arrivals: Arrivals,
    /// The traffic of the client.
    pub counts: Arc<Counts>,
    /// The results reported to the callers.
    pub ledger: Ledger,
}

impl World {
    /// Creates a world for a server with these keys.
    pub fn new(dialect: Dialect, store: Memory, seed: u64, limits: Limits) -> Self {
        Self {
            vendor: dialect.vendor(),
            dialect,
            seed,
            limits,
            store,
            arrivals: Arrivals::default(),
            counts: Arc::default(),
            ledger: Ledger::default(),
        }
    }
}

/// A failure that is not under test.
pub type Failure = Box<dyn Error + Send + Sync>;
