//! A faulty network between the clients and the emulators, and a ledger of all keys.
//!
//! [`Proxy`] injects the faults of a seeded [`Schedule`]. [`Harness`] connects a provider to an emulator through it;
//! the emulator's store is authoritative. Workers call the provider and record the results in the [`Ledger`]; at the
//! end both are compared. [`Record`] collects everything that was logged or printed, and is searched for secrets.

mod arrivals;
mod audit;
mod call_id;
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
mod run;
mod secret_search;
mod subscriber;
mod tagging;
mod vendor;
mod worker;

pub use arrivals::{Arrival, Arrivals};
pub use call_id::CallId;
pub use caller::{Caller, Outcome};
pub use fault::{Fault, RetryAfter, Schedule, Status, mixed};
pub use figures::{Figures, table};
pub use foreign_origin::ForeignOrigin;
pub use harness::{Failure, Harness, Limits};
pub use ledger::{Doubt, End, Entry, Fate, Found, Ledger};
pub use proxy::Proxy;
pub use record::Record;
pub use rescue::rescued;
pub use run::{Load, run};
pub use tagging::{Counts, Tagging};
pub use vendor::{changes, connect, dialect, emulator, new_key};

/// Returns the seed of this run: `FAULT_SEED`, or a constant.
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

/// Raises the limit of open files to the maximum: each request needs four sockets.
pub fn allow_many_sockets() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        println!("the limit on open files stays as it is: {error}");
    }
}
