//! Fault tests.

mod dropped_calls;
mod each_fault;
mod ledger;
mod printed;
mod self_tests;
