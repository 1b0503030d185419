//! What must hold when the network does its worst.

mod crowd;
mod each_fault;
mod ledger;
mod printed;
mod watchdog;
