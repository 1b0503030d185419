//! Latency and throughput, measured in rounds because times are noisy.
//!
//! Benchmark harnesses measure one client after another. Here all clients take a turn in every round, in rotating order
//! and each with a new connection: the cores that the system assigns to the two ends of a connection change its latency
//! by half for as long as the connection lives.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use tokio::runtime::{self, Runtime};

use crate::clients::{BenchClient, CLIENTS, ClientKind, with_client};
use crate::stats::{median, quantile};
use crate::table::{Row, Unit};
use crate::task::{self, Task};

/// The tasks, with the number of timed calls per turn.
const TASKS: [(Task, usize); 6] = [
    (Task::Get, 400),
    (Task::Create, 400),
    (Task::ListShort, 40),
    (Task::ListLong, 3),
    (Task::Construct, 10),
    (Task::FirstCall, 10),
];

const ROUNDS: usize = 61;

/// The number of concurrent calls, and the number of calls each of them makes in sequence.
const CONCURRENT: (usize, usize) = (64, 40);

/// Measures all rows.
pub(crate) fn rows(address: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for (task, calls) in TASKS {
        eprintln!("timing: {}", task.title());
        let runtime = task::runtime();
        let [mut medians, mut tails] = [const { [const { Vec::new() }; CLIENTS] }; 2];
        for index in turns() {
            let seconds = with_client!(ClientKind::ALL[index], sequential(&runtime, task, calls, address));
            medians[index].push(median(&seconds));
            tails[index].push(quantile(&seconds, 0.99));
        }
        let row = |statistic, values| Row {
            title: format!("{}: {statistic}", task.title()),
            unit: Unit::Seconds,
            values,
        };
        rows.push(row("median", medians));
        if calls >= 100 {
            rows.push(row("p99", tails));
        }
    }
    rows.push(throughput(address));
    rows
}

fn throughput(address: &str) -> Row {
    eprintln!("timing: throughput");
    let runtime = runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let mut values = [const { Vec::new() }; CLIENTS];
    for index in turns() {
        values[index].push(with_client!(ClientKind::ALL[index], concurrent(&runtime, address)));
    }
    let title = format!("get, {} at a time: calls per second, more is better", CONCURRENT.0);
    Row { title, unit: Unit::PerSecond, values }
}

/// Yields the index of the client for each turn of all rounds.
fn turns() -> impl Iterator<Item = usize> {
    let clients = ClientKind::ALL.len();
    (0..ROUNDS).flat_map(move |round| (0..clients).map(move |turn| (turn + round) % clients))
}

/// Returns the seconds of each of `calls` calls, made in sequence.
fn sequential<C: BenchClient>(runtime: &Runtime, task: Task, calls: usize, address: &str) -> Vec<f64> {
    let base_url = task.base_url(address);
    let client = C::new(&base_url);
    runtime.block_on(async {
        // The first call connects.
        task.perform(&client, &base_url).await;
        let mut seconds = Vec::with_capacity(calls);
        for _ in 0..calls {
            let start = Instant::now();
            black_box(task.perform(&client, &base_url).await);
            seconds.push(start.elapsed().as_secs_f64());
        }
        seconds
    })
}

/// Returns the number of calls per second under concurrency.
fn concurrent<C: BenchClient>(runtime: &Runtime, address: &str) -> f64 {
    let client = Arc::new(C::new(&Task::Get.base_url(address)));
    let (tasks, calls) = CONCURRENT;
    let run = |calls: usize| {
        let get = || {
            let client = Arc::clone(&client);
            runtime.spawn(async move {
                for _ in 0..calls {
                    black_box(client.get().await);
                }
            })
        };
        let running: Vec<_> = (0..tasks).map(|_| get()).collect();
        runtime.block_on(async {
            for task in running {
                task.await.expect("calls succeed");
            }
        });
    };
    // The first calls connect.
    run(1);
    let start = Instant::now();
    run(calls);
    (tasks * calls) as f64 / start.elapsed().as_secs_f64()
}
