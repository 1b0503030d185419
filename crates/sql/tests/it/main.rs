//! Tests of the provider on real databases.

mod conformance;
mod events;
mod faults;
mod import;
mod keys;
mod ledger;
mod processes;
mod schema;
mod support;
mod verify;
