//! What a call costs: this library beside what an application would use instead, all against one loopback server.
//!
//! Times are noisy and shown with their spread. Instructions (counted by callgrind) and allocations (counted by this
//! program's allocator) repeat on any machine, busy or not. `cargo xtask bench` runs all of it and prints one table of
//! ratios to bare reqwest.

mod alloc;
mod answers;
mod contestants;
mod counts;
mod footprint;
mod server;
mod stats;
mod table;
mod times;
mod work;

use std::num::NonZeroUsize;

use clap::{Parser, Subcommand, ValueEnum};

use crate::contestants::Kind;
use crate::work::Task;

#[global_allocator]
static ALLOCATOR: alloc::Counting = alloc::Counting;

/// Measures the typed clients and providers beside what an application would use instead.
#[derive(Debug, Parser)]
struct Arguments {
    /// Only a part of it; without this, all that calls cost.
    #[arg(long)]
    only: Option<Only>,
    /// How often the smallest programs are built.
    #[arg(long, default_value = "3")]
    builds: NonZeroUsize,
    #[command(subcommand)]
    part: Option<Part>,
}

/// What there is to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    /// Latency and throughput.
    Times,
    /// Instructions, allocations and memory, which do not depend on how busy the machine is.
    Counts,
    /// What it costs to build the smallest program.
    Footprint,
}

/// The processes that this program starts of itself.
#[derive(Debug, Subcommand)]
enum Part {
    /// Answers requests until its input is closed.
    #[command(hide = true)]
    Serve,
    /// Does one task a number of times.
    #[command(hide = true)]
    Work { contestant: Kind, task: Task, calls: u32, address: String },
}

fn main() {
    let arguments = Arguments::parse();
    match arguments.part {
        Some(Part::Serve) => server::serve(),
        Some(Part::Work { contestant, task, calls, address }) => {
            let usage = work::work(contestant, task, calls, &address);
            println!("{} {}", usage.allocations, usage.peak);
        }
        None if arguments.only == Some(Only::Footprint) => {
            print!("{}", footprint::markdown(arguments.builds.get()))
        }
        None => {
            let server = server::Server::start();
            let mut rows = Vec::new();
            if arguments.only != Some(Only::Counts) {
                rows.extend(times::rows(server.address()));
            }
            if arguments.only != Some(Only::Times) {
                rows.extend(counts::rows(server.address()));
            }
            print!("{}", table::markdown(&rows));
        }
    }
}
