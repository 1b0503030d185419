//! Fault tests.

mod dropped_calls;
mod each_fault;
mod hostile;
mod http2;
mod ledger;
mod printed;
mod self_tests;
#[cfg(target_os = "linux")]
mod simulation;
mod tls;
mod transports;
