//! Faulty networks between the clients and the emulators, and a ledger of all keys.
//!
//! Workers call a provider and record the results in the [`Ledger`] of a [`World`]; at the end it is compared with the
//! server's store, which is authoritative. [`Record`] collects everything that was logged or printed, and is searched for
//! secrets. Faults come from a seeded [`Schedule`] and are injected by one of two networks:
//!
//! - [`proxy`]: real sockets and real time, in front of an emulator;
//! - [`simulation`]: neither sockets nor time, so that a million operations take minutes and a seed reproduces a run.

mod arrivals;
mod audit;
mod call_id;
mod caller;
mod counts;
mod fault;
mod figures;
mod judge;
mod ledger;
mod message;
#[cfg(target_os = "linux")]
mod observed;
#[cfg(feature = "proxy")]
pub mod proxy;
mod record;
mod rescue;
mod responses;
mod secret_search;
#[cfg(target_os = "linux")]
pub mod simulation;
mod subscriber;
mod vendor;
mod worker;
mod world;

pub use arrivals::{Arrival, Arrivals};
pub use call_id::CallId;
pub use caller::{Caller, Outcome};
pub use counts::Counts;
pub use fault::{Fault, RetryAfter, Schedule, Status, mixed};
pub use figures::{Figures, table};
pub use ledger::{Doubt, End, Entry, Fate, Found, Ledger};
pub use record::Record;
pub use rescue::rescued;
pub use vendor::{changes, connect, dialect, emulator, new_key};
pub use world::{Failure, Limits, World};

/// Returns the seed of this run: `FAULT_SEED`, or a constant.
pub fn seed() -> u64 {
    variable("FAULT_SEED").unwrap_or(20_270_101)
}

/// Returns the number of operations per vendor: `FAULT_OPERATIONS`, or a thousand.
pub fn operations() -> u64 {
    variable("FAULT_OPERATIONS").unwrap_or(1000)
}

fn variable(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} must be a whole number, not `{value}`")))
}
