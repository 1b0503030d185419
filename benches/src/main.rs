//! Benchmarks that compare this library's clients to alternatives, all against one loopback server.
//!
//! Times are noisy and shown with their spread. Instructions (counted by callgrind) and allocations (counted by this
//! program's allocator) are reproducible on any machine, busy or not. `cargo xtask bench` prints one table of ratios to
//! bare reqwest.

mod alloc;
mod clients;
mod counts;
mod database;
mod footprint;
mod http2;
mod layer;
mod memory;
mod plan;
mod responses;
mod server;
mod startup;
mod stats;
mod table;
mod task;
mod times;

use clap::{Parser, Subcommand, ValueEnum};

use crate::clients::ClientKind;
use crate::task::Task;

#[global_allocator]
static ALLOCATOR: alloc::Counting = alloc::Counting;

/// Compare the typed clients and providers to alternatives.
#[derive(Debug, Parser)]
struct Arguments {
    /// Measure one group only [default: times and counts]
    #[arg(long)]
    only: Option<Group>,
    #[command(subcommand)]
    process: Option<Process>,
}

/// A group of measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Group {
    /// Latency and throughput
    Times,
    /// Instructions, allocations and memory
    Counts,
    /// Keys in SQLite and PostgreSQL
    Database,
    /// Concurrent calls over HTTP/2
    Http2,
    /// Authentication of requests
    Layer,
    /// Declared keys
    Plan,
    /// Keys in memory
    Memory,
    /// The time to the first request of the command
    Startup,
    /// Dependencies, build time and size of a minimal program
    Footprint,
}

/// Child processes that this program starts.
#[derive(Debug, Subcommand)]
enum Process {
    /// Serve requests until stdin is closed
    #[command(hide = true)]
    Serve,
    /// Perform a task repeatedly and print its allocations
    #[command(hide = true)]
    Work { client: ClientKind, task: Task, calls: u32, address: String },
    /// Make concurrent calls over HTTP/2 and print their times
    #[command(hide = true)]
    Burst { client: ClientKind, base_url: String },
    /// Send requests to a service of this process
    #[command(hide = true)]
    Request { service: layer::Service, requests: u32 },
}

fn main() {
    let arguments = Arguments::parse();
    match arguments.process {
        Some(Process::Serve) => server::serve(),
        Some(Process::Work { client, task, calls, address }) => {
            let usage = task::count_allocations(client, task, calls, &address);
            println!("{} {}", usage.allocations, usage.peak);
        }
        Some(Process::Burst { client, base_url }) => http2::burst(client, &base_url),
        Some(Process::Request { service, requests }) => layer::request(service, requests),
        None if arguments.only == Some(Group::Database) => print!("{}", database::markdown()),
        None if arguments.only == Some(Group::Http2) => print!("{}", http2::markdown()),
        None if arguments.only == Some(Group::Layer) => print!("{}", layer::markdown()),
        None if arguments.only == Some(Group::Plan) => print!("{}", plan::markdown()),
        None if arguments.only == Some(Group::Memory) => print!("{}", memory::markdown()),
        None if arguments.only == Some(Group::Startup) => print!("{}", startup::markdown()),
        None if arguments.only == Some(Group::Footprint) => print!("{}", footprint::markdown()),
        None => {
            let server = server::Server::start();
            let mut rows = Vec::new();
            if arguments.only != Some(Group::Counts) {
                rows.extend(times::rows(server.address()));
            }
            if arguments.only != Some(Group::Times) {
                rows.extend(counts::rows(server.address()));
            }
            print!("{}", table::markdown(&rows));
        }
    }
}
