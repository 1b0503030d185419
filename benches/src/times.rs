//! Latency and throughput. Noisy, so every contestant has a turn in every round.

use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use tokio::runtime::{self, Runtime};

use crate::contestants::{ByHand, Contestant, Dyn, Floor, Kind, Middleware, Typed};
use crate::stats::{median, quantile};
use crate::table::{Row, Unit};
use crate::work::{self, Task};

/// The tasks, and how many calls are timed in each turn.
const TASKS: [(Task, usize); 6] = [
    (Task::Get, 400),
    (Task::Create, 400),
    (Task::ListFew, 40),
    (Task::ListMany, 3),
    (Task::Construct, 10),
    (Task::FirstCall, 10),
];

/// How often every contestant has a turn.
const ROUNDS: usize = 61;

/// Calls at a time, and calls of each.
const CONCURRENT: (usize, usize) = (64, 40);

/// All rows of this kind.
pub(crate) fn rows(address: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for (task, calls) in TASKS {
        eprintln!("timing: {}", task.title());
        let runtime = work::runtime();
        let mut medians = [const { Vec::new() }; 5];
        let mut tails = [const { Vec::new() }; 5];
        for round in 0..ROUNDS {
            for index in turns(round) {
                let runner = runner(Kind::ALL[index], task, address);
                let seconds = runtime.block_on(runner.sequential(calls));
                medians[index].push(median(&seconds));
                tails[index].push(quantile(&seconds, 0.99));
            }
        }
        rows.push(Row::new(format!("{}: median", task.title()), Unit::Seconds, medians));
        if calls >= 100 {
            rows.push(Row::new(format!("{}: p99", task.title()), Unit::Seconds, tails));
        }
    }
    rows.push(throughput(address));
    rows
}

fn throughput(address: &str) -> Row {
    eprintln!("timing: throughput");
    let runtime = runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let mut figures = [const { Vec::new() }; 5];
    for round in 0..ROUNDS {
        for index in turns(round) {
            figures[index].push(runner(Kind::ALL[index], Task::Get, address).concurrent(&runtime));
        }
    }
    let title = format!("get, {} at a time: calls per second, more is better", CONCURRENT.0);
    Row::new(title, Unit::PerSecond, figures)
}

/// The places of all contestants in [`Kind::ALL`], so that nobody always comes after the same one.
fn turns(round: usize) -> impl Iterator<Item = usize> {
    (0..Kind::ALL.len()).map(move |turn| (turn + round) % Kind::ALL.len())
}

/// A contestant with its task, whichever it is. There is a new one for every turn: on which core the system puts the
/// two ends of a connection changes its latency by half, and stays as it is for as long as the connection lives.
trait Run {
    /// Seconds of each of so many calls, one after another.
    fn sequential(&self, calls: usize) -> Pin<Box<dyn Future<Output = Vec<f64>> + '_>>;

    /// Calls per second when many are made at a time.
    fn concurrent(&self, runtime: &Runtime) -> f64;
}

struct Runner<C> {
    client: Arc<C>,
    task: Task,
    base_url: String,
}

fn runner(kind: Kind, task: Task, address: &str) -> Box<dyn Run> {
    fn make<C: Contestant>(task: Task, address: &str) -> Box<dyn Run> {
        let base_url = task.base_url(address);
        Box::new(Runner { client: Arc::new(C::new(&base_url)), task, base_url })
    }
    match kind {
        Kind::ByHand => make::<ByHand>(task, address),
        Kind::Floor => make::<Floor>(task, address),
        Kind::Typed => make::<Typed>(task, address),
        Kind::Dyn => make::<Dyn>(task, address),
        Kind::Middleware => make::<Middleware>(task, address),
    }
}

impl<C: Contestant> Run for Runner<C> {
    fn sequential(&self, calls: usize) -> Pin<Box<dyn Future<Output = Vec<f64>> + '_>> {
        Box::pin(async move {
            // Connects, if the pool has given the connection up.
            self.task.once(&*self.client, &self.base_url).await;
            let mut seconds = Vec::with_capacity(calls);
            for _ in 0..calls {
                let start = Instant::now();
                black_box(self.task.once(&*self.client, &self.base_url).await);
                seconds.push(start.elapsed().as_secs_f64());
            }
            seconds
        })
    }

    fn concurrent(&self, runtime: &Runtime) -> f64 {
        let (tasks, calls) = CONCURRENT;
        let all = |calls: usize| {
            let running: Vec<_> = (0..tasks)
                .map(|_| {
                    let client = Arc::clone(&self.client);
                    runtime.spawn(async move {
                        for _ in 0..calls {
                            black_box(client.get().await);
                        }
                    })
                })
                .collect();
            runtime.block_on(async {
                for task in running {
                    task.await.expect("calls succeed");
                }
            });
        };
        // Connects.
        all(1);
        let start = Instant::now();
        all(calls);
        (tasks * calls) as f64 / start.elapsed().as_secs_f64()
    }
}
