//! A bad network between the clients and the emulators, and a ledger of all keys.
//!
//! [`Proxy`] injects the faults of a seeded [`Schedule`]. [`Harness`] connects a provider to an emulator through it; the
//! emulator's store is authoritative. Workers call the provider and record the results in the [`Ledger`]; at the end both are
//! compared. [`Record`] collects everything that was logged or printed, and is searched for secrets.

use std::fmt;
use std::str::FromStr;

mod arrivals;
mod audit;
mod caller;
mod deliver;
mod fault;
mod figures;
mod foreign_origin;
mod harness;
mod http1;
mod ledger;
mod proxy;
mod record;
mod rescue;
mod responses;
mod secret_search;
mod subscriber;
mod tagging;
mod vendor;
mod worker;

pub use arrivals::{Arrival, Arrivals};
pub use caller::{Caller, Outcome};
pub use fault::{Fault, RetryAfter, Schedule, Status, mixed};
pub use figures::{Figures, table};
pub use foreign_origin::ForeignOrigin;
pub use harness::{Failure, Harness, Limits, Load, run};
pub use ledger::{Doubt, End, Entry, Fate, Found, Ledger};
pub use proxy::Proxy;
pub use record::Record;
pub use rescue::rescued;
pub use tagging::{Counts, Tagging};
pub use vendor::{changes, connect, dialect, emulator, new_key};

/// One call of a provider's method, across all requests that it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CallId(pub u64);

impl CallId {
    /// The call of this number by this worker.
    pub fn new(worker: u32, number: u32) -> Self {
        Self(u64::from(worker) << 32 | u64::from(number))
    }

    /// The number of the call among those of its worker.
    pub fn number(self) -> u32 {
        self.0 as u32
    }

    /// Returns a key name that identifies the call.
    pub fn key_name(self) -> String {
        format!("call-{self}")
    }

    /// The call that made a key.
    pub fn of_key(name: &str) -> Option<Self> {
        name.strip_prefix("call-")?.parse().ok()
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0 >> 32, self.number())
    }
}

impl FromStr for CallId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (worker, number) = text.split_once('-').unwrap_or((text, ""));
        Ok(Self::new(worker.parse()?, number.parse()?))
    }
}

/// The seed of this run: `FAULT_SEED`, or always the same.
pub fn seed() -> u64 {
    variable("FAULT_SEED").unwrap_or(20_270_101)
}

/// Returns the number of operations per vendor: `FAULT_OPERATIONS`, or ten thousand.
pub fn operations() -> u64 {
    variable("FAULT_OPERATIONS").unwrap_or(10_000)
}

fn variable(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} must be a whole number, not `{value}`")))
}

/// Lets this process have as many sockets as the system allows: each request here needs four.
pub fn allow_many_sockets() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        println!("the limit on open files stays as it is: {error}");
    }
}
