//! A simulated network and simulated time.
//!
//! The emulators are called in process. One thread runs a world, and all randomness comes from its seed, so that a run can
//! be repeated: see [`replay`].

mod body;
mod clock;
mod command;
mod disk;
mod events;
mod network;
mod run;
mod scenario;
mod server;
mod shrink;

pub use command::main;
pub use run::{Report, run, run_many};
pub use scenario::Scenario;
pub use shrink::replay;
